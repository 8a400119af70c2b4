"""What a training makes small: the error of each picture, how much it counts, and how small it can become."""

import math

from torch import Tensor

from ..measure import squared_error

LOSSES = ("l2", "l1", "l0")
EPSILON = 1e-8  # of the annealed l0 loss
FAINT = 2 / 255  # σ under which noise is not told from none


def errors(loss: str, denoised: Tensor, target: Tensor, fraction: float) -> Tensor:
    """The error of each picture by one of LOSSES, (N, C, H, W) twice → (N,), after a fraction of the training.

    l2 is the squared, l1 the absolute difference; l0 is the paper's annealed (|d| + ε)^γ, γ from 2 to 0 over the
    training (section 3.4).
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
    """What the error of each picture counts where noise is of many strengths, (N, C, H, W) twice → (N,):
    c / (c + rms(source − target)).

    The gradient of a picture is as noisy as its target: so weighted, all pictures teach alike.
    """
    return FAINT / (FAINT + squared_error(source, target).sqrt())


def floors(loss: str, clean_targets: bool, source: Tensor, target: Tensor) -> Tensor:
    """Noise floor of the error of each picture, (N, C, H, W) twice → (N,): half the mean squared difference of the
    pair.

    Where the noise is stronger in one picture than in another, loss and floor of a batch rise and fall together, and
    their difference scatters far less than the loss. The floor is 0 for clean targets, and NaN, as nobody knows it,
    for a loss that is not the squared error.
    """
    if loss != "l2":
        return source.new_full((len(source),), math.nan)
    return source.new_zeros(len(source)) if clean_targets else squared_error(source, target) / 2
