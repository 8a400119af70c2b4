"""Estimates from noisy pictures alone: the strength of their noise, and the PSNR without a clean picture."""

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import skimage
from torch import Tensor

from .clipping import unbiased
from .metrics import to_psnr

APART = 4  # pixels: noise that far apart counts as independent
UNSURE = 0.05  # standard error of the correction for clipped noise, as a fraction of it


def noise_level(picture: npt.NDArray[np.floating]) -> float:
    """The standard deviation of the noise in a picture (H, W, C), in the picture's own units.

    It is the median absolute deviation of the finest wavelet coefficients (Donoho and Johnstone, 1994), as implemented
    in scikit-image; mean over the channels that have any detail, 0 if none has.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a channel without detail gives NaN
        sigmas = np.array(skimage.restoration.estimate_sigma(picture, channel_axis=-1))
    return float(sigmas[np.isfinite(sigmas)].mean()) if np.isfinite(sigmas).any() else 0.0


@dataclass(frozen=True)
class Estimate:
    """The PSNR against the clean pictures, pooled over all pixels, estimated from noisy ones alone; in dB.

    `low` and `high` bound its 95 % interval: if the scenes were taken again and again, 95 of 100 intervals would
    contain the true PSNR.
    """

    psnr: float
    low: float
    high: float
    noisy: float  # the same estimate for the picture before denoising
    floor: float  # noise floor: the least mean squared error, white at 1, of any denoiser against the noisy targets
    clipped: float = (
        0.0  # fraction of the values clipped at black or white, for which the estimate is corrected; 0 to 1
    )


@dataclass(frozen=True)
class BlockErrors:
    """Means over a block of pictures, from which the estimate is made; y1 and y2 are the unbiased shots."""

    pixels: int  # in the block
    excess: float  # (f(y1) − y2)² − ½(y1 − y2)²
    noisy: float  # the same with y1 for f(y1)
    variance: float  # of a pixel's excess
    alike: tuple[float, float]  # pixels, down and across, over which correlated noise makes the excess alike
    correction: float  # added to the excess by the correction for clipping
    clipped: float  # fraction of the values that were clipped, 0 to 1
    floor: float  # ½(y1 − y2)² of the uncorrected shots


def block_errors(denoised: Tensor, source: Tensor, target: Tensor) -> BlockErrors:
    """The errors of a block of pictures, denoised, first shot and second shot: float (N, C, H, W) each, white at 1."""
    first, second, clipped = unbiased(source, target)
    chained = float((source[1:] == target[:-1]).flatten(1).all(1).double().sum() / len(source))
    found = float(excess(denoised, first, second).mean())
    return BlockErrors(
        pixels=source[:, 0].numel(),
        excess=found,
        noisy=float(excess(source, first, second).mean()),
        variance=_variance(denoised, first, second, chained),
        alike=(_alike(first - second, -2), _alike(first - second, -1)),
        correction=found - float(excess(denoised, source, target).mean()) if clipped else 0.0,
        clipped=clipped,
        floor=float((source - target).double().square().mean() / 2),
    )


def excess(picture: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Each pixel's contribution to the estimate, mean over channels: (N, C, H, W) three times → (N, H, W)."""
    return ((picture - second).double().square() - (first - second).double().square() / 2).mean(1)


def _variance(denoised: Tensor, first: Tensor, second: Tensor, chained: float) -> float:
    """The variance of a pixel's excess that is due to noise alone; pictures are (N, C, H, W).

    With d = f(y1) − x and the noises e1, e2, the excess minus d² is (e1 − 2d)·e2 + ½(e2² − e1²). The variances of the
    two terms are estimated from n = (y1 − y2)/√2, as strong as e2 but, some pixels away (′), independent of it:

        E[((2f(y1) − y1 − y2)·n′)²] − E[(n·n′)²]   and   ½·E[(n² − n′²)²] − E[(n·n′)²]

    The second term cancels in the fraction of pairs, `chained`, whose target is the source of the next pair.
    """
    noise, both = (first - second) / math.sqrt(2), 2 * denoised - first - second
    found = []
    for dim in (-2, -1):
        if noise.shape[dim] > 1:
            apart = min(APART, noise.shape[dim] - 1)
            (near, far), (left, _) = _apart(noise, dim, apart), _apart(both, dim, apart)
            power = [part.double().square().mean(1) for part in (near, far)]
            product = (near * far).double().mean(1).square().mean()
            mixed = (left * far).double().mean(1).square().mean() - product
            own = (power[0] - power[1]).square().mean() / 2 - product
            found.append(float(mixed.clamp_min(0) + (1 - chained) * own.clamp_min(0)))
    return sum(found) / len(found) if found else float(excess(denoised, first, second).square().mean())


def _alike(difference: Tensor, dim: int) -> float:
    """1 + 2·Σ ρ², where ρ are autocorrelations of the shots' difference, (N, C, H, W), at lags of 1, 2, … pixels."""
    power = difference.double().square().mean().clamp_min(1e-12)
    lags = range(1, min(APART, difference.shape[dim]))
    products = [near * far for near, far in (_apart(difference, dim, lag) for lag in lags)]
    return 1 + 2 * sum(float(product.double().mean() / power) ** 2 for product in products)


def _apart(values: Tensor, dim: int, pixels: int) -> tuple[Tensor, Tensor]:
    """Values, and those that lie `pixels` further along a dimension, as two tensors of one shape."""
    count = values.shape[dim] - pixels
    return values.narrow(dim, 0, count), values.narrow(dim, pixels, count)


def estimate(errors: list[BlockErrors]) -> Estimate:
    """The PSNR of a denoiser f against clean pictures x that nobody has, from two shots y1, y2 of each scene:

        MSE(f(y1), x) = MSE(f(y1), y2) − ½·mean((y1 − y2)²)

    This follows from the argument of Lehtinen et al. (2018, section 2): with noise that is independent of y1 and of
    zero mean in y2, the error against y2 is the error against x plus the variance of y2, which is half the mean squared
    difference of shots with equally strong noise. It holds on average, for shots that f was not trained on. Clipped
    noise has no zero mean; clipping.py corrects for it. The interval is two standard errors to either side. An excess
    error of zero or less, smaller than its own uncertainty, gives 100 dB.
    """
    weights = np.array([block.pixels for block in errors], dtype=np.float64)

    def mean(values: Iterable[float]) -> float:
        return float(np.average(list(values), weights=weights))

    excess = mean(block.excess for block in errors)
    alike = np.average([block.alike for block in errors], axis=0, weights=weights)
    by_noise = math.sqrt(mean(block.variance for block in errors) * float(np.prod(alike)) / weights.sum())
    reach = 2 * math.hypot(by_noise, UNSURE * mean(block.correction for block in errors))
    return Estimate(
        psnr=_psnr_of_excess(excess),
        low=_psnr_of_excess(excess + reach),
        high=_psnr_of_excess(excess - reach),
        noisy=_psnr_of_excess(mean(block.noisy for block in errors)),
        floor=mean(block.floor for block in errors),
        clipped=mean(block.clipped for block in errors),
    )


def _psnr_of_excess(mse: float) -> float:
    return float(to_psnr(max(mse, 1e-12)))
