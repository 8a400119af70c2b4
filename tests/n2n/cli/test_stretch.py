"""What becomes of the contrast of frames that had been stretched from end to end, on the command line."""

import json
import shlex

import numpy as np
import pytest
from PIL import Image

from n2n import Noise2Noise
from n2n.__main__ import main


@pytest.fixture
def frames(tmp_path, rng):
    """A clean frame, stretched as it is, and two noisy ones, each stretched by its own extremes."""
    y, x = np.mgrid[:64, :64]
    scene = 60 + 60 * np.hypot(x - 32, y - 32).clip(0, 20) / 20
    folder = tmp_path / "scene"
    folder.mkdir()
    for name, sigma in (("noisy_1", 12), ("noisy_2", 12), ("clean", 0)):
        shot = scene + rng.normal(0, 1, scene.shape) * sigma
        pixels = np.rint(255 * (shot - shot.min()) / np.ptp(shot)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def weights(frames, tmp_path):
    """Weights that stretch."""
    out = tmp_path / "mine.safetensors"
    shots = [str(frames / f"noisy_{number}.png") for number in (1, 2)]
    assert main(["train", *shots, "-o", str(out), "--stretch", "--steps", "2", "--hold-out", "0"]) == 0
    return out


def denoised(frames, weights, tmp_path, *options):
    out = tmp_path / "out.png"
    assert main(["denoise", str(frames / "noisy_1.png"), "-o", str(out), "--weights", str(weights), *options]) == 0
    return np.asarray(Image.open(out))


def test_a_training_writes_it_into_the_header_and_its_command(weights):
    header = Noise2Noise.load(weights, "cpu").header
    assert header.stretch and "--stretch" in shlex.split(header.command)


def test_denoise_says_that_it_stretches_and_how_to_keep_the_exposure(frames, weights, tmp_path, capsys):
    stretched = denoised(frames, weights, tmp_path)
    assert (stretched.min(), stretched.max()) == (0, 255) and "--no-stretch" in capsys.readouterr().err
    kept = denoised(frames, weights, tmp_path, "--no-stretch", "--force")
    assert kept.max() < 255 and "stretch" not in capsys.readouterr().err


def psnr(capsys, *words):
    assert main(["evaluate", *map(str, words), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return (found["denoised"] or found["estimated"])["psnr"]


@pytest.mark.parametrize("second, more", [("clean", ["--roles", "source,clean", "--match-exposure"]), ("noisy_2", [])])
def test_evaluate_keeps_the_exposure_where_that_of_the_frames_is_compared_with(frames, weights, capsys, second, more):
    told = [frames / "noisy_1.png", frames / f"{second}.png", "--weights", weights, *more]
    plain, kept, stretched = (psnr(capsys, *told, *asked) for asked in ([], ["--no-stretch"], ["--stretch"]))
    assert plain == kept != stretched


def test_evaluate_stretches_where_a_clean_picture_was_stretched_as_well(frames, weights, capsys):
    told = [frames / "noisy_1.png", frames / "clean.png", "--weights", weights, "--roles", "source,clean"]
    plain, kept, stretched = (psnr(capsys, *told, *asked) for asked in ([], ["--no-stretch"], ["--stretch"]))
    assert plain == stretched != kept
