"""The pair doctor: are the assumptions of Noise2Noise met? Looks at pairs before a training, for some seconds.

Noise2Noise needs two shots of the very same scene whose noise is independent and right on average.
"""

import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy
import skimage

from .metrics import to_psnr
from .pairs import Pairs

SIDE = 512  # pixels: the centre of a picture that is looked at
PIXELS = 2**22  # looked at in all where pictures are small
SCENES = (16, 512)  # looked at: of large pictures, of tiny ones
MOST_PAIRS = 64  # looked at where pictures are large
BLOCK = 32  # pixels: side of a block with a correlation of its own
MEGA = 1e6


@dataclass(frozen=True)
class Verdict:
    """What one check found."""

    check: str
    level: str  # "green", "amber" or "red"
    value: float | None
    unit: str
    text: str  # what was found; unless green, what it costs and what to do

    def __str__(self) -> str:
        number = "" if self.value is None else f": {self.value:.3g} {self.unit}"
        indent = " " * 8
        text = textwrap.fill(self.text, 110, initial_indent=indent, subsequent_indent=indent)
        return f"{self.level.upper():8}{self.check}{number}\n{text}"


class CropPair(NamedTuple):
    """The centre of two shots that follow each other; float32 (C, H, W), white at 1."""

    order: int  # of the first shot within its scene
    source: np.ndarray
    target: np.ndarray


@dataclass(frozen=True)
class Sample:
    """What the checks look at."""

    crops: tuple[CropPair, ...]  # whose shots differ
    identical: float  # share of pairs whose shots are the same, in %
    pixels: int  # of all pairs there are


def examine(pairs: Pairs) -> list[Verdict]:
    """The verdict of every check on evenly spread scenes; a noise model's pairs are drawn first."""
    pairs = pairs.frozen(0)
    if pairs.shots.min() < 2:
        alone = int((pairs.shots < 2).sum())
        text = (
            f"{alone:,} of {len(pairs):,} scenes have one shot only. Noise2Noise needs two shots of a scene, each with "
            "noise of its own: nothing can be learnt from one. Take a second shot, or train on clean targets."
        )
        return [Verdict("two shots", "red", float(pairs.shots.min()), "shots", text)]
    sample = _sample(pairs)
    return [check(sample) for check in (CHECKS if sample.crops else WITHOUT_NOISE)]


