"""What a step compares: the denoised source of a pair with its target, or what one shot alone can be held to.

f is the net as a denoiser, y a noisy shot.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from ..data import NEIGHBOURS, PAIRED, Halves
from . import losses
from .recipe import FittedRecipe

GAMMA = 2.0  # the weight that the regularisation of Neighbor2Neighbor reaches at the end of a training


class Compared(NamedTuple):
    """The pictures of a step, float32 (B, C, S, S) each, and the error of each, (B,)."""

    source: Tensor
    target: Tensor
    denoised: Tensor
    errors: Tensor


def compare(model: nn.Module, batch: Tensor, recipe: FittedRecipe, fraction: float, rng: Generator) -> Compared:
    """A batch as the recipe's method compares it, after a fraction of the training: (B, 2, C, S, S) pairs, or
    (B, 1, C, 2S, 2S) shots, of which `rng` draws halves.
    """
    if recipe.method == PAIRED:
        source, target = (part.contiguous(memory_format=torch.channels_last) for part in batch.unbind(1))
        denoised = model(source)
        return Compared(source, target, denoised, losses.errors(recipe.loss, denoised, target, fraction))
    halves, whole = Halves(recipe.method, rng), batch[:, 0]
    if recipe.method == NEIGHBOURS:
        return _neighbours(model, whole, halves, recipe.loss, fraction)
    return _zero_shot(model, whole, halves, recipe.loss, fraction)


def _neighbours(model: nn.Module, whole: Tensor, halves: Halves, loss: str, fraction: float) -> Compared:
    """‖f(g₁y) − g₂y‖² + γ ‖f(g₁y) − g₂y − (g₁f(y) − g₂f(y))‖² of Huang et al. (*Neighbor2Neighbor*, CVPR 2021): what
    two neighbours differ by in the denoised picture is no error. f(y) has no gradient, and γ grows in the course of the
    training.
    """
    source, target = halves(whole)
    denoised = model(source)
    with torch.no_grad():
        one, other = halves(model(whole))
    errors = losses.errors(loss, denoised, target, fraction)
    regular = losses.errors(loss, denoised, target + one - other, fraction)
    return Compared(source, target, denoised, errors + GAMMA * fraction * regular)


def _zero_shot(model: nn.Module, whole: Tensor, halves: Halves, loss: str, fraction: float) -> Compared:
    """½ Σ ‖f(Dᵢy) − Dⱼy‖² + ½ Σ ‖f(Dᵢy) − Dᵢf(y)‖² over (i, j) = (1, 2) and (2, 1), of Mansour &
    Heckel (*Zero-Shot Noise2Noise*, CVPR 2023): symmetric, and consistent when f and Dᵢ change places.
    """
    one, other = halves(whole)
    denoised = model(torch.cat([one, other]))
    symmetric = losses.errors(loss, denoised, torch.cat([other, one]), fraction)
    consistent = losses.errors(loss, denoised, torch.cat(halves(model(whole))), fraction)
    return Compared(one, other, denoised[: len(one)], (symmetric + consistent).unflatten(0, (2, -1)).mean(0))
