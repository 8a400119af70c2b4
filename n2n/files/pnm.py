"""PGM and PPM files of 16 bits, of which Pillow would scale the values."""

import io

import netpbmfile
import numpy as np

from .types import Pixels
from .value_range import whole_limits


def read_deep(data: bytes) -> tuple[Pixels, int] | None:
    """uint16 (H, W) or (H, W, 3), and the largest value that the file allows; None for 8 bits and fewer.

    Raises ValueError.
    """
    with netpbmfile.NetpbmFile(io.BytesIO(data)) as file:
        if file.maxval <= 255:
            return None
        pixels: Pixels = np.asarray(file.asarray(), np.uint16)
        return pixels, int(file.maxval)


def encode(pixels: Pixels, white: int | None) -> bytes:
    """uint8 or uint16 (H, W) or (H, W, 3) → a file that allows values up to `white`, or all of the type."""
    most = whole_limits(pixels.dtype)[1]
    file = io.BytesIO()
    netpbmfile.imwrite(file, pixels, maxval=white if white and int(pixels.max()) <= white else most)
    return file.getvalue()
