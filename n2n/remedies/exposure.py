"""How much brighter one shot is than another, and the shot brought to the other's brightness."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..files import Planes

BLOCK = 8  # pixels: side of the blocks whose means are compared, in which noise hardly counts
STRUCTURE = 0.7  # correlation of these means from which on a gain shows in them; below, only an offset does
OUTLIER, ROUNDS = 3.0, 4  # median deviations from which on a block (something moved, or is cut off) does not count
SURE = 3.0  # standard errors from which on a change is believed


class Exposure(NamedTuple):
    """A shot's brightness: gain × that of the reference + offset."""

    gain: float = 1.0
    offset: float = 0.0  # in the unit of the pictures
    change: float = 0.0  # root mean square of what they change, in the unit of the pictures
    error: float = 0.0  # standard error of the change

    @property
    def sure(self) -> bool:
        """Whether the change is more than noise."""
        return self.change > SURE * self.error


def find_exposure(reference: Planes, other: Planes) -> Exposure:
    """The gain and offset between two shots (C, H, W) of a scene, by robust least squares on means of blocks.

    Both shots are noisy: the line is the one nearest to the points, not the one that best tells the second from the
    first.
    """
    side = max(1, min(BLOCK, *(length // 4 for length in reference.shape[-2:])))
    one, two = (block_means(shot, side) for shot in (reference, other))
    kept = np.ones(len(one), bool)
    gain, offset = 1.0, 0.0
    for _ in range(ROUNDS):
        gain, offset = _line(one[kept], two[kept])
        left = two - gain * one - offset
        middle = float(np.median(np.abs(left)))
        kept = np.abs(left) <= OUTLIER * 1.4826 * middle + 1e-12
    error = float(np.std(left[kept])) / math.sqrt(max(1, int(kept.sum())))
    change = float(np.sqrt(np.mean(((gain - 1) * one + offset) ** 2)))
    return Exposure(gain, offset, change, error)


def block_means(picture: Planes, side: int) -> npt.NDArray[np.float64]:
    """The means of all whole blocks of side × side pixels of (C, H, W), one after the other."""
    rows, columns = (length // side * side for length in picture.shape[-2:])
    blocks = picture[:, :rows, :columns].reshape(-1, rows // side, side, columns // side, side)
    means: npt.NDArray[np.float64] = blocks.mean(axis=(2, 4), dtype=np.float64).ravel()
    return means


def _line(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Gain and offset of the line that is nearest to the points; a gain of 1 where they show none."""
    (power, common), (_, other) = np.cov(one, two).tolist() if len(one) > 2 else ((0, 0), (0, 0))
    gain = 1.0
    if common > STRUCTURE * math.sqrt(power * other) > 0:
        gain = (other - power + math.hypot(other - power, 2 * common)) / (2 * common)
    return gain, float(np.median(two - gain * one) if len(one) else 0.0)


def exposed_as_reference(picture: Planes, exposure: Exposure) -> tuple[Planes, float]:
    """A picture at the reference's brightness, in the same type; and the share of pixels that it cannot hold."""
    values: npt.NDArray[np.floating[Any]] = (picture.astype(np.float64) - exposure.offset) / exposure.gain
    if not np.issubdtype(picture.dtype, np.integer):
        return values.astype(picture.dtype), 0.0
    limits = np.iinfo(picture.dtype.name)
    lost = float(np.mean((values < limits.min - 0.5) | (values > limits.max + 0.5)))
    return np.rint(values).clip(limits.min, limits.max).astype(picture.dtype), lost
