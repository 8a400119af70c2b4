"""How far a denoised picture can be trusted: what noise alone made of it, and how many exposures it is worth."""

from functools import reduce

import numpy as np
import torch
from matplotlib import colormaps
from torch import Tensor

from ..data import Pairs
from ..measure import to_psnr


def disagreement(first: Tensor, second: Tensor) -> Tensor:
    """Two shots of one scene, denoised, (1, C, H, W) each → |f(y1) − f(y2)|, mean over channels, (1, 1, H, W).

    The scene is the same in both: where they differ, the network took noise for picture.
    """
    return (first - second).abs().mean(1, keepdim=True)


def heat(difference: Tensor, most: float) -> np.ndarray:
    """(1, 1, H, W) → (H, W, 3) uint8 in the colours "inferno": black for 0, bright yellow from `most` > 0."""
    return colormaps["inferno"]((difference[0, 0] / most).clamp(0, 1).cpu().numpy(), bytes=True)[..., :3]


def average(pairs: Pairs, index: int) -> Tensor:
    """(1, C, H, W): the average of all shots of a scene."""
    return torch.stack([pairs.to_float(shot) for shot in pairs.scenes[index].shots]).mean(0, keepdim=True)


def worth(psnr_denoised: float, psnr_noisy: float) -> float:
    """PSNR in dB after and before denoising → the number of exposures whose average has the PSNR after.

    The average of k shots has a k-th of their mean squared error: k = 10^((after − before) / 10).
    """
    return 10 ** ((psnr_denoised - psnr_noisy) / 10)


def average_psnr(pairs: Pairs) -> tuple[tuple[int, float], ...]:
    """(k, PSNR in dB of the average of k shots) for k = 1, 2, 4, … and all, as far as every scene has so many.

    With clean pictures it is measured: the mean error over groups of k shots, then the mean over scenes of their PSNR.
    Without, it is pooled over all pixels and estimated from how the K shots of a scene scatter:

        MSE(average of k, x) = s² / k,   s² = sum over shots of (y − average of K)² / (K − 1), mean over pixels

    It holds on average where noise is independent and of zero mean, as strong in each shot or not. Comparing averages
    of k with a shot left out, less the noise s² of that shot, gives the same number: the mean over all ways to choose
    them is s²·(1 + 1/k) − s². Raises ValueError where a scene has one shot only.
    """
    pairs = pairs.frozen(0)
    if pairs.shots.min() < 2:
        raise ValueError("a scene has one shot only; averages need two shots or more of each")
    errors = [_errors(pairs, index) for index in range(len(pairs))]
    counts = sorted(reduce(set.intersection, (set(of) for of in errors)))
    if pairs.has_clean:
        return tuple((k, float(np.mean([to_psnr(of[k]) for of in errors]))) for k in counts)
    pixels = pairs.sizes.prod(axis=1)
    return tuple((k, float(to_psnr(np.average([of[k] for of in errors], weights=pixels)))) for k in counts)


def _errors(pairs: Pairs, index: int) -> dict[int, float]:
    """Mean squared error of averages of k shots of a scene, by k."""
    scene = pairs.scenes[index]
    shots = torch.stack([pairs.to_float(shot) for shot in scene.shots])
    counts = {*(2**power for power in range(len(shots).bit_length())), len(shots)}
    if scene.clean is None:
        variance = float(shots.var(0).mean())
        return {k: variance / k for k in counts}
    clean = pairs.to_float(scene.clean)
    return {k: _error_of_groups(shots, clean, k) for k in counts}


def _error_of_groups(shots: Tensor, clean: Tensor, k: int) -> float:
    groups = shots[: len(shots) // k * k].unflatten(0, (-1, k))
    return float((groups.mean(1) - clean).square().mean())
