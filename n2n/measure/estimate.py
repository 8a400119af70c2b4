"""What noisy pictures alone tell: how strong their noise is, and the PSNR without a clean picture."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import skimage
from torch import Tensor

from .clipping import right_on_average
from .metrics import to_psnr

APART = 4  # pixels, over which noise is taken for independent
UNSURE = 0.05  # standard error of the correction for noise cut off, as a share of it


def noise_level(picture: np.ndarray) -> float:
    """Standard deviation of the noise in a picture (H, W, C), by scikit-image from its finest wavelets (Donoho &
    Johnstone, 1994): mean over the channels that have any detail, 0 if none has.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a channel without detail has NaN
        sigmas = np.array(skimage.restoration.estimate_sigma(picture, channel_axis=-1))
    return float(sigmas[np.isfinite(sigmas)].mean()) if np.isfinite(sigmas).any() else 0.0


@dataclass(frozen=True)
class Estimate:
    """Clean PSNR, pooled over all pixels, estimated from noisy pictures alone; in dB, with its 95 % interval.

    Were the scenes taken again and again, 95 of 100 intervals would hold the PSNR against the clean pictures.
    """

    psnr: float
    low: float
    high: float
    noisy: float  # the same estimate for the picture before denoising
    floor: float  # noise floor: mean squared error that no denoiser can go under against the noisy target
    clipped: float = 0.0  # share of the values cut off at black or white, for which the estimate is corrected; 0 … 1


@dataclass(frozen=True)
class BlockErrors:
    """Means over a block of pictures, the material of the estimate; y1 and y2 made right on average where cut off."""

    pixels: int
    excess: float  # (f(y1) − y2)² − ½(y1 − y2)²
    noisy: float  # the same with y1 for f(y1)
    variance: float  # of a pixel's excess
    alike: tuple[float, float]  # over how many pixels excess is alike by the noise's correlation, down and across
    correction: float  # what making the shots right on average adds to the excess
    clipped: float  # share of values cut off
    floor: float  # ½(y1 − y2)² of the shots as they are


def block_errors(denoised: Tensor, source: Tensor, target: Tensor) -> BlockErrors:
    """(N, C, H, W) three times → what the estimate needs to know of them."""
    first, second, clipped = right_on_average(source, target)
    chained = float((source[1:] == target[:-1]).flatten(1).all(1).double().sum() / len(source))
    excess = float(_excess(denoised, first, second).mean())
    return BlockErrors(
        pixels=source[:, 0].numel(),
        excess=excess,
        noisy=float(_excess(source, first, second).mean()),
        variance=_variance(denoised, first, second, chained),
        alike=tuple(_alike(first - second, dim) for dim in (-2, -1)),
        correction=excess - float(_excess(denoised, source, target).mean()) if clipped else 0.0,
        clipped=clipped,
        floor=float((source - target).double().square().mean() / 2),
    )


def _excess(picture: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """(N, C, H, W) three times → what each pixel adds to the estimate, mean over channels, (N, H, W)."""
    return ((picture - second).double().square() - (first - second).double().square() / 2).mean(1)


def _variance(denoised: Tensor, first: Tensor, second: Tensor, chained: float) -> float:
    """Variance of a pixel's excess by the noise alone, whatever the pictures; (N, C, H, W) three times.

    With d = f(y1) − x and the noises e1, e2, the excess less d² is (e1 − 2d)·e2 + ½(e2² − e1²). The variances of the
    parts are read off n = (y1 − y2)/√2, noise as strong as e2 but, some pixels away (′), independent of it:

        E[((2f(y1) − y1 − y2)·n′)²] − E[(n·n′)²]   and   ½·E[(n² − n′²)²] − E[(n·n′)²]

    The second goes for the share of pairs, `chained`, whose target is the source of the next: it cancels.
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
    return sum(found) / len(found) if found else float(_excess(denoised, first, second).square().mean())


def _alike(difference: Tensor, dim: int) -> float:
    """1 + 2·Σ ρ², ρ the correlations of what differs between shots, (N, C, H, W), over 1, 2 … pixels."""
    power = difference.double().square().mean().clamp_min(1e-12)
    lags = range(1, min(APART, difference.shape[dim]))
    products = [near * far for near, far in (_apart(difference, dim, lag) for lag in lags)]
    return 1 + 2 * sum(float(product.double().mean() / power) ** 2 for product in products)


def _apart(values: Tensor, dim: int, pixels: int) -> tuple[Tensor, Tensor]:
    """All values but the last ones, and those so many pixels further on."""
    count = values.shape[dim] - pixels
    return values.narrow(dim, 0, count), values.narrow(dim, pixels, count)


def estimate(errors: list[BlockErrors]) -> Estimate:
    """PSNR against the clean picture nobody has:

        MSE(f(y1), x) = MSE(f(y1), y2) − ½·mean((y1 − y2)²)

    It holds on average where the two shots' noise is independent, of zero mean and of equal strength, and y2 was not
    learnt from. Noise cut off at black or white is not of zero mean: it is corrected for, see clipping.py. The interval
    is two standard errors to either side. An excess error of zero or less, where the noise drowns it, gives 100 dB.
    """
    weights = np.array([block.pixels for block in errors], dtype=np.float64)

    def mean(name: str) -> np.ndarray:
        return np.average([getattr(block, name) for block in errors], axis=0, weights=weights)

    excess = mean("excess")
    by_noise = math.sqrt(mean("variance") * np.prod(mean("alike")) / weights.sum())
    reach = 2 * math.hypot(by_noise, UNSURE * mean("correction"))
    return Estimate(
        psnr=_psnr_of_excess(excess),
        low=_psnr_of_excess(excess + reach),
        high=_psnr_of_excess(excess - reach),
        noisy=_psnr_of_excess(mean("noisy")),
        floor=float(mean("floor")),
        clipped=float(mean("clipped")),
    )


def _psnr_of_excess(mse: float) -> float:
    return float(to_psnr(max(float(mse), 1e-12)))
