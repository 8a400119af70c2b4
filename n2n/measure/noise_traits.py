"""What the noise of a picture is like, estimated from the picture alone: its strength, how much of it neighbouring
pixels share, and how it grows with brightness.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK = 16  # pixels: side of the blocks in which noise is told from picture
FLAT = 0.08  # fraction of the blocks that count as flat: those that vary least among equally bright ones
BANDS = 5  # of brightness
CLIPPED = 0.02  # fraction of a block's pixels at black or white from which on its noise cannot be told
CENTRE = 1024  # pixels: side of the centre of a picture that is looked at
WEIGHTS = (0.299, 0.587, 0.114)  # of red, green and blue in brightness
MEDIAN = 0.6745  # of the absolute value of a Gaussian variable, beside its standard deviation


@dataclass(frozen=True)
class NoiseTraits:
    """The noise of a picture, as far as its flattest parts and its finest detail show it."""

    sigma: float  # standard deviation of the brightness, white is 255
    fine: float  # standard deviation of the colours' finest detail, of the brightness in grey pictures, white is 255
    shared: float  # correlation with the next pixel's noise, in the colours or in grey pictures in brightness, −1 to 1
    growth: float  # g in σ² ∝ brightness^g: 0 for noise that is equally strong everywhere, 1 for photons
    grey: bool  # whether there are no colours


def traits_of(noisy: Tensor) -> NoiseTraits | None:
    """The traits of the noise of a picture, float (1, C, H, W), white at 1; None where it is small or hardly flat.

    A photograph's colours have next to no detail as fine as a pixel, so that what they have of it is white noise.
    """
    if min(noisy.shape[-2:]) < BLOCK:
        return None
    top, left = (max(0, side - CENTRE) // 2 for side in noisy.shape[-2:])
    middle = noisy[0, :, top : top + CENTRE, left : left + CENTRE].detach().double().cpu()
    grey = len(middle) != 3 or bool((middle == middle[:1]).all())
    weights = middle.new_full((len(middle),), 1 / len(middle)) if grey else middle.new_tensor(WEIGHTS)
    brightness = torch.einsum("c,chw->hw", weights, middle)
    usable = _clipped(brightness) <= CLIPPED
    if usable.sum() < BANDS:
        return None
    blocks, mean = _blocks(brightness)
    power = blocks.square().mean((1, 2))
    flat = _flat(power, mean, usable)
    planes = [brightness] if grey else [middle[index] - brightness for index in (0, 2)]
    parts = [_blocks(plane)[0] for plane in planes]
    details = torch.stack([_finest(part) for part in parts])
    return NoiseTraits(
        sigma=255 * float(power[flat].median().sqrt()),
        fine=255 * float(details[:, usable].abs().median()) / MEDIAN,
        shared=sum(_shared(part[flat]) for part in parts) / len(parts),
        growth=_growth(details[:, flat].square().mean((0, 2)), mean[flat]),
        grey=grey,
    )


def _blocks(plane: Tensor) -> tuple[Tensor, Tensor]:
    """(H, W) → its blocks without their slope, (B, BLOCK, BLOCK), and their means, (B,)."""
    columns = F.unfold(plane[None, None], BLOCK, stride=BLOCK)[0].T
    ramp = torch.linspace(-1, 1, BLOCK, dtype=plane.dtype)
    basis = torch.stack([ramp.new_ones(BLOCK, BLOCK), ramp.expand(BLOCK, -1), ramp[:, None].expand(-1, BLOCK)]).flatten(
        1
    )
    basis = basis / basis.norm(dim=1, keepdim=True)
    freedom = BLOCK**2 / (BLOCK**2 - len(basis))
    left = (columns - columns @ basis.T @ basis) * freedom**0.5
    return left.view(-1, BLOCK, BLOCK), columns.mean(1)


def _clipped(plane: Tensor) -> Tensor:
    """The fraction of each block's pixels that are as dark or as bright as any, (B,)."""
    ends = ((plane <= plane.min()) | (plane >= plane.max())).to(plane.dtype)
    return F.unfold(ends[None, None], BLOCK, stride=BLOCK)[0].mean(0)


def _flat(power: Tensor, mean: Tensor, usable: Tensor) -> Tensor:
    """The indices of the blocks that vary least, in each of the bands of brightness."""
    order = torch.nonzero(usable)[:, 0]
    order = order[mean[order].argsort()]
    bands = [band[power[band].argsort()] for band in order.tensor_split(BANDS)]
    return torch.cat([band[: max(1, round(FLAT * len(band)))] for band in bands])


def _shared(blocks: Tensor) -> float:
    """The correlation of next pixels, down and across, over all blocks."""
    products = (blocks[:, 1:] * blocks[:, :-1]).mean() + (blocks[..., 1:] * blocks[..., :-1]).mean()
    return float(products / (2 * blocks.square().mean()).clamp_min(1e-12))


def _finest(blocks: Tensor) -> Tensor:
    """The finest diagonal detail of blocks, (B, BLOCK, BLOCK) → (B, BLOCK² / 4), as strong as white noise in them."""
    rows = blocks[:, ::2] - blocks[:, 1::2]
    return ((rows[..., ::2] - rows[..., 1::2]) / 2).flatten(1)


def _growth(power: Tensor, mean: Tensor) -> float:
    """The slope of log σ² over log brightness."""
    where, height = mean.clamp_min(1e-3).log().numpy(), power.clamp_min(1e-12).log().numpy()
    return float(np.polyfit(where, height, 1)[0]) if where.std() > 0.1 else 0.0
