"""Denoisers side by side on one picture, against numpy, plain loops and scikit-image."""

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from n2n.files.image import Picture
from n2n.measure import baselines, one_picture
from n2n.noise import parse

SMALL = 64  # side in pixels


@pytest.fixture
def picture(photo):
    return Picture(np.ascontiguousarray(photo[:SMALL, 100 : 100 + SMALL]))


def pixels(rng, *shape, dtype=np.uint8, most=255):
    return rng.integers(0, most, shape, dtype, endpoint=True)


def test_the_same_seed_gives_the_same_noise_bit_for_bit(picture):
    one, again = (one_picture.corrupted(picture, parse("gaussian:25"), 7) for _ in range(2))
    assert torch.equal(one.noisy, again.noisy)


def test_another_seed_gives_other_noise(picture):
    one, other = (one_picture.corrupted(picture, parse("gaussian:25"), seed) for seed in (7, 8))
    assert (one.noisy != other.noisy).float().mean() > 0.99


def test_added_noise_is_as_strong_as_was_asked_for_and_not_clipped(picture):
    case = one_picture.corrupted(picture, parse("gaussian:25"), 0)
    assert float((case.noisy - case.target).std() * 255) == pytest.approx(25, rel=0.03)
    assert case.noisy.min() < 0 and torch.equal(case.target[0].permute(1, 2, 0) * 255, torch.tensor(picture.pixels))


