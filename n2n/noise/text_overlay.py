"""Random strings written over a picture (Lehtinen et al., 2018, section 3.3)."""

import string
from functools import cache

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Generator, Tensor


def write_over(picture: Tensor, fraction: float, rng: Generator) -> Tensor:
    """(C, H, W) with text over at least `fraction` of its pixels, as counted on the mask of the letters."""
    channels, height, width = picture.shape
    ink = picture.clone()
    covered = torch.zeros(height, width, dtype=torch.bool)
    count = 0
    while count < fraction * height * width:
        size, length = (int(torch.randint(10, 30, (), generator=rng)) for _ in range(2))
        letters = torch.randint(len(string.ascii_letters), (length // 2,), generator=rng)
        left, top = (int(torch.randint(-size, side, (), generator=rng)) for side in (width, height))
        mask = _letters("".join(string.ascii_letters[i] for i in letters), size)
        mask = mask[max(0, -top) : height - top, max(0, -left) : width - left]
        place = (slice(max(0, top), max(0, top) + len(mask)), slice(max(0, left), max(0, left) + mask.shape[1]))
        ink[:, *place][:, mask] = torch.rand(channels, 1, generator=rng, dtype=torch.float32)
        count += int((mask & ~covered[place]).sum())
        covered[place] |= mask
    return ink


def _letters(text: str, size: int) -> Tensor:
    """The letters' pixels as (H, W) of bool, from the point at which the text is placed."""
    font = _font(size)
    *_, right, bottom = font.getbbox(text)
    mask = Image.new("L", (int(right) + 1, int(bottom) + 1))
    ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=font)
    return torch.from_numpy(np.array(mask)) > 127


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
