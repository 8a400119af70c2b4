"""One noisy picture on the command line."""

import numpy as np
import pytest
from PIL import Image

from n2n import Noise2Noise
from n2n.__main__ import main


@pytest.fixture
def picture(photo, rng, tmp_path):
    noisy = photo[:96, :128] + rng.normal(0, 25, (96, 128, 3))
    Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(tmp_path / "shot.png")
    return tmp_path / "shot.png"


@pytest.mark.parametrize(("method", "width"), [("zero-shot", 6), ("neighbor2neighbor", 24)])
def test_one_picture_is_learnt_from_and_what_that_costs_is_told(picture, tmp_path, capsys, method, width):
    out = tmp_path / "mine.safetensors"
    assert main(["train", str(picture), "-o", str(out), "--method", method, "--steps", "3"]) == 0
    assert "fine detail is lost" in capsys.readouterr().err
    header = Noise2Noise.load(out).header
    assert header.config.width == width and f"--method {method}" in header.command and header.steps


def test_without_a_method_the_way_out_is_told(picture, tmp_path, capsys):
    assert main(["train", str(picture), "-o", str(tmp_path / "mine.safetensors")]) == 2
    assert "--method zero-shot" in capsys.readouterr().err


def test_what_is_for_pairs_is_refused(picture, tmp_path, capsys):
    out = tmp_path / "mine.safetensors"
    assert main(["train", str(picture), "-o", str(out), "--method", "zero-shot", "--align"]) == 2
    assert "leave --align out" in capsys.readouterr().err