def test_the_target_of_pixelate_is_the_mean_of_each_block_as_a_file_holds_it(picture):
    case = one_picture.corrupted(picture, parse("pixelate:8"), 0)
    blocks = picture.pixels.reshape(8, 8, 8, 8, 3).mean((1, 3)) / 255
    target = case.target[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(target - 255 * blocks).max() < 0.501 and np.allclose(target, target.round(), atol=1e-4)


def test_each_pixel_of_pixelate_is_one_of_its_block(picture):
    case = one_picture.corrupted(picture, parse("pixelate:8"), 0)
    for row, column in itertools.product(range(8), repeat=2):
        block = picture.pixels[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].reshape(-1, 3)
        assert (block == (case.noisy[0, :, row, column] * 255).round().numpy()).all(axis=1).any()


@pytest.mark.parametrize("noise, kept", [("pixelate:8", False), ("gaussian:25", True)])
def test_alpha_goes_only_where_the_picture_shrinks(picture, noise, kept):
    alpha = np.full((SMALL, SMALL), 9, np.uint8)
    case = one_picture.corrupted(Picture(picture.pixels, alpha), parse(noise), 0)
    assert (case.picture.alpha is alpha) is kept
    assert one_picture.to_picture(case, case.noisy).pixels.shape[:2] == tuple(case.noisy.shape[-2:])


@pytest.mark.parametrize("shape, told", [((5, 8, 3), "8×5 with 3.*9×7 with 3"), ((7, 9, 1), "9×7 with 1.*9×7 with 3")])
def test_a_clean_picture_of_another_size_or_colour_is_refused_with_both_named(rng, shape, told):
    with pytest.raises(ValueError, match=told):
        one_picture.already_noisy(Picture(pixels(rng, 7, 9, 3)), Picture(pixels(rng, *shape)))


def test_without_a_clean_picture_there_is_no_target(picture):
    assert one_picture.already_noisy(picture, None).target is None


@pytest.mark.parametrize("most", [(4095, 900), (900, 4095)])
def test_16_bit_pictures_of_other_maxima_share_one_scale(rng, most):
    noisy, clean = (pixels(rng, 30, 40, 1, dtype=np.uint16, most=each) for each in most)
    case = one_picture.already_noisy(Picture(noisy), Picture(clean))
    assert np.allclose(case.noisy[0, 0], noisy[:, :, 0] / 4095, atol=1e-6)
    assert np.allclose(case.target[0, 0], clean[:, :, 0] / 4095, atol=1e-6)


def test_pictures_of_other_depths_keep_a_scale_each(rng):
    deep, eight = pixels(rng, 30, 40, 1, dtype=np.uint16, most=65535), pixels(rng, 30, 40, 1)
    case = one_picture.already_noisy(Picture(deep), Picture(eight))
    assert np.allclose(case.noisy[0, 0], deep[:, :, 0] / 65535, atol=1e-6)
    assert np.allclose(case.target[0, 0], eight[:, :, 0] / 255, atol=1e-6)


@pytest.mark.parametrize("dtype, most", [(np.uint8, 255), (np.uint16, 4095), (np.uint16, 65535)])
def test_what_is_not_denoised_comes_back_bit_for_bit(rng, dtype, most):
    picture = Picture(pixels(rng, 20, 30, 3, dtype=dtype, most=most), notes=("a note",))
    case = one_picture.already_noisy(picture, None)
    result = one_picture.to_picture(case, case.noisy)
    assert np.array_equal(result.pixels, picture.pixels) and result.pixels.dtype == dtype
    assert result.notes == picture.notes


def test_psnr_and_ssim_are_scikit_images_on_the_pixels_that_are_seen(picture):
    case = one_picture.corrupted(picture, parse("gaussian:50"), 0)
    shown = one_picture.measure_displayed(case.noisy, case.target)
    assert shown.psnr == pytest.approx(peak_signal_noise_ratio(picture.pixels, shown.pixels), abs=1e-4)
    settings = {"gaussian_weights": True, "use_sample_covariance": False, "channel_axis": 2}
    assert shown.ssim == pytest.approx(structural_similarity(picture.pixels, shown.pixels, **settings), abs=1e-4)


@pytest.mark.parametrize("side, known", [(10, False), (11, True)])
def test_a_picture_under_11_pixels_has_a_psnr_and_no_ssim(rng, side, known):
    picture, target = torch.from_numpy(rng.random((1, 3, side, 20))), torch.full((1, 3, side, 20), 0.5)
    shown = one_picture.measure_displayed(picture, target)
    assert shown.psnr > 0 and (shown.ssim is not None) is known


def test_without_a_target_nothing_is_measured(rng):
    shown = one_picture.measure_displayed(torch.from_numpy(rng.random((1, 1, 20, 20))), None, 1.5)
    assert (shown.psnr, shown.ssim, shown.seconds, shown.pixels.shape) == (None, None, 1.5, (20, 20, 1))


def test_run_returns_each_result_unclipped_with_its_seconds(picture):
    case = one_picture.corrupted(picture, parse("gaussian:25"), 0)
    results = one_picture.compare({"twice": lambda noisy: 2 * noisy, "same": lambda noisy: noisy}, case)
    assert list(results) == ["twice", "same"]
    assert torch.equal(results["twice"][0], 2 * case.noisy) and results["twice"][0].max() > 1
    assert all(shown.seconds >= 0 for _, shown in results.values())
    assert results["same"][1].psnr == one_picture.measure_file(case.noisy, case).psnr


@pytest.mark.parametrize("height, width", [(300, 200), (101, 1000), (999, 17)])
def test_a_large_picture_is_reduced_below_the_limit_in_its_aspect(rng, height, width):
    rows, columns, _ = one_picture.reduced(pixels(rng, height, width, 3), 2000).shape
    assert 0.8 * 2000 < rows * columns <= 2000
    assert abs(columns - rows * width / height) <= 1 + width / height


@pytest.mark.parametrize("shape", [(1, 5000, 3), (5000, 1, 1), (2, 5000, 3)])
def test_a_line_is_reduced_below_the_limit_too(rng, shape):
    rows, columns, channels = one_picture.reduced(pixels(rng, *shape), 100).shape
    assert 50 < rows * columns <= 100 and channels == shape[2]


def test_reducing_averages_areas(rng):
    checks = np.tile(np.uint8([[0, 200], [200, 0]]), (50, 50))[:, :, None]
    inside = one_picture.reduced(checks, 400)[2:-2, 2:-2]
    assert np.abs(inside.astype(float) - 100).max() <= 1


def test_a_picture_at_the_limit_is_left_as_it_is(rng):
    small = pixels(rng, 20, 10, 3)
    assert one_picture.reduced(small, 200) is small


@pytest.mark.parametrize("name", baselines.BASELINES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_classical_method_takes_grey_and_colour_with_black_channels(rng, name, channels):
    method = partial(baselines.denoise, baselines.BASELINES[name])
    noisy = torch.zeros(1, channels, 32, 40)
    assert not method(noisy).any()
    noisy[:, 0] = torch.from_numpy(rng.normal(0.5, 0.1, (32, 40)))
    denoised = method(noisy)
    assert denoised.shape == noisy.shape and denoised[:, 0].std() < 0.06
