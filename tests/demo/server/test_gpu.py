"""Hosts that lend a GPU for a call, and hosts that do not."""

import os
import subprocess
import sys
from pathlib import Path

from demo.server import gpu

ROOT = Path(__file__).parents[3]
LENDER = "asked = []\ndef GPU(function):\n    asked.append(function.__name__)\n    return function\n"
DENOISED = """
import asyncio, sys
from pathlib import Path
import spaces
from demo.jobs.workers import Workers
from demo.server import gpu
from demo.server.visitor_folders import VisitorFolders
from demo.service.denoise import Denoisings
from demo.work import denoise
from demo.work.denoise import Order
given = []
gpu.run_on_gpu = lambda *arguments: given.append(arguments[0]) or arguments[0](*arguments[1:])
order = Order(sample="cat", noise="gaussian", level=25.0)
outcome = asyncio.run(Denoisings(VisitorFolders(Path(sys.argv[1])), Workers(2**30)).denoise("anna", order))
print(spaces.asked, given == [denoise.fulfil], len(outcome.rows), gpu.device())
"""


def test_where_a_gpu_is_lent_denoising_asks_for_it_and_the_rest_stays_on_the_cpu(tmp_path):
    (tmp_path / "spaces.py").write_text(LENDER)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "SPACES_ZERO_GPU": "true"}
    command = [sys.executable, "-c", DENOISED, tmp_path / "files"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['run_on_gpu'] True 1 cpu"


def test_elsewhere_work_is_done_as_it_is():
    assert gpu.run_on_gpu(divmod, 17, 5) == (3, 2)
