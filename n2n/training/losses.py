"""The loss of a training: the error of each picture, its weight, and the least that it can become."""

import math

from torch import Tensor

from ..measure import squared_error

LOSSES = ("l2", "l1", "l0")
EPSILON = 1e-8  # of the annealed l0 loss
FAINT = 2 / 255  # σ below which noise cannot be told from none


def errors(loss: str, denoised: Tensor, target: Tensor, fraction: float) -> Tensor:
    """The error of each picture, (N, C, H, W) twice → (N,), by one of LOSSES, after a fraction of the training.

    l2 is the squared and l1 the absolute difference; l0 is (|d| + ε)^γ with γ annealed from 2 to 0 over the training
    (Lehtinen et al., 2018, section 3.4).
    """
    difference = denoised - target
    if loss == "l2":
        error = difference.square()
    elif loss == "l1":
        error = difference.abs()
    else:
        error = (difference.abs() + EPSILON).pow(2 * (1 - fraction))
    return error.mean((1, 2, 3))


def balanced(source: Tensor, target: Tensor) -> Tensor:
    """The weight of each picture's error, (N, C, H, W) twice → (N,): c / (c + rms(source − target)).

    A picture's gradient is as noisy as its target. With these weights pictures with weak and with strong noise count
    alike.
    """
    return FAINT / (FAINT + squared_error(source, target).sqrt())


def floors(loss: str, clean_targets: bool, source: Tensor, target: Tensor) -> Tensor:
    """The noise floor of each picture's error, (N, C, H, W) twice → (N,): half the pair's mean squared difference.

    Where some pictures are noisier than others, the loss and the floor of a batch rise and fall together, and their
    difference scatters far less than the loss. The floor is 0 for clean targets, and NaN, since it is unknown, for any
    loss but the squared error.
    """
    if loss != "l2":
        return source.new_full((len(source),), math.nan)
    return source.new_zeros(len(source)) if clean_targets else squared_error(source, target) / 2
