"""How the range of values is learnt from pixels.

The rule, for a set of pairs or for one picture, starts from two limits, which a few hot or dead pixels, and lines of
them, do not move:

1. Whole numbers without sign: black is 0 and white is 2^k − 1, with the bits k in use by the upper limit, 8 at least.
2. Floating point: black is 0, and white is 1 or 255 where the limits lie there, with room for noise beyond both ends.
3. Both where the limits lie closer than an eighth of that white, and everything else: the limits are black and white.
   One 8-bit picture is the exception, since it may be a flat one of a series: its white is 255.

Weights keep the range that they learnt, and pictures of the same type in the same unit are seen in it.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .types import Pixels, Planes
from .value_range import EIGHT_BITS, ValueRange, whole_limits

DataRange: TypeAlias = float | tuple[float, float]  # white, or black and white, in the unit of the file
TYPES = ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float16", "float32", "float64")
NARROW = 1 / 8  # of white: values that are closer together have a range of their own
DIM = 1 / 16  # of the learnt range: floating-point values that are closer together are in another unit
BRIGHT = 4  # times the learnt range: values further from black are in another unit
BEYOND = 0.5  # of white: noise reaches so far beyond black and white
PLANES, VALUES = 256, 2**21  # planes and values that are looked at, at most, to find the limits
HANDFUL, FEW = 16, 1e-4  # pixels, or the share of them, that do not move a limit, beside those that stand alone


@dataclass(frozen=True)
class Values:
    """The values of pictures: their type, and the limits that all but a few lie between."""

    dtype: np.dtype[Any]
    low: float
    high: float


def values_of(pictures: Iterable[Planes], count: int = 1) -> Values:
    """The values of `count` pictures, finite (…, H, W) each, of one type; of large ones, evenly spread rows.

    A limit is the 1st or 99th percentile, of the values or of their means over 2×2 pixels, in which there is less
    noise, or further out where all of such a block lies: single pixels and lines do not move it, and bright spots do.
    """
    samples = [_sample(picture, VALUES // max(1, count)) for picture in pictures]
    plain, means, least, most = (np.concatenate(part) for part in zip(*samples))
    few = min(0.01, max(FEW, HANDFUL / max(1, len(least))))
    low, high = np.quantile(plain, [0.01, 0.99])
    if len(least):
        low, high = max(low, np.quantile(means, 0.01)), min(high, np.quantile(means, 0.99))
        low, high = min(low, np.quantile(most, few)), max(high, np.quantile(least, 1 - few))
    if not low < high:
        low, high = plain.min(), plain.max()
    return Values(plain.dtype, float(low), float(high))


def spread(count: int, most: int) -> list[int]:
    """Evenly spread places, `most` at most."""
    return [int(place) for place in np.linspace(0, count - 1, min(count, most))]


def _sample(picture: Planes, budget: int) -> tuple[Planes, Planes, Planes, Planes]:
    """Some values, and the mean, least and greatest of some blocks of 2×2 pixels, from evenly spread pairs of rows."""
    planes = picture.reshape(-1, *picture.shape[-2:])
    _, height, width = planes.shape
    some = spread(len(planes), PLANES)
    rows = spread(max(1, height - 1), max(1, budget // (len(some) * width)))
    upper = planes[np.ix_(some, rows)]
    if height == 1 or width == 1:
        return upper.ravel(), upper[:0].ravel(), upper[:0].ravel(), upper[:0].ravel()
    lower = planes[np.ix_(some, [row + 1 for row in rows])]
    least, most = np.minimum(upper, lower), np.maximum(upper, lower)
    sums = upper.astype(np.float64) + lower
    means = (sums[..., 1:] + sums[..., :-1]) / 4
    least, most = np.minimum(least[..., 1:], least[..., :-1]), np.maximum(most[..., 1:], most[..., :-1])
    return upper.ravel(), means.ravel(), least.ravel(), most.ravel()


def check_type(dtype: np.dtype[Any]) -> None:
    """Raises ValueError for a type that holds no pictures."""
    if str(dtype) not in TYPES:
        raise ValueError(f"pixels are {dtype}; allowed: {', '.join(TYPES)}")


def asked_range(asked: DataRange, dtype: np.dtype[Any]) -> ValueRange:
    """The range that a person asks for. Raises ValueError where pixels of `dtype` cannot have it."""
    black, white = asked if isinstance(asked, tuple) else (0.0, asked)
    most = whole_limits(dtype)[1] if dtype.kind in "iu" else sys.float_info.max
    if not -most <= black < white <= most:
        upto = f", {most} at most" if dtype.kind in "iu" else " and finite"
        raise ValueError(f"data_range is {asked}; allowed: white, above 0{upto}, or (black, white)")
    return ValueRange(black, white)


def range_of(*pictures: Planes, learnt: ValueRange | None = None, asked: DataRange | None = None) -> ValueRange:
    """The range of pictures of one type, (…, H, W): the one that is `asked` for, or that which weights `learnt` from
    this type if the values are in its unit, or else their own. Raises ValueError.
    """
    dtype = pictures[0].dtype
    check_type(dtype)
    if asked is not None:
        return asked_range(asked, dtype)
    if dtype == np.uint8 and learnt in (None, EIGHT_BITS):
        return EIGHT_BITS
    found = values_of(pictures, len(pictures))
    if learnt and in_unit(found, learnt):
        return learnt
    return EIGHT_BITS if dtype == np.uint8 else range_for(found)


def pixel_range(*pictures: Pixels, learnt: ValueRange | None = None, asked: DataRange | None = None) -> ValueRange:
    """`range_of` for pictures (H, W, C)."""
    return range_of(*(pixels.transpose(2, 0, 1) for pixels in pictures), learnt=learnt, asked=asked)


def in_unit(found: Values, learnt: ValueRange) -> bool:
    """Whether values seem to be in the unit of the pictures from which weights `learnt` their range."""
    low, high = (float(learnt.to_unit(np.array(limit))) for limit in (found.low, found.high))
    return low >= -1 and high <= BRIGHT and (found.dtype.kind == "u" or high - low >= DIM)


def range_for(found: Values) -> ValueRange:
    """The range for these values, by the rule above."""
    usual = _usual(found)
    if usual and found.high - found.low >= NARROW * usual.white:
        return usual
    return (
        ValueRange(found.low, found.high) if found.low < found.high else usual or ValueRange(found.low, found.low + 1)
    )


def _usual(found: Values) -> ValueRange | None:
    """The range by convention for values of this type with these limits."""
    if found.dtype.kind == "u":
        return ValueRange(0.0, float(2 ** max(8, int(found.high).bit_length()) - 1))
    if found.dtype.kind == "f":
        fits = (1.0, 255.0)
        for white in fits:
            if -BEYOND * white <= found.low and found.high <= (1 + BEYOND) * white:
                return ValueRange(0.0, white)
    return None


def in_words(limits: ValueRange, dtype: np.dtype[Any], above: int = 0) -> str:
    """'12 bits in use; 1 pixel above', 'black at -1000, white at 3000'; '' for 8 bits as usual."""
    if limits == EIGHT_BITS and dtype == np.uint8:
        return ""
    if dtype.kind == "u" and limits.black == 0 and float(limits.white + 1).hex().startswith("0x1.0000000000000p"):
        beyond = f"; {above:,} pixel{'s' * (above != 1)} above" if above else ""
        return f"{int(limits.white).bit_length()} bits in use{beyond}"
    return (
        f"white at {limits.white:.6g}"
        if limits.black == 0
        else f"black at {limits.black:.6g}, white at {limits.white:.6g}"
    )
