"""Checks of the pair doctor: is the noise independent between the shots, between pixels, and equally strong?"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..remedies import exposure
from .details import detail_levels, third_differences
from .metrics import to_psnr
from .verdicts import Sample, Verdict, judged, signed

BLOCK = 32  # pixels: side of the blocks in which common noise is looked for
FLATTEST = 0.1  # quantile of the blocks: there the picture itself has the least detail
FAINT = 3 / 255  # common noise, white is 1, below which nobody would see that it stays

Numbers = npt.NDArray[np.floating[Any]]


def shared_noise(sample: Sample) -> Verdict:
    """The share of the noise power that both shots have in common, in %: of detail at four scales.

    Each scale counts by its power, so that noise which is correlated between pixels is compared where it is strong.
    Texture has detail in common in some blocks, but common noise in all of them: hence the 10th percentile.
    """
    blocks = np.concatenate([_powers_of_blocks(*pair.shots) for pair in sample.some])  # (blocks, (common, all))
    common, power = blocks.T
    share = float(np.quantile(common / np.maximum(power, 1e-12), FLATTEST).clip(0, 1)) if len(blocks) else 0.0
    sigma = math.sqrt(max(0.0, float(np.quantile(common, FLATTEST)))) if len(blocks) else 0.0
    found = f"About {100 * share:.0f} % of the noise power is the same in both shots."
    then = (
        f"It is learnt as picture and stays: denoising gains at most {to_psnr(share):.1f} dB. Bring separate exposures "
        "less the sensor's fixed pattern. (Texture as fine as the noise, all over the pictures, looks the same.)"
    )
    if 0.15 <= share < 0.999 and sigma < FAINT:
        found = (
            f"In common both shots have detail of σ {255 * sigma:.1f} of 255 only: the scene's, or hardly any noise."
        )
        share = 0.0
    return judged("noise in common", 100 * share, "% of noise power", (15, 50), found, then)


def _powers_of_blocks(source: Numbers, target: Numbers) -> Numbers:
    """(blocks, 2): the power of detail that both shots have in common, and that they have each."""
    side = min(BLOCK, *source.shape[-2:])
    whole: Numbers = np.zeros((0, 2))
    for level, details in enumerate(zip(detail_levels(source), detail_levels(target))):
        one, two = details
        products = (one * two, (one**2 + two**2) / 2)
        # A level keeps a quarter of the pixels of the one before, and so of the power of white noise.
        cells = (
            np.stack([_means(product, max(1, (side >> level) - 2)) for product in products], axis=1) * 0.75 / 4**level
        )
        if level == 0:
            whole = cells
        elif len(cells) == len(whole):
            whole = whole + cells
    return whole


def _means(picture: Numbers, side: int) -> Numbers:
    side = min(side, *picture.shape[-2:])
    return exposure.block_means(picture.mean(axis=0, keepdims=True), side)


def correlated_noise(sample: Sample) -> Verdict:
    """The lag-1 autocorrelation of source − target, in which the scene cancels: the larger of across and down."""
    products = np.zeros(3)
    for pair in sample.some:
        noise = pair.source - pair.target
        noise = noise - noise.mean((1, 2), keepdims=True)
        others = noise, noise[:, :, 1:], noise[:, 1:]
        products += [np.mean(other * noise[:, : other.shape[1], : other.shape[2]]) for other in others]
    across, down = lags = (products[1:] / max(products[0], 1e-12)).clip(-0.99, 0.99)
    cost = 10 * math.log10(np.prod((1 + lags) / (1 - lags)))
    found = f"The difference of the shots correlates between pixels: {signed(across)} across, {signed(down)} down."
    then = f"Training stays right, but flat areas gain {cost:.1f} dB less than with white noise. Use raw pictures."
    if np.abs(lags).max() >= 0.9:
        then = "Noise does not look like this: the scene, the light or the place changed. Fix shift and drift first."
    return judged("noise correlated between pixels", np.abs(lags).max(), "correlation", (0.2, 0.9), found, then)


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
    return judged("equal noise", most / least, "× between shots", (1.15, 5), found, then)


def _noise_by_shot(sample: Sample) -> Numbers:
    """The standard deviation of each shot's own noise, white is 1, from fine detail that the other shot lacks."""
    gain = math.comb(6, 3) ** 2  # by which third differences along two axes raise the power of white noise
    powers: dict[int, list[float]] = {}
    for pair in sample.some:
        details = np.stack([third_differences(shot) for shot in pair.shots])
        own = (details**2).mean((1, 2, 3)) - details.prod(axis=0).mean()
        for place, power in enumerate(own.tolist()):
            powers.setdefault(pair.order + place, []).append(power / gain)
    sigmas: Numbers = np.sqrt([max(float(np.mean(powers[shot])), 1e-8) for shot in sorted(powers)])
    return sigmas
