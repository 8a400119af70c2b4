"""Clean pictures brought to the brightness of noisy ones, against the gain and offset that the tests put in."""

import numpy as np
import pytest

from n2n.data.pairs import gather
from n2n.data.scenes import Scene
from n2n.remedies.matching import matched


def stretched(photo, rng, gain, offset):
    """A scene whose shot has another gain and offset than its clean picture, and noise."""
    clean = photo.transpose(2, 0, 1).astype(np.float32)
    shot = gain * clean + offset + rng.normal(0, 20, clean.shape).astype(np.float32)
    return Scene("a", (shot,), clean)


@pytest.mark.parametrize(("gain", "offset"), [(1, 0), (0.6, 30), (2.5, -40)])
def test_gain_and_offset_are_found_in_spite_of_the_noise(photo, rng, gain, offset):
    scene = stretched(photo, rng, gain, offset)
    found = matched(gather([scene], "x")).scenes[0]
    np.testing.assert_allclose(found.clean, gain * scene.clean + offset, atol=2)
    assert found.shots is scene.shots


def test_a_flat_clean_picture_takes_the_mean_of_the_noisy_one(rng):
    flat = np.full((1, 32, 32), 7.0, np.float32)
    found = matched(gather([Scene("a", (rng.normal(50, 5, (1, 32, 32)).astype(np.float32),), flat)], "x")).scenes[0]
    np.testing.assert_allclose(found.clean, 50, atol=1)


def test_without_clean_pictures_it_is_refused(photo):
    planes = photo.transpose(2, 0, 1)
    with pytest.raises(ValueError, match="no clean pictures to match"):
        matched(gather([Scene("a", (planes, planes))], "x"))
