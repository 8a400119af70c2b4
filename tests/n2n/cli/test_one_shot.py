"""One noisy picture on the command line."""

import numpy as np
import pytest
from PIL import Image

from n2n import Noise2Noise
from n2n.__main__ import main
from n2n.cli.repeat import training_command
from n2n.nets import UNetConfig
from n2n.training import named_recipe


@pytest.fixture
def picture(photo, rng, tmp_path):
    noisy = photo[:96, :128] + rng.normal(0, 25, (96, 128, 3))
    Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(tmp_path / "shot.png")
    return tmp_path / "shot.png"


@pytest.mark.parametrize(("method", "width"), [("zero-shot", 6), ("neighbor2neighbor", 12)])
def test_one_picture_is_learnt_from_and_what_that_costs_is_told(picture, tmp_path, capsys, method, width):
    out = tmp_path / "mine.safetensors"
    assert main(["train", str(picture), "-o", str(out), "--method", method, "--steps", "3"]) == 0
    assert "fine detail is lost" in capsys.readouterr().err
    header = Noise2Noise.load(out).header
    assert header.config.width == width and f"--method {method}" in header.command and header.steps


def test_without_a_method_the_way_out_is_told(picture, tmp_path, capsys):
    assert main(["train", str(picture), "-o", str(tmp_path / "mine.safetensors")]) == 2
    assert "--method neighbor2neighbor" in capsys.readouterr().err


def test_several_files_are_shots_of_one_scene(picture, tmp_path, capsys):
    out = str(tmp_path / "mine.safetensors")
    assert main(["train", str(picture), str(picture), "-o", out, "--method", "neighbor2neighbor"]) == 2
    assert "leave --method out" in capsys.readouterr().err


def test_the_command_of_a_single_shot_says_what_differs_from_its_method():
    recipe = named_recipe("fast", method="zero-shot", seconds=60, hold_out=0.1)
    told = training_command(["shot.png"], "mine.safetensors", recipe, UNetConfig(width=24, residual=True))
    assert told.endswith("shot.png -o mine.safetensors --method zero-shot --width 24 --hold-out 0.1")


def test_what_is_for_pairs_is_refused(picture, tmp_path, capsys):
    out = tmp_path / "mine.safetensors"
    assert main(["train", str(picture), "-o", str(out), "--method", "zero-shot", "--align"]) == 2
    assert "leave --align out" in capsys.readouterr().err
