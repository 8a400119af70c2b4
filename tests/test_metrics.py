"""PSNR and SSIM against scikit-image, and the estimate without a clean picture against the truth."""

import math

import numpy as np
import pytest
import skimage
import torch
import torch.nn.functional as F

from n2n.metrics import block_errors, estimate, psnr, ssim, to_psnr
from n2n.noise import generator, parse


@pytest.fixture(scope="module")
def photos():
    """The scenes of four photographs, (60, 3, 64, 64) in [0, 1]."""
    pictures = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea(), skimage.data.rocket()]
    cuts = [p[i : i + 64, j : j + 64] for p in pictures for i in range(0, 193, 64) for j in range(0, 257, 64)]
    return torch.from_numpy(np.stack(cuts[:80:4] + cuts[1:80:2])).permute(0, 3, 1, 2).contiguous() / 255


def smooth(noisy):
    """A denoiser that learnt nothing: the mean of 3×3 pixels."""
    return F.avg_pool2d(noisy, 3, stride=1, padding=1, count_include_pad=False)


def estimated(source, target, batch=16):
    """The estimate for `smooth`, batch by batch."""
    return estimate([block_errors(smooth(a), a, b) for a, b in zip(source.split(batch), target.split(batch))])


def pooled(a, b):
    """PSNR in dB over all pixels of all pictures."""
    return skimage.metrics.peak_signal_noise_ratio(a.numpy(), b.numpy(), data_range=1)


@pytest.mark.parametrize("data_range", [1, 255, 1023])
def test_psnr_is_that_of_scikit_image(data_range):
    a, b = data_range * torch.rand(2, 4, 3, 20, 30)
    expected = [
        skimage.metrics.peak_signal_noise_ratio(one.numpy(), other.numpy(), data_range=data_range)
        for one, other in zip(a, b)
    ]
    torch.testing.assert_close(psnr(a, b, data_range).double(), torch.tensor(expected, dtype=torch.float64))


def test_psnr_of_equal_pictures_is_100_db():
    assert psnr(torch.ones(2, 1, 4, 4), torch.ones(2, 1, 4, 4)).tolist() == [100, 100]


def test_psnr_clips_nothing():
    assert psnr(torch.full((1, 1, 2, 2), 2.0), torch.ones(1, 1, 2, 2)).item() == 0


