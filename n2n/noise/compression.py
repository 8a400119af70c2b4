"""What JPEG does to noise: in blocks of 8×8 it keeps waves that are strong and drops the others."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK = 8
GREY = 128 / 255  # the brightness that is stored as zero
# The steps of brightness and of colour at quality 50 (ITU-T T.81, annex K), in units of 255.
LUMA = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56),
    *(14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA = (
    *(17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99),
    *(47, 66, 99, 99, 99, 99, 99, 99, *(99,) * 32),
)


def compressed(planes: Tensor, quality: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Brightness, and with three channels the colours Cb and Cr, (N, C, H, W), white at 1, as JPEG of a quality from 50
    to 100 keeps them; its blocks begin `down` and `across` pixels outside of the picture, 0 to 8; (N, 1, 1, 1) each.
    """
    return torch.stack([_one(*picture) for picture in zip(planes, quality, down, across)])


def _one(planes: Tensor, quality: Tensor, down: Tensor, across: Tensor) -> Tensor:
    channels, height, width = planes.shape
    top, left = (min(BLOCK - 1, int(offset)) for offset in (down, across))
    below, right = (-(length + before) % BLOCK for length, before in ((height, top), (width, left)))
    grey = torch.tensor([GREY, 0.0, 0.0] if channels == 3 else [GREY] * channels)[:, None, None]
    padded = F.pad((planes - grey)[None], (left, right, top, below), mode="replicate")[0]
    blocks = padded.unflatten(1, (-1, BLOCK)).unflatten(3, (-1, BLOCK))  # (C, rows, 8, columns, 8)
    waves = torch.einsum("ui,crikj,vj->crukv", WAVES, blocks, WAVES)
    tables = torch.tensor([LUMA, CHROMA, CHROMA] if channels == 3 else [LUMA] * channels, dtype=torch.float32)
    steps = (tables * (2 - quality.flatten() / 50)).round().clamp_min(1).view(-1, 1, BLOCK, 1, BLOCK) / 255
    kept = torch.einsum("ui,crukv,vj->crikj", WAVES, (waves / steps).round() * steps, WAVES)
    return kept.flatten(3).flatten(1, 2)[:, top : top + height, left : left + width] + grey


def _waves() -> Tensor:
    """The orthonormal cosines of a block, one in each row."""
    place, wave = torch.arange(BLOCK, dtype=torch.float32), torch.arange(BLOCK, dtype=torch.float32)[:, None]
    rows = torch.cos(math.pi / BLOCK * (place + 0.5) * wave) * math.sqrt(2 / BLOCK)
    rows[0] /= math.sqrt(2)
    return rows


WAVES = _waves()
