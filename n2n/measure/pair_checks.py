"""The checks of the pair doctor, one function each."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from .metrics import to_psnr
from .verdicts import CropPair, Sample, Verdict

BLOCK = 32  # pixels: side of the blocks in which correlations are computed

Numbers = npt.NDArray[np.floating]


def _verdict(check: str, value: float, unit: str, limits: tuple[float, float], found: str, then: str) -> Verdict:
    """The verdict is amber from the first limit on, and red from the second; unless green, it ends with `then`."""
    sign = 1 if limits[0] < limits[1] else -1
    level = ("green", "amber", "red")[sum(sign * value >= sign * limit for limit in limits)]
    return Verdict(check, level, float(value), unit, found if level == "green" else f"{found} {then}")


def same_file(sample: Sample) -> Verdict:
    """The share of pairs whose shots are equal in every pixel, in %."""
    share = 100 * sample.identical
    found = f"Both shots are the same picture in {share:.3g} % of the pairs."
    then = "From those a network learns to change nothing, so that no noise goes. Bring two separate exposures."
    return _verdict("duplicate shots", share, "% of pairs", (1e-9, 5), found, then)


def shared_noise(sample: Sample) -> Verdict:
    """The share of the noise power that both shots have in common, in %: the correlation of their finest detail.

    The finest detail is almost only noise. Texture correlates in some blocks of 32×32 pixels, but common noise in all
    of them: hence the 10th percentile over blocks. Common noise without fine detail is not found.
    """
    correlations = np.concatenate([_block_correlations(pair) for pair in sample.crops])
    share = float(np.quantile(correlations, 0.1).clip(0, 1)) if len(correlations) else 0.0
    found = f"About {100 * share:.0f} % of the noise power is the same in both shots."
    then = (
        f"It is learnt as picture and stays: denoising gains at most {to_psnr(share):.1f} dB. Bring separate exposures "
        "less the sensor's fixed pattern. (Texture as fine as the noise, all over the pictures, looks the same.)"
    )
    return _verdict("noise in common", 100 * share, "% of noise power", (15, 50), found, then)


def _block_correlations(pair: CropPair) -> Numbers:
    first, second = _third_differences(pair.source), _third_differences(pair.target)
    side = min(BLOCK, *first.shape[-2:])
    products = (first * second, first**2, second**2)
    common, *powers = (_block_means(product.mean(axis=0), side) for product in products)
    noisy = np.minimum(*powers) > 1e-8  # where everything is clipped there is no noise to compare
    correlations: Numbers = common[noisy] / np.sqrt(np.prod(powers, axis=0)[noisy])
    return correlations


def _third_differences(picture: Numbers) -> Numbers:
    return np.diff(np.diff(picture, n=3, axis=-1), n=3, axis=-2)


def _block_means(picture: Numbers, side: int) -> Numbers:
    """Means of all whole blocks, (…, H, W) → (M,); scikit-image's block_reduce pads incomplete blocks with zeros."""
    rows, columns = (length // side for length in picture.shape[-2:])
    cut = picture[..., : rows * side, : columns * side]
    means: Numbers = cut.reshape(-1, rows, side, columns, side).mean((2, 4)).ravel()
    return means


def shift(sample: Sample) -> Verdict:
    """The median shift between the shots of a pair, in pixels, by cross-correlation in each half of the picture.

    The errors of the halves are independent: the median of their product is the squared shift, unbiased by noise.
    """
    halves = np.array([_shifts_of_halves(pair) for pair in sample.crops])  # (pairs, 2, (down, right))
    apart, middle = np.abs(np.subtract(*halves.swapaxes(0, 1))), halves.mean(axis=1)
    size = np.sqrt(np.median(halves.prod(axis=1), axis=0).clip(0))
    value = math.hypot(*np.where(size > 2 * np.median(apart, axis=0) / math.sqrt(len(halves)), size, 0))
    far = float((np.hypot(*np.where(apart < np.abs(middle), middle, 0).T) >= 0.75).mean())
    down, right = np.median(middle, axis=0)
    found = (
        f"Target and source lie {value:.2f} px apart in the median, over 0.75 px in {100 * far:.0f} % of the pairs; "
        f"the median is {_signed(down)} px down and {_signed(right)} px right."
    )
    then = "Edges are learnt blurred by that much, and an estimated PSNR is wrong. Register the shots."
    return _verdict("shift", value, "px", (0.25 if far < 0.25 else 0, 0.75), found, then)


def _signed(number: float) -> str:
    """'+0.25' or '−0.25', with a true minus sign; zero is '+0.00'."""
    return f"{number:+z.2f}".replace("-", "−")


def _shifts_of_halves(pair: CropPair) -> list[Numbers]:
    """The shift (down, right) in pixels from source to target, in both halves along the longer side."""
    shots = np.stack(pair[1:]).mean(axis=1)
    return [_shift(*half) for half in np.array_split(shots, 2, axis=1 + int(np.argmax(shots.shape[1:])))]


def _shift(source: Numbers, target: Numbers) -> Numbers:
    if min(np.ptp(source), np.ptp(target)) == 0:
        return np.zeros(2)
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in source.shape))
    smooth = [(scipy.ndimage.gaussian_filter(shot, 1) - shot.mean()) * window for shot in (source, target)]
    # Not normalised: with a whitened spectrum, frequencies with noise only would count as much as the picture.
    shift, *_ = skimage.registration.phase_cross_correlation(*smooth, upsample_factor=20, normalization=None)
    moved: Numbers = -shift
    return moved


