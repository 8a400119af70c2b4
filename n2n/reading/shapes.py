"""The shapes of arrays that hold pictures: which axis is which."""

import numpy as np

from ..files import TYPES, Planes

PAIRED = "(N, 2, C, H, W), (N, 2, H, W) or (2, N, …), two shots a scene"


def two_shots(array: Planes) -> tuple[Planes, Planes] | None:
    """(N, 2, C, H, W), (N, 2, H, W) or (2, N, …) → views of its two halves; None for any other shape."""
    if array.ndim in (4, 5) and array.shape[1] == 2:
        return array[:, 0], array[:, 1]
    if array.ndim in (3, 4, 5) and array.shape[0] == 2:
        return array[0], array[1]
    return None


def to_stack(array: Planes, name: str) -> Planes:
    """(N, C, H, W), (N, H, W, C), (N, H, W), (H, W, 3) or (H, W) → a view (N, C, H, W). Raises ValueError.

    Of (N, H, W, 4), the fourth channel is transparency and left out.
    """
    if array.dtype.name not in TYPES:
        way_out = "an array of yes and no has no noise to learn" if array.dtype == bool else "convert it to one of them"
        raise ValueError(f"{name} has type {array.dtype}; allowed: {', '.join(TYPES)}: {way_out}")
    shape = array.shape
    if array.ndim == 2 or (array.ndim == 3 and shape[-1] in (3, 4)):
        array = array[None]
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim == 4 and array.shape[1] not in (1, 3) and array.shape[-1] < array.shape[1]:
        array = np.moveaxis(array, -1, 1)
        array = array[:, :3] if array.shape[1] == 4 else array
    if array.ndim != 4 or 0 in array.shape[1:]:
        raise ValueError(f"{name} has shape {shape}; allowed: (N, C, H, W), (N, H, W, C) or (N, H, W), C channels")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def has_alpha(array: Planes) -> bool:
    """Whether `to_stack` leaves out a fourth channel."""
    return array.ndim in (3, 4) and array.shape[-1] == 4 and (array.ndim == 3 or array.shape[1] > 4)
