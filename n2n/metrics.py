"""How good a picture is: PSNR, SSIM, and PSNR without a clean picture."""

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK = 32  # side in pixels of the blocks that the bootstrap draws
DRAWS = 1000  # of the bootstrap
MAX_CLUSTERS = 2000  # drawn by the bootstrap; more are merged, which bounds its memory
SSIM_SIDE = 11  # pixels: smaller pictures have no SSIM
PEAK_DB = 100.0  # PSNR given for equal pictures, so that means stay finite


def squared_error(a: Tensor, b: Tensor) -> Tensor:
    """(N, C, H, W) twice → mean squared error of each picture, (N,)."""
    return (a - b).square().mean((1, 2, 3))


def to_psnr(mse: Tensor | float, data_range: float = 1.0) -> Tensor:
    """10·log10(range² / MSE) in dB; at most 100 dB."""
    return (-10 * torch.log10(torch.as_tensor(mse) / data_range**2)).clamp_max(PEAK_DB)


def psnr(a: Tensor, b: Tensor, data_range: float = 1.0) -> Tensor:
    """(N, C, H, W) twice → PSNR of each picture in dB, (N,). Nothing is clipped. Raises ValueError.

    The course's convention, and ours, for a set is the mean over its pictures: `psnr(a, b).mean()`.
    """
    check_comparable(a, b, data_range)
    a, b = (each if each.dtype == torch.float64 else each.float() for each in (a, b))
    return to_psnr(squared_error(a, b), data_range)


def check_comparable(a: Tensor, b: Tensor, data_range: float) -> None:
    """Raises ValueError where two batches of pictures have no PSNR, or one that means nothing."""
    if a.shape != b.shape or a.ndim != 4 or 0 in a.shape:
        raise ValueError(
            f"the pictures have the shapes {tuple(a.shape)} and {tuple(b.shape)}; allowed: twice the same "
            "(N, C, H, W), each at least 1; a single picture (C, H, W) becomes one by [None]"
        )
    if not 0 < data_range < math.inf:
        raise ValueError(f"data_range is {data_range}; allowed: the value of white, above 0 and finite")
    whole = [str(tensor.dtype).removeprefix("torch.") for tensor in (a, b) if not tensor.is_floating_point()]
    if whole and data_range <= 1:
        raise ValueError(
            f"data_range is {data_range:g} for {whole[0]} pixels; give the value of white, such as "
            f"data_range={65535 if whole[0] == 'uint16' else 255}, or divide both by it"
        )


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """(N, C, H, W) twice in [0, 1] → SSIM of each picture, (N,), after Wang et al. (2004): Gaussian window of
    11×11 pixels, σ 1.5, mean over channels. NaN for pictures with a side under 11 pixels.

    A tenth of the time of scikit-image's, whose values it has.
    """
    if min(a.shape[-2:]) < SSIM_SIDE:
        return torch.full((len(a),), math.nan)
    maps = torch.cat([a, b, a * a + b * b, a * b], dim=1).contiguous(memory_format=torch.channels_last)
    mean_a, mean_b, squares, product = _window_means(maps).chunk(4, dim=1)
    means, c1, c2 = mean_a.square() + mean_b.square(), 0.01**2, 0.03**2
    likeness = (2 * mean_a * mean_b + c1) * (2 * (product - mean_a * mean_b) + c2)
    likeness /= (means + c1) * (squares - means + c2)
    return likeness.double().mean((1, 2, 3)).cpu()


def _window_means(maps: Tensor) -> Tensor:
    """(N, C, H, W) → Gaussian-weighted means of all whole 11×11 windows, (N, C, H − 10, W − 10)."""
    places = torch.arange(SSIM_SIDE, dtype=maps.dtype, device=maps.device) - SSIM_SIDE // 2
    weights = torch.softmax(-places.square() / (2 * 1.5**2), dim=0)
    channels = maps.shape[1]
    down, across = (weights.view(1, 1, *shape).expand(channels, -1, -1, -1) for shape in ((-1, 1), (1, -1)))
    return F.conv2d(F.conv2d(maps, down, groups=channels), across, groups=channels)


@dataclass(frozen=True)
class Estimate:
    """Clean PSNR, pooled over all pixels, estimated from noisy pictures alone; dB, 95 % interval."""

    psnr: float
    low: float
    high: float
    noisy: float  # the same estimate for the picture before denoising
    floor: float  # noise floor: mean squared error that no denoiser can go under against the noisy target


@dataclass(frozen=True)
class BlockErrors:
    """Mean squared errors of blocks of a batch of pictures; the material of the estimate."""

    against_target: Tensor  # (N, M): (f(y1) − y2)², M blocks a picture
    of_pair: Tensor  # (N, M): (y1 − y2)²
    area: Tensor  # (N, M) pixels


def block_errors(denoised: Tensor, source: Tensor, target: Tensor) -> BlockErrors:
    """(N, C, H, W) three times → errors of its blocks of 32×32 pixels, smaller at the right and bottom edge."""

    kernel = tuple(min(BLOCK, side) for side in source.shape[-2:])

    def blocks(error: Tensor) -> Tensor:
        return F.avg_pool2d(error.mean(1, keepdim=True), kernel, ceil_mode=True).flatten(1).double().cpu()

    heights, widths = (
        torch.tensor([min(step, side - first) for first in range(0, side, step)], dtype=torch.float64)
        for step, side in zip(kernel, source.shape[-2:])
    )
    area = torch.outer(heights, widths).flatten().expand(len(source), -1)
    return BlockErrors(blocks((denoised - target) ** 2), blocks((source - target) ** 2), area)


def estimate(errors: list[BlockErrors], seed: int = 0) -> Estimate:
    """PSNR against the clean picture nobody has:

        MSE(f(y1), x) = MSE(f(y1), y2) − ½·mean((y1 − y2)²)

    It holds on average where the two shots' noise is independent, of zero mean and of equal strength, and y2 was not
    learnt from. The interval is a bootstrap over scenes, or over blocks of 32×32 pixels where there are under 20.
    An excess error of zero or less, where the noise drowns it, gives 100 dB.
    """
    scenes = sum(len(batch.area) for batch in errors)
    rows = []  # (clusters, 3): area-weighted error against the target, half the pair's, area
    for batch in errors:
        terms = torch.stack([batch.against_target * batch.area, batch.of_pair * batch.area / 2, batch.area], dim=-1)
        rows.append(terms.sum(1) if scenes >= 20 else terms.flatten(0, 1))
    table = torch.cat(rows).numpy()
    clusters = np.array([part.sum(0) for part in np.array_split(table, min(len(table), MAX_CLUSTERS))])
    even = np.full(len(clusters), 1 / len(clusters))
    counts = np.random.default_rng(seed).multinomial(len(clusters), even, size=DRAWS)
    target, floor, area = np.vstack([clusters.sum(0), counts @ clusters]).T
    excess = (target - floor) / area
    worst, best = np.quantile(excess[1:], [0.975, 0.025])
    return Estimate(
        psnr=_psnr_of_excess(excess[0]),
        low=_psnr_of_excess(worst),
        high=_psnr_of_excess(best),
        noisy=_psnr_of_excess(floor[0] / area[0]),
        floor=float(floor[0] / area[0]),
    )


def _psnr_of_excess(mse: float) -> float:
    return float(to_psnr(max(float(mse), 1e-12)))
