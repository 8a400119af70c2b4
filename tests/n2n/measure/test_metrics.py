"""PSNR and SSIM against scikit-image, and the estimate without a clean picture against the truth."""

import math

import numpy as np
import pytest
import skimage
import torch
import torch.nn.functional as F

from n2n.measure.estimate import block_errors, estimate
from n2n.measure.metrics import psnr, ssim, to_psnr
from n2n.noise import generator, parse


@pytest.fixture(scope="module")
def photos():
    """The scenes of four photographs, (60, 3, 64, 64) in [0, 1]."""
    pictures = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea(), skimage.data.rocket()]
    cuts = [p[i : i + 64, j : j + 64] for p in pictures for i in range(0, 193, 64) for j in range(0, 257, 64)]
    return torch.from_numpy(np.stack(cuts[:80:4] + cuts[1:80:2])).permute(0, 3, 1, 2).contiguous() / 255


@pytest.fixture(scope="module")
def quarters():
    """A piece of each of four photographs, (4, 3, 96, 96) in [0, 1]."""
    pieces = [
        skimage.data.astronaut()[:96, 100:196],
        skimage.data.coffee()[100:196, 150:246],
        skimage.data.chelsea()[20:116, 100:196],
        skimage.data.rocket()[150:246, 200:296],
    ]
    return torch.from_numpy(np.stack(pieces)).permute(0, 3, 1, 2).contiguous() / 255


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


@pytest.mark.parametrize("scenes", [12, 60])
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


def eight_bit(picture):
    """Cut off and rounded, as a file of 8 bits does it."""
    return (picture.clamp(0, 1) * 255).round() / 255


@pytest.mark.slow
@pytest.mark.parametrize("keep", [torch.clone, eight_bit], ids=["as drawn", "8 bits"])
@pytest.mark.parametrize("spec", ["gaussian:25", "gaussian:50", "poisson:30", "speckle:0.2"])
def test_the_interval_holds_the_truth_as_often_as_it_says_and_the_estimate_is_unbiased(spec, keep, quarters):
    noise, rng, found = parse(spec), generator(2), []
    for _ in range(200):
        source, target = (keep(shot) for shot in noise.shots(quarters, 2, rng))
        said, truth = estimated(source, target), pooled(smooth(source), quarters)
        found.append((said.psnr - truth, said.low <= truth <= said.high))
    bias, coverage = np.mean(found, axis=0)
    assert abs(bias) < 0.05 and 0.93 <= coverage <= 0.98, f"{bias:+.3f} dB, {coverage:.1%}"


def test_the_interval_is_that_of_the_noise_however_unlike_the_scenes():
    """Of white noise of variance s, the excess d² of a constant picture scatters by 4·d²·s + 2·s² a pixel."""
    offset, s = torch.linspace(0, 1, 40).view(-1, 1, 1, 1), 0.01
    source, target = s**0.5 * torch.randn(2, 40, 1, 64, 64)
    found = estimate([block_errors(offset.expand_as(source), source, target)])
    # f(y1) does not depend on y1 here: (e1 − 2d)·e2 + ½(e2² − e1²)
    expected = (4 * offset.square().mean().item() * s + 2 * s**2) ** 0.5 / source.numel() ** 0.5
    assert (10 ** (-found.low / 10) - 10 ** (-found.high / 10)) / 4 == pytest.approx(expected, rel=0.05)


def test_noise_alike_in_neighbours_makes_the_interval_wider():
    def width(shots):
        found = estimate([block_errors(torch.ones_like(shots[0]), *shots)])
        return 10 ** (-found.low / 10) - 10 ** (-found.high / 10)

    white = torch.randn(2, 20, 1, 64, 64)
    coarse = white[..., ::2, ::2].repeat_interleave(2, dim=-1).repeat_interleave(2, dim=-2)
    assert width(coarse) > 1.3 * width(white)


def test_more_pictures_narrow_the_interval_by_the_root_of_their_number():
    source, target = torch.randn(2, 64, 1, 64, 64) / 10
    few, many = (estimate([block_errors(smooth(a), a, b)]) for a, b in [(source[:4], target[:4]), (source, target)])
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(4, rel=0.15)


def test_a_batch_more_is_as_good_as_a_larger_batch(photos):
    source, target = (eight_bit(shot) for shot in parse("gaussian:25").shots(photos, 2, generator(4)))
    parts, whole = (estimated(source, target, batch) for batch in (15, 60))
    assert [parts.psnr, parts.noisy, parts.clipped] == pytest.approx([whole.psnr, whole.noisy, whole.clipped], abs=1e-4)
    assert [parts.low, parts.high] == pytest.approx([whole.low, whole.high], abs=0.01)


def test_what_is_cut_off_at_black_and_white_is_told(photos):
    source, target = parse("gaussian:25").shots(photos, 2, generator(5))
    cut = [eight_bit(shot) for shot in (source, target)]
    expected = np.mean([((shot == 0) | (shot == 1)).double().mean().item() for shot in cut])
    assert estimated(*cut).clipped == pytest.approx(expected, rel=0.1)
    assert estimated(source, target).clipped == 0


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


def test_an_error_drowned_in_the_noise_gives_100_db():
    source, target = torch.rand(2, 3, 1, 32, 32)
    assert estimate([block_errors(target, source, target)]).psnr == 100


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


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (2, 2), (5, 1)])
def test_the_smallest_pictures_have_an_interval(size):
    source, target = torch.rand(2, 4, 1, *size)
    found = estimate([block_errors(torch.ones_like(source) * 3, source, target)])
    assert found.low < found.psnr < found.high
