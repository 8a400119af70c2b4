"""Photographs bent at random: what changes, what is kept, and that the same numbers bend alike."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from n2n.data.pairs import Crop, gather
from n2n.data.photographs import bent, with_noise
from n2n.data.scenes import Scene
from n2n.data.variety import VARIETIES, scale, varied
from n2n.noise import generator, parse

WHOLE = slice(None)
BENDING = VARIETIES[1:]


@pytest.fixture
def photos(photo):
    """Two photographs of 128×128 with Gaussian noise."""
    parts = [np.ascontiguousarray(photo[start : start + 128, :128].transpose(2, 0, 1)) for start in (0, 60)]
    return with_noise([Scene(str(place), (), part) for place, part in enumerate(parts)], "x", parse("gaussian:25"))


def crops(count):
    return [Crop(place % 2, 0, np.full(2, 0.3)) for place in range(count)]


@pytest.mark.parametrize("variety", VARIETIES)
def test_crops_are_a_pure_function_of_the_seed(photos, variety):
    again, once, other = (
        bent(photos, variety).draw(crops(6), 32, (0, step, 1), clean=False, share=WHOLE) for step in (3, 3, 4)
    )
    assert torch.equal(once, again) and not torch.equal(once, other)


@pytest.mark.parametrize("variety", BENDING)
def test_a_share_of_the_crops_is_bent_as_it_is_in_the_whole(photos, variety):
    pairs = bent(photos, variety)
    whole, part = (pairs.draw(crops(6), 32, (0, 3, 1), clean=False, share=share) for share in (WHOLE, slice(1, 4)))
    assert torch.equal(whole[1:4], part)


def test_plain_photographs_have_the_bits_they_had(photos):
    plain = bent(bent(photos, "camera"), "plain")
    drawn = [pairs.draw(crops(2), 32, (0, 0, 1), clean=False, share=WHOLE) for pairs in (plain, photos)]
    assert torch.equal(*drawn)
    assert torch.equal(
        plain.frozen(0).to_float(plain.frozen(0).scenes[0].clean), photos.to_float(photos.scenes[0].clean)
    )


@pytest.mark.parametrize(
    ("variety", "least", "most", "kept"), [("photos", 0.45, 1, 0.5), ("camera", 0.45, 1.6, 0.2), ("plain", 1, 1, 1)]
)
def test_sizes_are_those_of_the_variety(variety, least, most, kept):
    scales = [scale(variety, generator(0, step)) for step in range(400)]
    assert least <= min(scales) < least * 1.1 and most / 1.1 < max(scales) <= most
    assert abs(Counter(scales)[1.0] / 400 - kept) < 0.08


@pytest.mark.parametrize("variety", BENDING)
def test_pictures_stay_between_black_and_white(variety):
    sharp = (torch.arange(64 * 64).view(1, 64, 64) % 2).float().expand(3, -1, -1)
    for seed in range(30):
        picture = varied(sharp, (32, 48), variety, generator(seed))
        assert picture.shape == (3, 32, 48) and 0 <= picture.min() <= picture.max() <= 1


def test_pictures_that_stay_sharp_have_no_noise_of_a_camera(photos):
    mixed = bent(replace(photos, noise=parse("camera:40,gaussian:1")), "camera")
    photo, sharp = torch.rand(2000, 3, 8, 8, generator=generator(0)), torch.arange(2000) % 2 == 0
    noisy, second = mixed.shots_of(photo, sharp, 2, generator(1))
    strength = 255 * (noisy - second).std((1, 2, 3))
    assert strength[sharp].max() < 3 and abs(float((strength[~sharp] > 3).float().mean()) - 0.5) < 0.1


def test_noise_of_a_camera_alone_is_drawn_for_sharp_pictures_too(photos):
    photo, sharp = torch.rand(4, 3, 16, 16, generator=generator(0)), torch.tensor([True, False, True, False])
    camera = replace(photos, noise=parse("camera:20"))
    shots, plain = camera.shots_of(photo, sharp, 2, generator(1)), camera.noise.shots(photo, 2, generator(1))
    assert all(map(torch.equal, shots, plain))


def test_colours_are_swapped_strengthened_and_inverted_while_half_are_kept(photos):
    photo = photos.to_float(photos.scenes[0].clean)
    results = [varied(photo, (128, 128), "photos", generator(seed)) for seed in range(200)]
    kept = sum(torch.equal(result, photo) for result in results)
    assert abs(kept - 100) < 5 * 50**0.5
    alike = [np.corrcoef(result.mean(0).flatten(), photo.mean(0).flatten())[0, 1] for result in results]
    assert 3 < sum(value < -0.5 for value in alike) < 40


def test_under_a_microscope_all_is_grey_and_darker(photos):
    photo = photos.to_float(photos.scenes[0].clean)
    results = torch.stack([varied(photo, (128, 128), "microscopy", generator(seed)) for seed in range(60)])
    assert torch.equal(results[:, 0], results[:, 1]) and torch.equal(results[:, 0], results[:, 2])
    assert results.mean() < photo.mean() / 2


def test_what_is_held_out_is_bent_too_and_keeps_its_size(photos):
    held = bent(photos, "camera").frozen(0)
    assert [scene.clean.shape for scene in held.scenes] == [(3, 128, 128)] * 2
    plain = photos.frozen(0).scenes
    assert not all(np.array_equal(one.clean, other.clean) for one, other in zip(held.scenes, plain))


def test_shots_stay_as_they_were_taken(photo):
    shots = gather([Scene("a", (photo.transpose(2, 0, 1),) * 2)], "x")
    assert bent(shots, "plain") is shots
    with pytest.raises(ValueError, match=r"variety is 'camera'.*noisy shots; bring photographs and a noise model"):
        bent(shots, "camera")


@pytest.mark.parametrize("variety", BENDING)
def test_white_stays_a_number(variety):
    white = torch.ones(3, 8, 8)
    bendings = torch.stack([varied(white, (8, 8), variety, generator(0, seed)) for seed in range(120)])
    assert bendings.min() >= 0 and bendings.max() <= 1  # False where one is NaN


def test_the_grain_of_a_photograph_goes_where_it_is_enlarged():
    grain = 0.5 + 0.05 * torch.randn(3, 64, 64, generator=generator(0))
    spreads = [float(varied(grain, (128, 128), "camera", generator(0, seed))[:, 8:-8, 8:-8].std()) for seed in range(8)]
    assert max(spreads) < 0.05 * 0.75 / 0.9  # the mean of 1/0.75² pixels, and what gamma may add
