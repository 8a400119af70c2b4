"""Noisy values cut off at black and white: are they right on average once moved, and is what was not cut off kept?"""

import pytest
import skimage
import torch

from n2n.measure.clipping import sigma_at_black, unbiased
from n2n.noise import generator, parse


def eight_bit(picture):
    """Cut off and rounded, as a file of 8 bits does it."""
    return (picture.clamp(0, 1) * 255).round() / 255


@pytest.fixture(scope="module")
def photo():
    """(1, 3, 128, 128) in [0, 1]."""
    return torch.from_numpy(skimage.data.astronaut()[:128, 100:228]).permute(2, 0, 1)[None] / 255


def shots(spec, photo, keep=eight_bit, seed=1):
    return [keep(shot) for shot in parse(spec).shots(photo, 2, generator(seed))]


@pytest.mark.parametrize("sigma", [12, 25, 50])
def test_cut_off_values_are_unbiased(sigma):
    depths = torch.arange(0, 3.1, 0.25) * sigma / 255  # of the stripes, under the limit
    clean = depths.repeat_interleave(20).expand(1, 1, 2000, -1)
    for picture in (clean, 1 - clean):
        both = shots(f"gaussian:{sigma}", picture)
        moved = torch.cat(unbiased(*both)[:2])
        errors = [
            255 / sigma * (each - picture).unflatten(-1, (-1, 20)).mean((0, 1, 2, 4)).abs()
            for each in (torch.cat(both), moved)
        ]
        assert errors[0].max() > 0.38 and errors[1].max() < 0.03


@pytest.mark.parametrize("sigma", [12, 25, 50])
def test_sigma_is_found_behind_the_limit(sigma, photo):
    found = sigma_at_black(*shots(f"gaussian:{sigma}", photo), torch.full((1, 1, 1, 1), 0.5 / 255))
    assert 255 * found.item() == pytest.approx(sigma, rel=0.1)


@pytest.mark.parametrize(
    "spec, keep", [("gaussian:25", torch.clone), ("poisson:30", torch.clone), ("gaussian:0", eight_bit)]
)
def test_what_was_not_cut_off_is_kept(spec, keep, photo):
    source, target = shots(spec, photo, keep)
    first, second, clipped = unbiased(source, target)
    assert torch.equal(first, source) and torch.equal(second, target) and clipped == 0


def test_black_areas_without_noise_stay_black(photo):
    source, target = shots("gaussian:25", photo)
    source[..., :40, :], target[..., :40, :] = 0, 0
    first, _, clipped = unbiased(source, target)
    assert not first[..., :40, :].any() and first[..., 40:, :].min() < 0
    assert 0 < clipped < 0.5


def test_pictures_of_a_batch_do_not_mix(photo):
    clipped, free = shots("gaussian:25", photo), shots("gaussian:50", photo, torch.clone)
    source, target = (torch.cat(both) for both in zip(clipped, free))
    first, _, _ = unbiased(source, target)
    torch.testing.assert_close(first[:1], unbiased(*clipped)[0])
    assert torch.equal(first[1:], free[0])
