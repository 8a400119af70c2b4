"""The referee within the limits of the page."""

import numpy as np
import pytest
import scipy
from PIL import Image

from demo.work.score import OURS, Contest, score, show
from demo.work.score_pictures import error_map


def never():
    return False


@pytest.fixture
def files(tmp_path, rng):
    """Two shots, and results that two programs gave the same name."""
    clean = scipy.ndimage.gaussian_filter(rng.normal(0, 400, (72, 80)), 4) + 128
    first, second = (clean + rng.normal(0, 20, clean.shape) for _ in range(2))
    pictures = {"a": first, "b": second, "one/out": scipy.ndimage.gaussian_filter(first, 1.5)}
    pictures["two/out"] = scipy.ndimage.gaussian_filter(first, 0.6)
    for name, picture in pictures.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(picture.round().clip(0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
    return [str(tmp_path / f"{name}.png") for name in pictures]


def test_results_of_one_name_are_numbered_and_no_folder_of_the_server_is_told(files, tmp_path):
    [found] = score(never, Contest(*files[:2], results=tuple(files[2:])))
    assert [one["name"] for one in found["results"]] == ["out", "out (2)"]
    assert str(tmp_path) not in str(found)


def test_only_shipped_weights_stand_beside(files):
    with pytest.raises(ValueError, match=r"weights is '/etc/passwd'; allowed: .*gaussian"):
        list(score(never, Contest(*files[:2], weights="/etc/passwd")))


def test_nothing_to_score_is_told(files):
    with pytest.raises(ValueError, match="nothing to score: bring what programs made of the first shot"):
        list(score(never, Contest(*files[:2])))


@pytest.mark.parametrize(
    ("limits", "told"),
    [({"pixels": 5000}, "megapixels; this page takes up to 0. Bring fewer"), ({"pictures": 1}, "2 results at")],
)
def test_more_than_the_page_takes_is_refused(limits, told, files, limit):
    limit(**limits)
    with pytest.raises(ValueError, match=told):
        list(score(never, Contest(*files[:2], results=tuple(files[2:]))))


def test_a_score_is_shown_with_its_pictures_the_best_first_and_maps_of_where_each_lost(files, tmp_path):
    contest = Contest(*files[:2], results=tuple(files[2:]), names=("wide", "narrow"), weights="automatic")
    [shown] = show(never, contest, tmp_path)
    pictures, maps = shown.rows
    names = [one.name for one in shown.score.ranked]
    assert set(names) == {"wide", "narrow", OURS} and names.index("wide") < names.index("narrow")
    assert [one["title"] for one in pictures["panels"]] == ["Noisy", *names]
    assert [one["title"] for one in maps["panels"]] == names and maps["panels"][0]["scale"]
    assert shown.card.stat().st_size > 10_000


def test_two_shots_alone_are_looked_at(files, tmp_path):
    [shown] = show(never, Contest(*files[:2]), tmp_path)
    assert shown.card is None and shown.score.verdicts
    assert [panel["role"] for panel in shown.rows[0]["panels"]] == ["noisy"]


def test_a_map_is_bright_where_the_error_is_and_as_large_as_the_picture():
    blocks = np.full((4, 5), 1e-4)
    blocks[1, 3] = 0.04
    found = error_map(blocks, 8, (35, 43))
    assert found.shape == (35, 43)
    assert found[12, 28] == found.max() and 10 < found.max() < 20  # of the 20 % in that block
    assert found[28, 4] == pytest.approx(1, abs=0.01)
