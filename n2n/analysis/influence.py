"""The influence of every noisy pixel on one denoised pixel, as votes: a row of the denoiser's Jacobian."""

from collections.abc import Callable

import torch
from torch import Tensor

GAP = 3  # pixels between a marked pixel and its frame


def votes(denoise: Callable[[Tensor], Tensor], noisy: Tensor, row: int, column: int) -> Tensor:
    """The derivative of one denoised pixel's brightness by every noisy pixel's: float (1, C, H, W) → (1, 1, H, W).

    Brightness is the mean over channels, and a vote is the derivative along all channels of a noisy pixel together. If
    `denoise` merely copies, the pixel's own vote is 1 and all others are 0. A pixel with a negative vote makes the
    denoised pixel darker when it gets brighter. Raises ValueError for a pixel outside of the picture.
    """
    _check_inside(noisy, row, column)
    leaf = noisy.detach().requires_grad_()
    with torch.enable_grad():
        brightness = denoise(leaf)[0, :, row, column].mean()
    (slopes,) = torch.autograd.grad(brightness, leaf)
    return slopes.sum(1, keepdim=True)


def within(influence: Tensor, row: int, column: int) -> Tensor:
    """The share of the absolute votes, (1, 1, H, W), that lies within r pixels, for r = 0, 1, … R: float (R + 1,).

    It rises to 1 at R, the distance of the farthest pixel. Raises ValueError where all votes are 0.
    """
    _check_inside(influence, row, column)
    down, across = (torch.arange(side) - place for side, place in zip(influence.shape[-2:], (row, column)))
    distance = torch.hypot(down[:, None].double(), across.double()).ceil().long().flatten()
    weight = influence[0, 0].detach().abs().double().cpu().flatten()
    if not weight.sum() > 0:
        raise ValueError("no pixel votes: the denoised pixel is the same whatever the noisy ones are")
    return (torch.bincount(distance, weight).cumsum(0) / weight.sum()).float()


def against(influence: Tensor) -> float:
    """The share of the absolute votes that belongs to negative ones, 0 to 1."""
    return float(influence.clamp_max(0).abs().sum() / influence.abs().sum())


def marked(picture: Tensor, row: int, column: int) -> Tensor:
    """The picture, (1, C, H, W), white at 1, with a white frame and a black one around it drawn around a pixel."""
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