def _sample(pairs: Pairs) -> Sample:
    least, most = SCENES
    count = min(len(pairs), max(least, min(most, PIXELS // int(np.median(pairs.sizes.prod(axis=1))))))
    crops = []
    for index in np.linspace(0, len(pairs) - 1, count).round().astype(int):
        shots = pairs.scenes[int(index)].shots
        seen = min(len(shots) - 1, max(1, MOST_PAIRS // count))
        for order in np.linspace(0, len(shots) - 2, seen).round().astype(int).tolist():
            crops.append(CropPair(order, *(_centre(shot, pairs.scale) for shot in shots[order : order + 2])))
    different = tuple(pair for pair in crops if not np.array_equal(pair.source, pair.target))
    pixels = int((pairs.sizes.prod(axis=1) * (pairs.shots - 1)).sum())
    return Sample(different, 100 * (1 - len(different) / len(crops)), pixels)


def _centre(shot: np.ndarray, scale: float) -> np.ndarray:
    top, left = (max(0, (side - SIDE) // 2) for side in shot.shape[-2:])
    return shot[:, top : top + SIDE, left : left + SIDE].astype(np.float32) / np.float32(scale)


def _verdict(check: str, value: float, unit: str, limits: tuple[float, float], found: str, then: str) -> Verdict:
    """`limits`: amber from the first, red from the second; `then` is said unless green."""
    level = ("green", "amber", "red")[sum(value >= limit for limit in limits)]
    return Verdict(check, level, float(value), unit, found if level == "green" else f"{found} {then}")


def same_file(sample: Sample) -> Verdict:
    """Share of pairs whose shots are equal in every pixel."""
    return _verdict(
        "same file twice",
        sample.identical,
        "% of pairs",
        (0.001, 5),
        f"The two shots are one and the same picture in {sample.identical:.0f} % of the pairs.",
        "From those a network learns to change nothing: no noise is removed. Bring two separate exposures.",
    )


def shared_noise(sample: Sample) -> Verdict:
    """Share of the noise power that both shots have in common.

    It is the correlation of both shots' third differences in blocks of 32×32 pixels. These differences weigh the finest
    detail most, where pictures hold little but noise; what texture remains raises the correlation of some blocks only,
    noise in common that of all. Hence the 10th percentile over the blocks.
    """
    correlations = np.concatenate([_block_correlations(pair) for pair in sample.crops])
    share = float(np.clip(np.quantile(correlations, 0.1), 0, 1)) if len(correlations) else 0.0
    return _verdict(
        "noise in common",
        100 * share,
        "% of noise power",
        (15, 40),
        f"At least {100 * share:.0f} % of the noise power seems to be the same in both shots.",
        f"What both have in common is learnt as picture and stays: at most {-10 * math.log10(max(share, 1e-9)):.1f} dB "
        "of noise can go. Use separate exposures of the raw data, not two versions of one; subtract the fixed pattern "
        "of the sensor (dark frame). A picture full of texture as fine as the noise can look like this too.",
    )


def _third_differences(picture: np.ndarray) -> np.ndarray:
    return np.diff(np.diff(picture, n=3, axis=-1), n=3, axis=-2)


def _block_correlations(pair: CropPair) -> np.ndarray:
    a, b = _third_differences(pair.source), _third_differences(pair.target)
    height, width = (min(BLOCK, side) for side in a.shape[-2:])

    def mean(values: np.ndarray) -> np.ndarray:
        rows, columns = values.shape[-2] // height, values.shape[-1] // width
        cut = values[:, : rows * height, : columns * width]
        return cut.reshape(len(cut), rows, height, columns, width).mean((0, 2, 4)).ravel()

    common, first, second = mean(a * b), mean(a * a), mean(b * b)
    noisy = (first > 1e-8) & (second > 1e-8)  # where everything is clipped there is no noise to compare
    return common[noisy] / np.sqrt(first[noisy] * second[noisy])


def shift(sample: Sample) -> Verdict:
    """Median shift between the shots in pixels, found by cross-correlation in either half of the picture.

    The errors of the halves are independent, so that the median of their product is the squared shift free of noise.
    """
    found = np.array([_shift_of_halves(pair) for pair in sample.crops])  # (pairs, halves, (y, x))
    product = found.prod(axis=1)
    value = float(np.sqrt(np.maximum(np.median(product, axis=0), 0).sum()))
    agreed = np.where(product > 0, np.abs(found).min(axis=1), 0)
    far = 100 * float((np.hypot(*agreed.T) >= 0.75).mean())
    verdict = _verdict(
        "shift",
        value,
        "px",
        (0.25 if far < 25 else 0, 0.75),
        f"The shots of a pair lie {value:.2f} px apart in the median; more than 0.75 px in {far:.0f} % of the pairs.",
        "The network learns a mean over the places where an edge may lie: the result is blurred by that much, and an "
        "estimated PSNR counts the shift as noise. Register the shots, use a tripod, or leave out those that moved.",
    )
    return verdict


def _shift_of_halves(pair: CropPair) -> list[np.ndarray]:
    """(y, x) in px by which the target lies off the source, in each half along the longer side."""
    source, target = (shot.mean(axis=0) for shot in (pair.source, pair.target))
    if source.shape[0] > source.shape[1]:
        half = source.shape[0] // 2
        return [_shift(source[part], target[part]) for part in (np.s_[:half], np.s_[-half:])]
    half = source.shape[1] // 2
    return [_shift(source[:, part], target[:, part]) for part in (np.s_[:half], np.s_[-half:])]


def _shift(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in source.shape))
    smooth = [(scipy.ndimage.gaussian_filter(shot, 1) - shot.mean()) * window for shot in (source, target)]
    # Not normalised: a spectrum made white would weigh frequencies that hold only noise as much as the picture.
    found = skimage.registration.phase_cross_correlation(*smooth, upsample_factor=20, normalization=None)
    return -found[0]


def drift(sample: Sample) -> Verdict:
    """Change of brightness from source to target in % of white: systematic, in the dark or the light, or by chance."""
    means = [np.stack([_block_means(pair.source), _block_means(pair.target)]) for pair in sample.crops]
    first, second = np.concatenate(means, axis=1)
    gain = second.std() / first.std() if first.std() > 1e-6 else 1.0
    offset = second.mean() - gain * first.mean()
    ends = np.quantile(first, [0.05, 0.95])
    systematic = np.abs(ends * (gain - 1) + offset).max()
    by_chance = np.median([abs(float(np.subtract(*both).mean())) for both in means])
    value = float(max(systematic, by_chance))
    return _verdict(
        "brightness drift",
        100 * value,
        "% of white",
        (1, 4),
        f"Target = {gain:.3f} × source {100 * offset:+.2f} % of white, all pairs together; the mean of a pair's shots "
        f"differs by {100 * by_chance:.2f} %.",
        f"The result takes on the target's brightness: its PSNR ends near {_decibels(value**2):.0f} dB, "
        "and an estimated PSNR is wrong. Fix exposure and white balance, or bring both shots to equal mean and contrast.",
    )


def _block_means(picture: np.ndarray, side: int = 8) -> np.ndarray:
    rows, columns = (length // side for length in picture.shape[-2:])
    cut = picture[:, : rows * side, : columns * side]
    return cut.reshape(-1, rows, side, columns, side).mean((2, 4)).ravel()


def _decibels(mse: float) -> float:
    return float(to_psnr(float(mse)))


def clipping(sample: Sample) -> Verdict:
    """Share of pixels that noise has driven to 0 or to white in one shot of a pair and not in the other."""
    black, white = (
        float(np.mean([((pair.source == end) != (pair.target == end)).mean() for pair in sample.crops]))
        for end in (0, 1)
    )
    variance = float(np.mean([np.square(pair.source - pair.target).mean() / 2 for pair in sample.crops]))
    # Where the clean pixel lies at the limit itself, half of its draws are clipped and their mean is off by σ/√(2π).
    bias = 2 * (black + white) * variance / (2 * math.pi)
    return _verdict(
        "clipping",
        100 * (black + white),
        "% of pixels",
        (2, 15),
        f"Noise reaches black in {100 * black:.1f} % and white in {100 * white:.1f} % of the pixels.",
        "If it is cut off there, the mean of the targets is too light in the dark and too dark in the light: "
        f"the PSNR ends near {_decibels(bias):.0f} dB. Expose differently, keep the black level, or store unclipped values.",
    )


def correlated_noise(sample: Sample) -> Verdict:
    """Lag-1 autocorrelation of source − target, where the scene cancels, across and down."""
    products = np.zeros(3)
    for pair in sample.crops:
        noise = pair.source - pair.target
        noise = noise - noise.mean((1, 2), keepdims=True)
        across, down = noise[:, :, 1:] * noise[:, :, :-1], noise[:, 1:] * noise[:, :-1]
        products += np.mean(noise**2), across.mean(), down.mean()
    lags = np.clip(products[1:] / products[0], -0.99, 0.99)
    cost = 10 * math.log10(np.prod((1 + lags) / (1 - lags)))
    return _verdict(
        "noise of neighbouring pixels",
        float(np.abs(lags).max()),
        "correlation",
        (0.2, 0.9),
        f"What differs between the shots correlates from pixel to pixel: {lags[0]:.2f} across, {lags[1]:.2f} down.",
        f"Noise2Noise stays right, but noise in patches is told from detail less well: averaging over a flat area "
        f"removes {abs(cost):.1f} dB {'less' if cost > 0 else 'more'} than with white noise, and weights trained on white noise "
        "do not fit. Use raw data, not scaled, sharpened or strongly compressed; near 1, the scene itself has changed.",
    )


def _noise_by_shot(sample: Sample) -> np.ndarray:
    """Standard deviation of each shot's own noise, white is 1: power of its finest detail that the other shot lacks."""
    gain = math.comb(6, 3)  # of white noise in third differences, to the power of ½ for each of two axes
    powers: dict[int, list[float]] = {}
    for order, *shots in sample.crops:
        details = [_third_differences(shot) for shot in shots]
        common = np.mean(details[0] * details[1])
        for place, detail in enumerate(details):
            powers.setdefault(order + place, []).append(float(np.mean(detail**2) - common) / gain**2)
    return np.sqrt([max(float(np.mean(powers[shot])), 1e-10) for shot in sorted(powers)])


def noise_strength(sample: Sample) -> Verdict:
    """Ratio of the noise of the noisiest shot to that of the least noisy."""
    sigmas = _noise_by_shot(sample)
    return _verdict(
        "equal noise",
        float(sigmas.max() / sigmas.min()),
        "× between shots",
        (1.15, 2),
        f"The shots' noise has σ {255 * sigmas.min():.1f} to {255 * sigmas.max():.1f} in units of 255.",
        "Training is right all the same, but the PSNR estimated without a clean picture takes both for equal: do not "
        f"believe it near or above {_decibels(np.ptp(sigmas**2) / 2):.0f} dB. Take all shots with the same settings.",
    )


def clean_shot(sample: Sample) -> Verdict:
    """Does one shot have hardly any noise beside the other?"""
    sigmas = _noise_by_shot(sample)
    which = int(sigmas.argmin()) + 1
    return _verdict(
        "clean shot",
        float(sigmas.max() / sigmas.min()),
        "× between shots",
        (3, 5),
        f"Shot {which} has the least noise: σ {255 * sigmas.min():.1f} beside {255 * sigmas.max():.1f} in units of 255.",
        f"If shot {which} is a clean picture and passes for noisy, half of the training teaches to add nothing and "
        "remove nothing, and the estimated PSNR is wrong. Name it clean (folder, file or --roles).",
    )


def amount(sample: Sample) -> Verdict:
    """Pixels of all pairs there are."""
    value = sample.pixels / MEGA
    return _verdict(
        "amount",
        value,
        "megapixels",
        (-math.inf, math.inf),
        f"{value:.3g} megapixels of noisy pairs to learn from.",
        "",
    )


CHECKS: tuple[Callable[[Sample], Verdict], ...] = (
    same_file,
    shared_noise,
    shift,
    drift,
    clipping,
    correlated_noise,
    noise_strength,
    clean_shot,
    amount,
)
WITHOUT_NOISE = (same_file, amount)
