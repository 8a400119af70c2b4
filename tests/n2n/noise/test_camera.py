"""The noise of cameras, against the variances and correlations that its formula gives."""

import numpy as np
import pytest
import torch

from n2n.noise import generator, parse
from n2n.noise.camera import DRAWN, Camera

TO_YCC = torch.tensor([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]).double()
SIDE = 128


def settings(count, **chosen):
    """Levels (count, K, 1, 1) of σ = 10 with the least of every range, but for those chosen, and the best JPEG."""
    chosen = {"quality": 100.0, **chosen}
    values = [10.0, *(chosen.get(name.replace(" ", "_"), low) for name, (low, _) in DRAWN.items())]
    return torch.tensor(values)[None, :, None, None].expand(count, -1, 1, 1)


def noise_of(grey, channels=3, count=20, **chosen):
    """The noise on even pictures, in Y, Cb and Cr where it is in colour, in units of 255: (count, C, SIDE, SIDE)."""
    photo = torch.full((count, channels, SIDE, SIDE), grey)
    noise = 255 * (Camera(10, 10).draw(photo, settings(count, **chosen), generator(0)) - photo).double()
    return torch.einsum("nchw,kc->nkhw", noise, TO_YCC) if channels == 3 else noise


def alike(noise, down=0, across=0):
    """The correlation of the noise with the pixel so many below and to the right."""
    near, far = noise[..., : SIDE - down, : SIDE - across], noise[..., down:, across:]
    return float((near * far).mean() / noise.square().mean())


def test_brightness_has_the_level_and_colours_their_part_of_it():
    noise = noise_of(0.5, blue=0.3, red=0.8)
    spread = noise.square().mean((0, 2, 3)).sqrt()
    torch.testing.assert_close(spread, torch.tensor([10.0, 3.0, 8.0]).double(), rtol=0.03, atol=0)


@pytest.mark.parametrize("length", [0.6, 0.9])
def test_the_blur_of_brightness_is_the_correlation_of_a_gaussian(length):
    noise = noise_of(0.5, down=length, across=0.2)[:, :1]
    assert alike(noise, down=1) == pytest.approx(np.exp(-1 / (4 * length**2)), abs=0.03)
    assert abs(alike(noise, across=2)) < 0.03


def test_colour_reaches_farther_than_brightness():
    noise = noise_of(0.5, colour_length=3.0)
    assert alike(noise[:, 1:], across=4) == pytest.approx(np.exp(-16 / (4 * 9)), abs=0.03)
    assert abs(alike(noise[:, :1], across=4)) < 0.02


def test_a_tail_leaves_a_weak_correlation_far_away():
    noise = noise_of(0.5, tail=0.3, tail_length=8.0)[:, :1]
    assert alike(noise, down=6) == pytest.approx(0.3 * np.exp(-36 / (4 * 64)), abs=0.03)


def test_jpeg_of_low_quality_leaves_little_of_what_is_finest():
    best, worst = (noise_of(0.5, quality=quality)[:, :1] for quality in (100.0, 60.0))
    assert alike(worst, across=1) > alike(best, across=1) + 0.3


@pytest.mark.parametrize("grey", [0.0, 1.0, 0.25])
def test_there_is_less_noise_near_black_and_white(grey):
    spread = float(noise_of(grey, channels=1, floor=0.4).std())
    assert spread == pytest.approx(10 * (0.4 + 0.6 * 4 * grey * (1 - grey)), rel=0.03)


def test_both_shots_have_one_setting_and_independent_noise():
    flat = torch.full((16, 3, SIDE, SIDE), 0.5)
    one, other = (shot - flat for shot in parse("camera:1-30").shots(flat, 2, generator(3)))
    spreads = torch.stack([shot.flatten(1).std(1) for shot in (one, other)])
    assert torch.corrcoef(spreads)[0, 1] > 0.98 and spreads.std() > 0.01
    neighbours = [alike(noise[:, None], across=1) for shot in (one, other) for noise in shot[:, 0]]
    assert np.corrcoef(neighbours[:16], neighbours[16:])[0, 1] > 0.9
    assert abs(float((one * other).mean() / (one.std() * other.std()))) < 0.05


def test_it_is_drawn_on_pictures_of_any_number_of_channels_and_odd_sides():
    for channels in (1, 2, 3, 5):
        noisy = parse("camera:10")(torch.full((2, channels, 9, 13), 0.5), generator(0))
        assert noisy.shape == (2, channels, 9, 13) and noisy.isfinite().all()


def test_structure_has_more_noise_than_flat_areas():
    photo = torch.full((20, 1, SIDE, SIDE), 0.5)
    photo[..., : SIDE // 2] += 0.1 * (-1) ** torch.arange(SIDE)[:, None]  # lines, of standard deviation 0.1
    noise = 255 * (Camera(10, 10).draw(photo, settings(20, edges=3.0, floor=1.0), generator(0)) - photo)
    lines, flat = noise[..., 8 : SIDE // 2 - 8].std(), noise[..., SIDE // 2 + 8 : -8].std()
    assert lines / flat == pytest.approx(1 + 3 * 0.1 / (0.1 + 0.08), rel=0.05)
