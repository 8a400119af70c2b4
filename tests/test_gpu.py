"""Hosts that lend a GPU for a call, and hosts that do not."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from demo import gpu
from n2n import Noise2Noise, UNetConfig

ROOT = Path(__file__).parent.parent
LENDER = "asked = []\ndef GPU(function):\n    asked.append(function.__name__)\n    return function\n"


def test_where_a_gpu_is_lent_denoising_asks_for_it_and_models_stay_on_the_cpu(tmp_path):
    (tmp_path / "spaces.py").write_text(LENDER)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "SPACES_ZERO_GPU": "true"}
    script = "import spaces; from demo import gpu; print(spaces.asked, gpu.LENT, gpu.DEVICE)"
    told = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['predict'] True cpu"


def test_elsewhere_the_model_predicts_as_it_is():
    model, noisy = Noise2Noise(UNetConfig(width=3), "cpu"), torch.rand(1, 3, 40, 40)
    assert torch.equal(gpu.predict(model, noisy, strength=0.5), model.predict(noisy, strength=0.5))
