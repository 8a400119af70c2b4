"""What a denoised pixel is made of: how much every noisy pixel has a say in it."""

from collections.abc import Callable

import torch
from torch import Tensor

GAP = 3  # pixels between a marked pixel and its frame


def votes(denoise: Callable[[Tensor], Tensor], noisy: Tensor, row: int, column: int) -> Tensor:
    """How much brighter one denoised pixel gets where a noisy one gets brighter: a row of the Jacobian, (1, 1, H, W).

    noisy: float (1, C, H, W), as `denoise` takes it; the result has its shape. Brightness is the mean over channels,
    and a vote the derivative along all channels of a noisy pixel together: of a copy, the pixel's own vote is 1 and
    all others are 0; negative votes count against. Raises ValueError for a pixel outside of the picture.
    """
    _check_inside(noisy, row, column)
    leaf = noisy.detach().requires_grad_()
    with torch.enable_grad():
        brightness = denoise(leaf)[0, :, row, column].mean()
    (slopes,) = torch.autograd.grad(brightness, leaf)
    return slopes.sum(1, keepdim=True)


def within(cast: Tensor, row: int, column: int) -> Tensor:
    """Votes (1, 1, H, W), their sign left out → share of them that lies within r pixels, for r = 0, 1, 2, … as far as
    the picture goes: float (R + 1,), rising to 1. Raises ValueError where no pixel votes.
    """
    _check_inside(cast, row, column)
    down, across = (torch.arange(side) - place for side, place in zip(cast.shape[-2:], (row, column)))
    distance = torch.hypot(down[:, None].double(), across.double()).ceil().long().flatten()
    weight = cast[0, 0].detach().abs().double().cpu().flatten()
    if not weight.sum() > 0:
        raise ValueError("no pixel votes: the denoised pixel is the same whatever the noisy ones are")
    return (torch.bincount(distance, weight).cumsum(0) / weight.sum()).float()


def against(cast: Tensor) -> float:
    """Share of the votes that is negative, 0 to 1."""
    return float(cast.clamp_max(0).abs().sum() / cast.abs().sum())


def marked(picture: Tensor, row: int, column: int) -> Tensor:
    """(1, C, H, W), white at 1 → the same with a white frame in a black one around a pixel."""
    _check_inside(picture, row, column)
    result = picture.clone()
    down, across = (abs(torch.arange(side) - place) for side, place in zip(picture.shape[-2:], (row, column)))
    distance = torch.maximum(down[:, None], across)
    result[..., distance == GAP] = 1.0
    result[..., distance == GAP + 1] = 0.0
    return result


def _check_inside(picture: Tensor, row: int, column: int) -> None:
    height, width = picture.shape[-2:]
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(
            f"row {row}, column {column} is outside of the picture; allowed: rows 0 to {height - 1}, "
            f"columns 0 to {width - 1}"
        )
