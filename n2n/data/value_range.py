"""The range of values of pictures: an affine map between the values of a file and those of a net, and how it is learnt.

The rule, for the pixels of a set or of one picture, has three parts. Two limits are robust: a few hot or dead pixels,
and lines of them, do not move them.

1. Whole numbers without sign: black is 0 and white is 2^k − 1, with the bits k in use by the upper limit, 8 at least.
2. Floating point: black is 0, and white is 1 or 255 where the limits lie there, with room for noise beyond both ends.
3. Both where the limits are closer than an eighth of white, and everything else: black and white are the limits.
"""

import sys
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .types import Planes

DataRange: TypeAlias = float | tuple[float, float]  # white, or black and white, in the unit of the file
Depth = TypeVar("Depth", bound=np.number[Any])

WHOLE = ("uint8", "uint16", "uint32")
OTHERS = ("int8", "int16", "int32", "float16", "bfloat16", "float32", "float64")


@dataclass(frozen=True)
class ValueRange:
    """Values in a file ↔ values in a net: `black` is 0 there and `white` is 1. Values beyond both are data as well.

    Raises ValueError unless both are finite and white is above black.
    """

    black: float
    white: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.black, self.white]).all() and self.black < self.white):
            raise ValueError(
                f"the range of values is {self.black:g} to {self.white:g}; allowed: black below white, both finite"
            )

    def __str__(self) -> str:
        """'0 to 4095', '-1000 to 3000'"""
        return f"{self.black:.6g} to {self.white:.6g}"

    @property
    def span(self) -> float:
        """white − black, in the unit of the file."""
        return self.white - self.black

    def to_unit(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Values of a file, of any shape → float32 of the same shape, black at 0 and white at 1."""
        exact = values.astype(_working_type(values.dtype))
        unit: npt.NDArray[np.float32] = ((exact - self.black if self.black else exact) / self.span).astype(np.float32)
        return unit

    def from_unit(self, values: npt.NDArray[np.float32], dtype: np.dtype[Depth]) -> npt.NDArray[Depth]:
        """The inverse of `to_unit`; whole numbers are rounded, and clipped to the limits of `dtype` (not to white)."""
        exact = values.astype(_working_type(dtype)) * self.span + self.black
        if dtype.kind in "iu":
            exact = np.clip(exact.round(), *whole_limits(dtype))
        return exact.astype(dtype)


def whole_limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    """The least and greatest value of a type of whole numbers."""
    info: np.iinfo[Any] = np.iinfo(dtype)
    return int(info.min), int(info.max)


def _working_type(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """float32 where it holds every value of `dtype` exactly, else float64."""
    return np.float32 if dtype.itemsize <= 2 else np.float64


def to_tensor(pixels: npt.NDArray[Any], limits: ValueRange) -> Tensor:
    """(H, W, C) of any type → float32 (1, C, H, W), black at 0 and white at 1."""
    return torch.from_numpy(np.ascontiguousarray(limits.to_unit(pixels).transpose(2, 0, 1)[None]))


def to_pixels(tensor: Tensor, dtype: npt.DTypeLike, limits: ValueRange) -> npt.NDArray[Any]:
    """Float (1, C, H, W), black at 0 and white at 1 → (H, W, C) of `dtype`.

    Whole numbers are rounded, and clipped to the limits of `dtype` (not to white); floating point is neither.
    """
    values = tensor[0].detach().float().cpu().permute(1, 2, 0).contiguous().numpy()
    return limits.from_unit(values, np.dtype(dtype))


EIGHT_BITS = ValueRange(0.0, 255.0)
UNIT = ValueRange(0.0, 1.0)


def asked_range(asked: DataRange, dtype: np.dtype[Any]) -> ValueRange:
    """The range that a person asks for. Raises ValueError where pixels of `dtype` cannot have it."""
    black, white = asked if isinstance(asked, tuple) else (0.0, asked)
    most = whole_limits(dtype)[1] if dtype.kind in "iu" else sys.float_info.max
    if not -most <= black < white <= most:
        upto = f", {most} at most" if dtype.kind in "iu" else " and finite"
        raise ValueError(f"data_range is {asked}; allowed: white, above 0{upto}, or (black, white)")
    return ValueRange(black, white)


def range_of(planes: Planes, learnt: ValueRange | None = None, asked: DataRange | None = None) -> ValueRange:
    """The range of a picture, (…, H, W): the one that is `asked` for, or that which weights `learnt` where the picture
    fits there, or else its own. Raises ValueError.
    """
    if asked is not None:
        return asked_range(asked, planes.dtype)
    low, high = float(planes.min()), float(planes.max())
    return fitting(planes.dtype, low, high, learnt)


def fitting(dtype: np.dtype[Any], low: float, high: float, learnt: ValueRange | None) -> ValueRange:
    """The range that weights `learnt` where values of these limits fit there, or else the one for the limits."""
    if learnt and dtype == np.uint16 and learnt.white > 255 and high <= learnt.white:
        return learnt
    return range_for(dtype, low, high)


def range_for(dtype: np.dtype[Any], low: float, high: float) -> ValueRange:
    """The range for values of a type and these limits."""
    if dtype == np.uint8:
        return EIGHT_BITS
    if dtype.kind == "u":
        return ValueRange(0.0, float(2 ** max(8, int(high).bit_length()) - 1))
    if dtype.kind == "f":
        return ValueRange(0.0, next(white for white in (1.0, 255.0, 65535.0) if high <= 4 * white or white == 65535.0))
    raise ValueError(f"pixels are {dtype}; allowed: {', '.join((*WHOLE, *OTHERS))}")
