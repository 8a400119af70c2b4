"""Scenes whose shots lie apart, or differ in brightness: remedied, and written."""

import numpy as np
import pytest
import scipy
import skimage

from n2n.data.pairs import gather
from n2n.data.saved_scenes import save_scenes
from n2n.data.scenes import Scene
from n2n.reading.reader import read
from n2n.remedies.exposure import find_exposure
from n2n.remedies.remedies import Remedies, remedied

CAMERA = skimage.data.camera().astype(float)[100:356, 100:356]


def shots(rng, *changes, dtype=np.uint16):
    """A noisy shot of the same picture for each change."""
    made = [100 * (change(CAMERA) + 60 + rng.normal(0, 10, CAMERA.shape)) for change in changes]
    return tuple(shot.round().astype(dtype)[None] for shot in made)


def moved(down, right):
    return lambda picture: scipy.ndimage.shift(picture, (down, right), mode="mirror")


def same(picture):
    return picture


def test_shots_are_moved_by_whole_pixels_and_keep_their_values(rng):
    pair = shots(rng, same, moved(3.2, -1.7))
    better, [done] = remedied(gather([Scene("mast", pair)], "test"), Remedies(align=True))
    assert done.used[0][:2] == (3, -2)
    assert done.found[0][:2] == pytest.approx((3.2, -1.7), abs=0.1)
    one, two = better.scenes[0].shots
    assert np.array_equal(one, pair[0][:, :253, 2:]) and np.array_equal(two, pair[1][:, 3:, :254])
    assert done.after > done.before and better.zero_mean


def test_between_pixels_the_type_stays_and_no_psnr_is_estimated(rng):
    pair = gather([Scene("mast", shots(rng, same, moved(0.5, 0.5)))], "test")
    better, [done] = remedied(pair, Remedies(align=True, subpixel=True))
    assert done.interpolated == 1 and not better.zero_mean
    assert {shot.dtype.name for shot in better.scenes[0].shots} == {"uint16"}
    assert any("interpolated" in note for note in better.notes)


def test_what_lies_well_stays_as_it_is(rng):
    pair = shots(rng, same, same)
    better, _ = remedied(gather([Scene("mast", pair)], "test"), Remedies(align=True))
    assert all(np.array_equal(one, two) for one, two in zip(better.scenes[0].shots, pair))


@pytest.mark.parametrize(("gain", "offset"), [(1.1, 0), (0.8, 12), (1, -7), (1, 0)])
def test_exposures_are_found(rng, gain, offset):
    one, two = (CAMERA + rng.normal(0, 25, CAMERA.shape) for _ in range(2))
    found = find_exposure(one[None], gain * two[None] + offset)
    assert found.gain == pytest.approx(gain, abs=0.01)
    assert found.offset == pytest.approx(offset, abs=1)


def test_an_object_that_appears_does_not_change_the_exposure(rng):
    one, two = (CAMERA + rng.normal(0, 10, (1, 256, 256)) for _ in range(2))
    two[:, 20:80, 20:80] += 80
    assert find_exposure(one, two).change < 1


def test_shots_are_made_equally_bright(rng):
    pair = gather([Scene("mast", shots(rng, same, lambda picture: 0.8 * picture - 5))], "test")
    one, two = remedied(pair, Remedies(match_exposure=True))[0].scenes[0].shots
    assert find_exposure(one, two).change < 0.005 * one.max()


@pytest.mark.parametrize("out", ["aligned", "aligned.npz"])
def test_what_is_written_is_read_again(rng, tmp_path, out):
    scenes = [Scene(str(place), shots(rng, same, moved(place, 0))) for place in (0, 2)]
    better, _ = remedied(gather(scenes, "test"), Remedies(align=True))
    save_scenes(tmp_path / out, better.scenes)
    again = read(tmp_path / out)
    assert again.shots.tolist() == [2, 2]
    assert again.scenes[1].shots[0].dtype == np.uint16
    assert np.array_equal(again.scenes[1].shots[1], better.scenes[1].shots[1])


def test_remedies_are_told_as_options():
    assert Remedies(True, False, True).options == ("--align", "--no-subpixel", "--match-exposure")
    assert Remedies().options == ()
