"""The reliability of a denoised picture: how much of it is due to noise, and how many exposures it is worth."""

import numpy as np
import torch
from torch import Tensor

from ..data import Pairs
from ..measure import to_psnr


def disagreement(first: Tensor, second: Tensor) -> Tensor:
    """|f(y1) − f(y2)|, mean over channels, of two denoised shots of a scene: (1, C, H, W) twice → (1, 1, H, W).

    As the scene is the same, the network took noise for detail wherever they differ.
    """
    return (first - second).abs().mean(1, keepdim=True)


def average(pairs: Pairs, index: int) -> Tensor:
    """The average of all shots of the scene with this index, float (1, C, H, W), white at 1."""
    return torch.stack([pairs.to_float(shot) for shot in pairs.scenes[index].shots]).mean(0, keepdim=True)


def worth(psnr_denoised: float, psnr_noisy: float) -> float:
    """The number k of exposures whose average has the PSNR, in dB, of the denoised picture.

    The average of k shots has 1/k of the mean squared error of one: k = 10^((after − before) / 10).
    """
    return 10 ** ((psnr_denoised - psnr_noisy) / 10)


def average_psnr(pairs: Pairs) -> tuple[tuple[int, float], ...]:
    """(k, PSNR in dB of the average of k shots) for k = 1, 2, 4, … and all shots, if every scene has that many.

    With clean pictures it is measured: the mean error over groups of k shots, and then the mean PSNR over scenes.
    Without them, it is pooled over all pixels and estimated from the scatter of the K shots of a scene:

        MSE(average of k, x) = s² / k,   s² = sum over shots of (y − average of K)² / (K − 1), mean over pixels

    It holds on average for independent noise of zero mean, whether equally strong in each shot or not. Averages of k
    shots compared with another shot, minus the noise s² of that shot, give the same number: the mean over all choices
    is s²·(1 + 1/k) − s². Raises ValueError where a scene has only one shot.
    """
    pairs = pairs.frozen(0)
    if pairs.shots.min() < 2:
        raise ValueError("a scene has one shot only; averages need two shots or more of each")
    errors = [_errors(pairs, index) for index in range(len(pairs))]
    counts = [k for k in sorted(errors[0]) if all(k in by_count for by_count in errors)]
    if pairs.has_clean:
        return tuple((k, float(np.mean([to_psnr(by_count[k]) for by_count in errors]))) for k in counts)
    pixels = pairs.sizes.prod(axis=1)
    return tuple((k, float(to_psnr(np.average([by_count[k] for by_count in errors], weights=pixels)))) for k in counts)


def _errors(pairs: Pairs, index: int) -> dict[int, float]:
    """The mean squared error of averages of k shots of a scene, by k."""
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
