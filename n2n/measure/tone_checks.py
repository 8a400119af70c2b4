"""Checks of the pair doctor: are both shots equally bright, equally sharp, and not cut off at black or white?"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from ..remedies import exposure
from .details import third_differences
from .metrics import to_psnr
from .verdicts import CropPair, Sample, Verdict, judged, listed, signed

DRIFT = (1.0, 4.0)  # % of white: limits of amber and red
SURE = 8.0  # standard errors from which on the change of a single pair is believed
MATCH = "--match-exposure"
COUNTS = 0.25  # variance of the noise at black, relative to that of all pixels, below which it is of counts
EQUAL = 1.3  # ratio of the noise of two shots up to which their sharpness can be compared

Numbers = npt.NDArray[np.floating[Any]]


def drift(sample: Sample) -> Verdict:
    """The change of brightness (gain, offset) from source to target in % of white, in the median of the pairs: at the
    brightest or darkest areas.
    """
    found = [pair.exposure for pair in sample.crops]
    changes = np.array(
        [_change(pair, one) if one.change > SURE * one.error else 0.0 for pair, one in zip(sample.crops, found)]
    )
    far = [pair.name for pair, change in zip(sample.crops, changes) if 100 * change >= DRIFT[0]]
    middle = float(np.median(changes))
    worst = found[int(np.argmax(changes))]
    gain, offset = (float(np.median([one[place] for one in found])) for place in (0, 1))
    told = f"Target = {gain:.3f} × source {signed(100 * offset)} % of white in the median."
    if far:
        told += f" It differs by over {DRIFT[0]:g} % of white in {100 * len(far) / len(changes):.3g} % of the pairs"
        told += f", most with {worst.gain:.3f} × source {signed(100 * worst.offset)} %: {listed(far)}."
    ceiling = to_psnr(max(float(np.mean([one.change**2 for one in found])), 1e-12))
    then = f"PSNR ends near {ceiling:.0f} dB, and an estimated PSNR is wrong. Match the exposures."
    limits = (DRIFT[0] if not far else 0.0, DRIFT[1])
    return judged("brightness drift", 100 * middle, "% of white", limits, told, then, MATCH)


def _change(pair: CropPair, found: exposure.Exposure) -> float:
    """The greatest change between the darkest and the brightest areas, which are 5 % each; white is 1."""
    ends = np.quantile(exposure.block_means(pair.source, min(8, *pair.source.shape[-2:])), [0.05, 0.95])
    return float(np.abs((found.gain - 1) * ends + found.offset).max())


def focus(sample: Sample) -> Verdict:
    """The loss of fine structure from one shot to the other in %: of power at a period of about 8 pixels.

    The powers of both shots differ by that of their structure and of their noise; the noise is told from the finest
    detail. Structure is what both have in common.
    """
    losses = np.array([_loss(pair) for pair in sample.crops])
    counted = losses[np.isfinite(losses)]
    value = float(np.median(counted)) if len(counted) else 0.0
    names = [pair.name for pair, loss in zip(sample.crops, losses) if abs(loss) >= 20]
    blurred = "target" if value > 0 or (not value and names) else "source"
    told = f"Fine structure of target and source differs by {abs(value):.2g} % in the median."
    then = (
        f"The {blurred} is out of focus, or was smoothed ({listed(names)}): sharpness is lost in what is learnt. "
        "Focus both shots alike, or leave these pairs out."
    )
    worth = max(abs(value), 20.0 if names else 0.0)
    return judged("equal sharpness", worth, "% of fine structure", (15, 50), told, then)


def _loss(pair: CropPair) -> float:
    """How much weaker the target's structure is, in %; NaN where that cannot be told."""
    shots = (pair.source, pair.target / max(pair.exposure.gain, 0.1))
    fine = [third_differences(shot) for shot in shots]
    common = float(np.mean(fine[0] * fine[1]))
    noises = [max(float(np.mean(detail**2)) - common, 1e-12) for detail in fine]
    bands = [_band(shot) for shot in shots]
    structure = float(np.mean(bands[0] * bands[1]))
    powers = [float(np.mean(band**2)) for band in bands]
    apart = powers[0] - powers[1]
    # A pixel of the band shares its noise with about 25 others.
    error = (max(powers) - max(structure, 0)) * 2 * math.sqrt(25 / bands[0].size)
    if structure < 0.05 * max(powers) or max(noises) > EQUAL * min(noises):
        return math.nan
    return 100 * apart / structure if abs(apart) > 6 * error else 0.0


def _band(shot: Numbers) -> Numbers:
    fine, coarse = (scipy.ndimage.gaussian_filter(shot, (0, sigma, sigma)) for sigma in (1.0, 2.0))
    band: Numbers = fine - coarse
    return band


def clipping(sample: Sample) -> Verdict:
    """The share of pixels, in %, that are at the lowest or highest value in one shot of a pair but not in the other.

    Counts, such as those of photons, have no noise where there is no light: they are not cut off at 0.
    """
    lowest = min(float(min(pair.source.min(), pair.target.min())) for pair in sample.crops)
    highest = max(float(max(pair.source.max(), pair.target.max())) for pair in sample.crops)
    ends = (lowest, highest)
    alone = [[np.mean((pair.source == end) != (pair.target == end)) for end in ends] for pair in sample.crops]
    black, white = 100 * np.mean(alone, axis=0)
    counts = black > 0 and _are_counts(sample, lowest)
    variance = np.mean([np.square(pair.source - pair.target).mean() / 2 for pair in sample.crops])
    # Where the clean value is at the limit, half of the noise is clipped and the bias is σ/√(2π); elsewhere it is less.
    share = white if counts else black + white
    ceiling = to_psnr(max(share, 1e-9) / 100 * variance / (2 * math.pi))
    found = f"Noise reaches the lowest value in {black:.1f} % and the highest in {white:.1f} % of the pixels."
    found += " It vanishes towards black, as that of counts does, so that nothing is cut off there." if counts else ""
    then = f"If cut off there, targets are biased to grey: PSNR ends near {ceiling:.0f} dB. Export without clipping."
    return judged("clipping", share, "% of pixels", (3, 15), found, then)


def _are_counts(sample: Sample, black: float) -> bool:
    """Whether the variance of the noise is proportional to the brightness, black being 0.

    In an area of brightness m near black, noise that was cut off has a variance of more than its mean power m²; that of
    counts is q·m with the same q as everywhere.
    """
    means = np.concatenate([exposure.block_means((p.source + p.target) / 2 - black, _cell(p)) for p in sample.crops])
    powers = np.concatenate([exposure.block_means((p.source - p.target) ** 2 / 2, _cell(p)) for p in sample.crops])
    dark = means <= np.quantile(means, 0.25)
    bright = means >= np.quantile(means, 0.5)
    if means[dark].mean() > means[bright].mean() / 2:
        return False  # nothing is dark
    slopes = [powers[part].sum() / max(means[part].sum(), 1e-12) for part in (dark, bright)]
    return bool(slopes[1] > 0 and 0.8 < slopes[0] / slopes[1] < 1.25)


def _cell(pair: CropPair) -> int:
    return min(4, int(pair.source.shape[-2]), int(pair.source.shape[-1]))
