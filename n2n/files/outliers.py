"""Values far beyond all others, such as hot pixels, which a net would smear over their neighbours."""

import numpy as np
import numpy.typing as npt
from torch import Tensor

from .learnt_range import Values, values_of
from .types import Planes
from .value_range import ValueRange

ROOM = 1.5  # of the distance of the limits: 4.7 σ where there is noise alone
ORDINARY = (-1.0, 2.0)  # black is 0 and white 1: values in between are never outliers

Unit = npt.NDArray[np.float32]


def bounds(low: float, high: float) -> tuple[float, float]:
    """The least and greatest value that is no outlier, where all but a few values lie from `low` to `high`.

    They lie beyond black and white, and beyond the limits by so much of their distance that strong noise stays.
    """
    room = ROOM * (high - low)
    return min(0.0, low - room), max(1.0, high + room)


def ordinary(values: Planes, limits: ValueRange, found: Values | None) -> Unit:
    """Values of a file of any shape → float32, black at 0 and white at 1, with outliers brought to the `bounds`.

    `found` are those of the whole set; where it is None, nothing is an outlier.
    """
    unit = limits.to_unit(values)
    if found is None or (ORDINARY[0] <= unit.min() and unit.max() <= ORDINARY[1]):
        return unit
    low, high = limits.to_unit(np.array([found.low, found.high])).tolist()
    return unit.clip(*bounds(low, high))


def tamed(pictures: Tensor) -> Tensor:
    """(N, C, H, W), black at 0 and white at 1, with the outliers of each picture brought to its bounds."""
    most, least = pictures.amax((1, 2, 3)), pictures.amin((1, 2, 3))
    strange = ((least < ORDINARY[0]) | (most > ORDINARY[1])).nonzero().ravel().tolist()
    if not strange:
        return pictures
    result = pictures.clone()
    for place in strange:
        found = values_of([pictures[place].float().cpu().numpy()])
        result[place].clamp_(*bounds(found.low, found.high))
    return result
