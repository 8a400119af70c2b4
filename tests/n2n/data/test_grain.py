"""The grain of photographs, against noise of known strength."""

import numpy as np
import pytest

from n2n.data.grain import grain, without_grain
from n2n.data.pairs import gather
from n2n.data.photographs import with_noise
from n2n.data.scenes import Scene
from n2n.noise import parse

DOWN = np.linspace(0.2, 0.8, 128)[:, None]


def photographs(*sigmas):
    """A slope from dark to bright with so much white noise of its own, in units of 255, as a photograph each."""
    rng = np.random.default_rng(0)
    clean = 255 * DOWN * np.ones((3, 128, 128))
    pictures = [(clean + sigma * rng.standard_normal(clean.shape)).round().astype(np.uint8) for sigma in sigmas]
    scenes = [Scene(str(sigma), (), picture) for sigma, picture in zip(sigmas, pictures)]
    return with_noise(scenes, "x", parse("gaussian:25"))


@pytest.mark.parametrize("sigma", [1.0, 6.0])
def test_white_noise_on_a_slope_is_found(sigma):
    noisy = 255 * DOWN + sigma * np.random.default_rng(0).standard_normal((128, 128))
    assert grain(noisy) == pytest.approx(sigma, rel=0.1)  # blocks vary, and the flattest tenth counts


def test_what_is_only_in_some_places_is_no_grain():
    picture = 255 * DOWN * np.ones((128, 128))
    picture[32:96, 32:96] += 40 * np.random.default_rng(0).standard_normal((64, 64))
    assert grain(picture) < 1


def test_photographs_with_more_are_left_out():
    left = without_grain(photographs(0, 9, 1, 12), 3)
    assert [scene.name for scene in left.scenes] == ["0", "1"] and left.notes[0].startswith("2 photographs")


def test_too_few_left_is_said_with_what_there_is():
    with pytest.raises(ValueError, match=r"--most-grain is 0\.1.* 0 of 2 .*have up to"):
        without_grain(photographs(9, 12), 0.1)


def test_noisy_shots_have_no_grain_to_look_for():
    shot = np.zeros((1, 64, 64), np.uint8)
    shot[0, 0, 0] = 255
    with pytest.raises(ValueError, match="noisy shots"):
        without_grain(gather([Scene("a", (shot, shot), None)], "x"), 3)
