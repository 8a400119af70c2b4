"""`score` on files, as it is typed into a shell."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy
import tifffile
from PIL import Image

import n2n
from n2n.__main__ import main

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two shots, what a blur made of the first one, a worse result, and the clean picture; by name."""
    folder, rng = tmp_path_factory.mktemp("score"), np.random.default_rng(0)
    clean = scipy.ndimage.gaussian_filter(rng.normal(0, 400, (96, 80)), 4) + 128
    first, second = (clean + rng.normal(0, 20, clean.shape) for _ in range(2))
    pictures = {
        "shot_1": first,
        "shot_2": second,
        "clean": clean,
        "blur": scipy.ndimage.gaussian_filter(first, 1.5),
        "less": scipy.ndimage.gaussian_filter(first, 0.6),
        "mean": (first + second) / 2,
    }
    for name, picture in pictures.items():
        Image.fromarray(picture.round().clip(0, 255).astype(np.uint8)).save(folder / f"{name}.png")
    return {name: str(folder / f"{name}.png") for name in pictures}


def test_the_better_result_comes_first_with_the_true_psnr_beside(files, capsys):
    shots = files["shot_1"], files["shot_2"]
    assert main(["score", *shots, files["less"], files["blur"], "--clean", files["clean"], "--json"]) == 0
    best, other = json.loads(capsys.readouterr().out)["results"]
    assert (best["name"], other["name"], best["lead"]["over"]) == ("blur", "less", "less")
    assert best["lead"]["sure"] and best["estimate"]["low"] < best["true"] < best["estimate"]["high"]


def test_ours_and_classical_filters_stand_beside(files, capsys):
    assert (
        main(
            [
                "score",
                files["shot_1"],
                files["shot_2"],
                "--weights",
                "gaussian-small",
                "--weights",
                "auto",
                "--baselines",
                "--json",
            ]
        )
        == 0
    )
    names = {each["name"] for each in json.loads(capsys.readouterr().out)["results"]}
    assert {"auto", "gaussian-small", "median", "non-local means", "total variation", "wavelet"} <= names


def test_a_shell_shows_the_table_a_sentence_each_and_status_1_for_what_is_not_allowed(files):
    command = [sys.executable, "-m", "n2n", "score", *(files[name] for name in ("shot_1", "shot_2", "blur", "mean"))]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1 and "1  blur" in ran.stdout and "'mean' holds noise of the second shot" in ran.stdout
    assert ran.stderr.startswith("1 scene × 2 shots")


def test_a_result_with_a_nan_is_named_and_the_others_are_scored(files, tmp_path, capsys):
    odd = np.asarray(Image.open(files["blur"]), np.float32).copy()
    odd[3, 4] = np.nan
    tifffile.imwrite(tmp_path / "odd.tif", odd)
    paths = [files["shot_1"], files["shot_2"], str(tmp_path / "odd.tif"), files["blur"]]
    assert main(["score", *paths, "--json"]) == 1
    best, left_out = json.loads(capsys.readouterr().out)["results"]
    assert (best["name"], left_out["name"], left_out["code"]) == ("blur", "odd", "nan") and best["gain"] > 3
    assert "'odd.tif' has pixels that are NaN or infinite; replace them" in left_out["sentence"]
    assert [one.code for one in n2n.score(*paths[:2], paths[2:]).results] == ["", "nan"]


def test_two_shots_alone_are_nothing_to_score(files, capsys):
    assert main(["score", files["shot_1"], files["shot_2"]]) == 2
    assert "nothing to score: two pictures are two shots" in capsys.readouterr().err