@pytest.mark.parametrize("mse, expected", [(1, 0), (0.1, 10), (0.01, 20), (0, 100)])
def test_a_tenth_of_the_error_is_ten_decibels(mse, expected):
    assert to_psnr(mse).item() == pytest.approx(expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_ssim_is_that_of_scikit_image_with_the_settings_of_its_authors(channels):
    a, b = torch.rand(2, 3, channels, 20, 30, dtype=torch.float64)
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 1}
    expected = [
        np.mean([skimage.metrics.structural_similarity(p, q, **settings) for p, q in zip(one.numpy(), other.numpy())])
        for one, other in zip(a, b)
    ]
    torch.testing.assert_close(ssim(a, b).double(), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("size, known", [((11, 11), True), ((10, 50), False), ((50, 10), False)])
def test_ssim_needs_a_side_of_11_pixels(size, known):
    assert ssim(*torch.rand(2, 2, 1, *size)).isfinite().tolist() == [known] * 2


@pytest.mark.parametrize("scenes", [12, 60])  # a bootstrap over blocks, and over scenes
@pytest.mark.parametrize("spec", ["gaussian:25", "gaussian:0-50", "poisson:30", "speckle:0.2", "pixelate:2"])
def test_the_estimate_finds_the_psnr_that_nobody_can_see(spec, scenes, photos):
    noise, rng, photos = parse(spec), generator(1), photos[-scenes:]
    clean = noise.clean(photos)
    source, target = noise(photos, rng), noise(photos, rng)
    if "-" in spec:  # both shots need one level
        source, target = (clean + s * torch.randn_like(clean) for s in [torch.rand(scenes, 1, 1, 1) / 5] * 2)
    found, truth = estimated(source, target), pooled(smooth(source), clean)
    assert found.low <= truth <= found.high or abs(found.psnr - truth) < 0.2
    assert found.low < found.psnr < found.high
    assert found.noisy == pytest.approx(pooled(source, clean), abs=0.3)


def test_from_20_scenes_on_the_interval_is_that_of_the_mean_over_scenes():
    """Blocks of one scene have one error here: taken for independent, they would give half the width."""
    errors = torch.rand(40, 1, 1, 1).expand(40, 1, 64, 64)
    found = estimate([block_errors(errors.sqrt(), errors * 0, errors * 0)])
    width = 10 ** (-found.low / 10) - 10 ** (-found.high / 10)
    assert width == pytest.approx(2 * 1.96 * errors[:, 0, 0, 0].std(correction=0).item() / 40**0.5, rel=0.15)


def test_the_interval_holds_the_truth_about_as_often_as_it_says(photos):
    rng, inside = generator(2), []
    for start in range(0, 48, 2):
        clean = photos[start : start + 2]
        source, target = (parse("gaussian:50")(clean, rng) for _ in range(2))
        found = estimated(source, target)
        inside.append(found.low <= pooled(smooth(source), clean) <= found.high)
    assert np.mean(inside) > 0.75


def test_for_a_noise_that_shifts_the_mean_the_estimate_is_against_the_mean_picture(photos):
    noise, rng = parse("impulse:0.3"), generator(3)
    source, target = noise(photos, rng), noise(photos, rng)
    found = estimated(source, target)
    assert found.psnr == pytest.approx(pooled(smooth(source), 0.7 * photos + 0.3 / 2), abs=0.2)
    assert abs(found.psnr - pooled(smooth(source), photos)) > 1


@pytest.mark.parametrize("size", [(64, 64), (50, 70), (20, 33), (1, 5)])
def test_the_floor_is_half_the_mean_squared_difference_of_the_shots(size):
    source, target = torch.rand(2, 5, 3, *size)
    expected = ((source - target).double() ** 2).mean().item() / 2
    assert estimated(source, target, batch=2).floor == pytest.approx(expected)


def test_pictures_of_several_sizes_are_weighted_by_their_pixels():
    shots = [torch.rand(2, 2, 1, *size).unbind() for size in [(40, 40), (90, 35), (8, 8)]]
    found = estimate([block_errors(a, a, b) for a, b in shots])
    expected = np.concatenate([((a - b) ** 2).flatten().numpy() for a, b in shots]).mean() / 2
    assert found.floor == pytest.approx(expected)


@pytest.mark.parametrize("size", [(64, 64), (50, 70), (33, 31), (20, 100), (1, 1)])
def test_blocks_add_up_to_the_picture(size):
    denoised, source, target = torch.rand(3, 4, 3, *size)
    blocks = block_errors(denoised, source, target)
    total = (blocks.against_target * blocks.area).sum(1) / blocks.area.sum(1)
    torch.testing.assert_close(total, (denoised - target).double().square().mean((1, 2, 3)), atol=0, rtol=1e-5)
    assert blocks.area.sum(1).tolist() == [size[0] * size[1]] * 4


def test_a_block_is_the_mean_of_its_32_by_32_pixels():
    source, target = torch.rand(2, 1, 3, 70, 40)
    expected = [
        ((source - target)[0, :, i : i + 32, j : j + 32] ** 2).mean().item() for i in (0, 32, 64) for j in (0, 32)
    ]
    assert block_errors(source, source, target).of_pair[0].tolist() == pytest.approx(expected)


def test_an_error_drowned_in_the_noise_gives_100_db():
    source, target = torch.rand(2, 3, 1, 32, 32)
    assert estimate([block_errors(target, source, target)]).psnr == 100


def test_the_estimate_is_the_same_again_and_its_seed_moves_the_interval_only():
    source, target = torch.rand(2, 25, 1, 32, 32)
    errors = [block_errors(smooth(source), source, target)]
    first, again, other = (estimate(errors, seed) for seed in (0, 0, 1))
    assert first == again
    assert (first.psnr, first.low != other.low) == (other.psnr, True)


def test_more_scenes_than_the_bootstrap_draws_are_merged_without_loss():
    source, target = torch.rand(2, 4100, 1, 2, 2)
    found = estimate([block_errors(source * 0, source, target)])
    assert found.floor == pytest.approx(((source - target) ** 2).mean().item() / 2)
    assert found.psnr == pytest.approx(
        -10 * np.log10(((target**2).mean() - ((source - target) ** 2).mean() / 2).item())
    )


@pytest.mark.parametrize(
    "shapes", [((2, 3, 8, 8), (1, 3, 8, 8)), ((3, 8, 8), (3, 8, 8)), ((0, 3, 8, 8), (0, 3, 8, 8)), ((8, 8), (8, 8))]
)
def test_shapes_without_a_psnr_are_refused(shapes):
    with pytest.raises(ValueError, match=r"the pictures have the shapes .*; allowed: twice the same \(N, C, H, W\)"):
        psnr(*map(torch.zeros, shapes))


@pytest.mark.parametrize("data_range", [0, -1, math.inf, math.nan])
def test_a_range_without_a_psnr_is_refused(data_range):
    with pytest.raises(ValueError, match=f"data_range is {data_range}; allowed: the value of white, above 0"):
        psnr(*torch.zeros(2, 1, 1, 8, 8), data_range)


@pytest.mark.parametrize(("dtype", "white"), [(torch.uint8, 255), (torch.uint16, 65535)])
def test_whole_numbers_need_their_white_and_then_have_the_psnr_of_scikit_image(rng, dtype, white):
    a, b = (torch.from_numpy(rng.integers(0, white + 1, (1, 3, 8, 9))).to(dtype) for _ in range(2))
    with pytest.raises(ValueError, match=rf"data_range is 1 for u?int.* pixels; .* data_range={white}, or divide"):
        psnr(a, b)
    expected = skimage.metrics.peak_signal_noise_ratio(a.numpy(), b.numpy(), data_range=white)
    assert float(psnr(a, b, white)) == pytest.approx(expected, abs=1e-4)