def drift(sample: Sample) -> Verdict:
    """The change of brightness from source to target in % of white: common to all pairs (gain, offset), or random."""
    means = [np.stack([_block_means(shot, 8) for shot in pair[1:]]) for pair in sample.crops]
    first, second = np.concatenate(means, axis=1)
    gain = second.std() / max(first.std(), 1e-6)
    offset = second.mean() - gain * first.mean()
    change = np.abs(first * (gain - 1) + offset)
    by_chance = float(np.median([abs(np.subtract(*both).mean()) for both in means]))
    ceiling = to_psnr(max(float(np.mean(change**2)), by_chance**2))
    found = f"Target = {gain:.3f} × source {_signed(100 * offset)} % of white; means differ by {100 * by_chance:.2f} %."
    then = f"PSNR ends near {ceiling:.0f} dB, and an estimated PSNR is wrong. Bring the shots to one brightness."
    value = 100 * max(np.quantile(change, 0.95), by_chance)
    return _verdict("brightness drift", value, "% of white", (1, 4), found, then)


def clipping(sample: Sample) -> Verdict:
    """The share of pixels, in %, that are at black or at white in one shot of a pair but not in the other."""
    alone = [[np.mean((source == end) != (target == end)) for end in (0, 1)] for _, source, target in sample.crops]
    black, white = 100 * np.mean(alone, axis=0)
    variance = np.mean([np.square(source - target).mean() / 2 for _, source, target in sample.crops])
    # Where the clean value is at the limit, half of the noise is clipped and the bias is σ/√(2π); elsewhere it is less.
    ceiling = to_psnr((black + white) / 100 * variance / (2 * math.pi))
    found = f"Noise reaches black in {black:.1f} % and white in {white:.1f} % of the pixels."
    then = f"If cut off there, targets are biased to grey: PSNR ends near {ceiling:.0f} dB. Export without clipping."
    return _verdict("clipping", black + white, "% of pixels", (3, 15), found, then)


def correlated_noise(sample: Sample) -> Verdict:
    """The lag-1 autocorrelation of source − target, in which the scene cancels: the larger of across and down."""
    products = np.zeros(3)
    for _, source, target in sample.crops:
        noise = source - target - (source - target).mean((1, 2), keepdims=True)
        others = noise, noise[:, :, 1:], noise[:, 1:]
        products += [np.mean(other * noise[:, : other.shape[1], : other.shape[2]]) for other in others]
    across, down = lags = (products[1:] / max(products[0], 1e-12)).clip(-0.99, 0.99)
    cost = 10 * math.log10(np.prod((1 + lags) / (1 - lags)))
    found = f"The difference of the shots correlates between pixels: {_signed(across)} across, {_signed(down)} down."
    then = f"Training stays right, but flat areas gain {cost:.1f} dB less than with white noise. Use raw pictures."
    if np.abs(lags).max() >= 0.9:
        then = "Noise does not look like this: the scene, the light or the place changed. Fix shift and drift first."
    return _verdict("noise correlated between pixels", np.abs(lags).max(), "correlation", (0.2, 0.9), found, then)


def noise_strength(sample: Sample) -> Verdict:
    """The ratio of the noise of the noisiest shot to that of the least noisy one, which looks clean from 5 on."""
    sigmas = _noise_by_shot(sample)
    least, most = sigmas.min(), sigmas.max()
    found = f"Noise of the shots: σ {255 * least:.1f} to {255 * most:.1f} in units of 255, from the finest detail."
    doubt = to_psnr((most**2 - least**2) / 2)
    then = f"Training stays right, but mistrust an estimated PSNR near or above {doubt:.0f} dB. Take all shots alike."
    if most >= 5 * least:
        then = (
            f"Shot {sigmas.argmin() + 1} looks clean, and would teach to add noise. If it is, name it clean (--roles)."
        )
    return _verdict("equal noise", most / least, "× between shots", (1.15, 5), found, then)


def _noise_by_shot(sample: Sample) -> Numbers:
    """The standard deviation of each shot's own noise, white is 1, from fine detail that the other shot lacks."""
    gain = math.comb(6, 3) ** 2  # by which third differences along two axes raise the power of white noise
    powers: dict[int, list[float]] = {}
    for order, *shots in sample.crops:
        details = np.stack([_third_differences(shot) for shot in shots])
        own = (details**2).mean((1, 2, 3)) - details.prod(axis=0).mean()
        for place, power in enumerate(own.tolist()):
            powers.setdefault(order + place, []).append(power / gain)
    sigmas: Numbers = np.sqrt([max(float(np.mean(powers[shot])), 1e-8) for shot in sorted(powers)])
    return sigmas


def amount(sample: Sample) -> Verdict:
    """The pixels of all pairs in the set, in megapixels."""
    value = sample.pixels / 1e6
    found = f"{value:.3g} megapixels of noisy pairs to learn from."
    then = "A network learns so few by heart, noise included. Bring more, or start from a ready-made model."
    return _verdict("amount", value, "megapixels", (1, 0.1), found, then)


WITHOUT_NOISE: tuple[Callable[[Sample], Verdict], ...] = (same_file, amount)
CHECKS = (same_file, shared_noise, shift, drift, clipping, correlated_noise, noise_strength, amount)
