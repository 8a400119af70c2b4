"""Traits of noise that is drawn here on flat pictures and on a photograph, against its own formula."""

import numpy as np
import pytest
import skimage
import torch

from n2n.measure.noise_traits import traits_of
from n2n.noise import generator, parse

RAMP = torch.linspace(0.1, 0.9, 256).expand(1, 3, 256, 256).contiguous()


@pytest.fixture
def picture(photo):
    """A photograph as soft as those of cameras, float (1, 3, H, W) in [0, 1]."""
    soft = skimage.filters.gaussian(photo, 1.5, channel_axis=2).astype(np.float32)
    return torch.from_numpy(soft.transpose(2, 0, 1)[None].copy())


def noisy(spec, picture=RAMP):
    return parse(spec)(picture, generator(0))


@pytest.mark.parametrize("sigma", [3, 20, 60])
def test_sigma_is_that_of_the_brightness(sigma):
    expected = sigma * (0.299**2 + 0.587**2 + 0.114**2) ** 0.5
    assert traits_of(noisy(f"gaussian:{sigma}")).sigma == pytest.approx(expected, rel=0.1)


def test_white_noise_is_shared_by_no_pixels_and_grows_with_nothing():
    traits = traits_of(noisy("gaussian:20"))
    assert max(abs(traits.shared), abs(traits.growth)) < 0.1


def test_photons_grow_with_brightness():
    assert traits_of(noisy("poisson:30")).growth == pytest.approx(1, abs=0.1)
    assert traits_of(noisy("speckle:0.2")).growth == pytest.approx(2, abs=0.1)


def test_blurred_noise_is_shared_as_its_kernel_says():
    white = torch.randn(1, 1, 257, 257, generator=generator(0))
    both = (white[..., 1:, 1:] + white[..., :-1, 1:] + white[..., 1:, :-1] + white[..., :-1, :-1]) / 4
    traits = traits_of(0.5 + 0.1 * both)  # next pixels have two of four values in common
    assert traits.grey
    assert traits.shared == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("sigma", [1, 5, 20])
def test_the_finest_detail_of_a_photograph_s_colours_is_white_noise(picture, sigma):
    red_and_blue = (0.701**2 + 0.587**2 + 0.114**2, 0.299**2 + 0.587**2 + 0.886**2)  # of each minus brightness
    expected = sigma * (sum(red_and_blue) / 2) ** 0.5
    assert traits_of(noisy(f"gaussian:{sigma}", picture)).fine == pytest.approx(expected, rel=0.2)
    assert traits_of(picture).fine < 0.9


@pytest.mark.parametrize(("spec", "camera"), [("camera:8", True), ("gaussian:8", False), ("poisson:60", False)])
def test_on_a_photograph_the_colours_tell_a_camera_from_white_noise(picture, spec, camera):
    assert (traits_of(noisy(spec, picture)).shared > 0.5) is camera


def test_a_colour_picture_of_three_equal_channels_is_grey():
    assert traits_of(RAMP + 0.05 * torch.randn(1, 1, 256, 256, generator=generator(0))).grey


def test_a_picture_with_hardly_a_flat_block_has_none():
    assert traits_of(torch.rand(1, 3, 20, 20)) is None
    assert traits_of(torch.ones(1, 3, 64, 64)) is None


@pytest.mark.parametrize(("height", "width"), [(8, 8), (400, 5), (1, 400)])
def test_a_picture_without_a_whole_block_has_no_traits(height, width):
    assert traits_of(torch.rand(1, 3, height, width, generator=generator(0))) is None
