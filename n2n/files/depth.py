"""The type of pixels that a result is written with: whole numbers may be too coarse for it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .learnt_range import values_of
from .picture import Picture
from .types import Pixels
from .value_range import ValueRange, whole_limits

DEPTHS = ("same", "16", "float")
FEW = 32  # steps in use: with fewer, rounding takes back much of what denoising does
SPARSE = 8  # of so many values, one is looked at in large pictures
FLOAT = np.dtype(np.float32)
WIDER = 257  # 255 × 257 = 65535


@dataclass(frozen=True)
class Depth:
    """A type of pixels, and by how many times its values are greater than those of the source."""

    dtype: np.dtype[Any]
    factor: int = 1

    def scaled(self, limits: ValueRange) -> ValueRange:
        """The range of the source → that of the result."""
        return ValueRange(limits.black * self.factor, limits.white * self.factor)

    def holding(self, picture: Picture, pixels: Pixels) -> Picture:
        """The picture with new pixels of this type, and its alpha in this type as well."""
        if picture.pixels.dtype == self.dtype or picture.alpha is None:
            return replace(picture, pixels=pixels)
        most = whole_limits(picture.alpha.dtype)[1] if self.dtype.kind == "f" else 1 / self.factor
        alpha = (picture.alpha / most).astype(self.dtype)
        return replace(picture, pixels=pixels, alpha=alpha, white=None)

    def __str__(self) -> str:
        """'float32', 'uint16, times 257'"""
        return f"{self.dtype}, times {self.factor}" if self.factor > 1 else str(self.dtype)


def steps_in_use(pixels: Pixels, limits: ValueRange) -> float:
    """How many whole numbers the values of a picture, (H, W, C), take up in its range; infinite for floating point."""
    if pixels.dtype.kind == "f":
        return math.inf
    found = values_of([pixels.transpose(2, 0, 1)], SPARSE)
    return min(found.high - found.low, limits.span)


def depth_for(asked: str | None, dtype: np.dtype[Any], steps: float, fits: Callable[[np.dtype[Any]], bool]) -> Depth:
    """The depth of a result: one of DEPTHS if `asked` for, or else that of the source, unless so few `steps` in use
    are too coarse and the file `fits` a finer one.
    """
    same, wide = Depth(dtype), Depth(np.dtype(np.uint16), WIDER)
    if asked == "same" or dtype.kind == "f" or (asked is None and steps >= FEW):
        return same
    if asked == "float" or (asked is None and fits(FLOAT)):
        return Depth(FLOAT)
    return wide if dtype == np.uint8 and (asked == "16" or fits(wide.dtype)) else same


def depth_note(chosen: Depth, dtype: np.dtype[Any], steps: float) -> str | None:
    """What is to be said where the source is coarse."""
    if steps >= FEW:
        return None
    few = f"its values take up only {steps:.0f} steps of {dtype}"
    if chosen.dtype == dtype:
        return f"{few}, so much of the result is rounded away; write it as float into a .tif (--depth float)"
    return f"{few}, so the result is written as {chosen}, and not rounded back to its input"
