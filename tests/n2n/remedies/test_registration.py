"""Noisy shots whose motion is known: found, and undone."""

import numpy as np
import pytest
import scipy
import skimage

from n2n.remedies.motion import Motion, moved_back, put_back, shared_window
from n2n.remedies.registration import find_motion

SIDE, SIGMA = 256, 25
SCENES = {name: getattr(skimage.data, name)().astype(float) for name in ("camera", "coins", "brick", "text")}


def shot(scene, rng, motion=None, side=SIDE):
    """A noisy shot of the middle of a scene, by splines of the fifth order."""
    if motion:
        centre = (np.array(scene.shape) - 1) / 2
        inverse = np.linalg.inv(motion.matrix)
        offset = centre - inverse @ (centre + motion[:2])
        scene = scipy.ndimage.affine_transform(scene, inverse, offset, order=5, mode="mirror")
    top, left = ((length - side) // 2 for length in scene.shape)
    seen = scene[max(top, 0) : max(top, 0) + side, max(left, 0) : max(left, 0) + side]
    return seen + rng.normal(0, SIGMA, seen.shape)


@pytest.mark.parametrize("motion", [(0.4, -0.3), (1.4, 0.2), (-3.0, 1.6), (10.3, -24.2)])
@pytest.mark.parametrize("name", ["camera", "coins", "brick"])
def test_a_shift_is_found_to_a_tenth_of_a_pixel(rng, name, motion):
    found, error = find_motion(shot(SCENES[name], rng), shot(SCENES[name], rng, Motion(*motion)))
    assert np.hypot(found.down - motion[0], found.right - motion[1]) < 0.1
    assert error < 0.1


@pytest.mark.parametrize("motion", [Motion(0.5, 1.2, turn=1.0), Motion(zoom=1.01), Motion(-1, 2, -0.7, 0.99)])
def test_a_turn_and_a_scale_are_found(rng, motion):
    scene = SCENES["camera"]
    found, _ = find_motion(shot(scene, rng, side=512), shot(scene, rng, motion, side=512))
    assert found.farthest((512, 512), motion) < 0.2


def test_nothing_is_found_in_noise(rng):
    _, error = find_motion(*rng.normal(0, SIGMA, (2, 128, 128)))
    assert error == np.inf


def test_a_flat_picture_does_not_move():
    assert find_motion(np.ones((32, 32)), np.zeros((32, 32))) == (Motion(), np.inf)


def test_whole_pixels_are_cut_out_as_they_are(rng):
    picture = rng.integers(0, 65536, (3, 40, 50), dtype=np.uint16)
    motion = Motion(3.0, -2.0)
    window = shared_window(picture.shape, [motion])
    assert window == (slice(0, 37), slice(2, 50))
    assert np.array_equal(put_back(picture, motion, window), picture[:, 3:40, 0:48])


def test_a_shift_between_pixels_is_undone(rng):
    smooth = scipy.ndimage.gaussian_filter(rng.normal(0, 1, (80, 80)), 3)
    moved = scipy.ndimage.shift(smooth, (0.4, -1.3), order=5, mode="mirror")
    window = shared_window(smooth.shape, [Motion(0.4, -1.3)], margin=8)
    assert moved_back(moved, Motion(0.4, -1.3), window) == pytest.approx(smooth[window], abs=1e-3)


@pytest.mark.parametrize("motion", [Motion(2.5, -3.2), Motion(turn=2.0), Motion(zoom=0.97), Motion(1, 1, 1, 1.02)])
def test_all_shots_show_what_is_in_the_shared_window(motion):
    seen = scipy.ndimage.affine_transform(
        np.ones((60, 90)),
        motion.matrix,
        np.array([29.5, 44.5]) - motion.matrix @ [29.5, 44.5] + motion[:2],
        order=1,
        cval=0,
    )
    window = shared_window((60, 90), [motion])
    assert seen[window].min() > 0.99
