"""Print colours, which become RGB."""

import numpy as np

from .types import Pixels
from .value_range import whole_limits

NOTE = "print colours (CMYK) became RGB"


def to_rgb(pixels: Pixels) -> Pixels:
    """Unsigned (H, W, 4 or more), the first four of them CMYK → (H, W, 3) RGB of the same type, without a profile."""
    most = whole_limits(pixels.dtype)[1]
    colours, key = (most - part.astype(np.int64) for part in (pixels[:, :, :3], pixels[:, :, 3:4]))
    return ((colours * key + most // 2) // most).astype(pixels.dtype)
