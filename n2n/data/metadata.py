"""The metadata of a picture file: EXIF, colour profile, orientation."""

import struct
from typing import NamedTuple

import numpy as np
from PIL import Image

from .types import Pixels

# The tags that describe a picture; the others describe the layout of a file, which is another in a new file.
KEPT_TAGS = {270, 271, 272, 282, 283, 296, 305, 306, 315, 33432, 34665, 34853}
DESCRIPTION = 270
TEXT_TAGS = (DESCRIPTION, 271, 272, 305, 306, 315, 33432)
ORIENTATION = 274
KEPT_PROFILES = (b"RGB ", b"GRAY")  # a profile of print colours does not fit the RGB made of them

# The errors of Pillow for fields whose values are of the wrong type.
UNWRITABLE = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, struct.error)


class Metadata(NamedTuple):
    """The metadata that is kept of a file."""

    exif: Image.Exif  # KEPT_TAGS only
    icc: bytes | None  # colour profile
    orientation: int  # as in EXIF: 1 upright, to 8


def read_metadata(image: Image.Image) -> Metadata:
    """Reads a picture's metadata; fields that cannot be written again are dropped."""
    exif = image.getexif()
    orientation = exif.get(ORIENTATION, 1)
    for tag in set(exif) - KEPT_TAGS:
        del exif[tag]
    if str(exif.get(DESCRIPTION, "")).startswith(("ImageJ=", "{")):  # they hold the number of frames of the old file
        del exif[DESCRIPTION]
    for tag in TEXT_TAGS:  # Pillow reads Latin-1 and writes ASCII; bytes it leaves as they are
        if isinstance(exif.get(tag), str) and not exif[tag].isascii():
            exif[tag] = exif[tag].encode("latin-1")
    try:
        exif.tobytes()
    except UNWRITABLE:
        exif = Image.Exif()
    icc = image.info.get("icc_profile") or b""
    return Metadata(exif, icc if icc[16:20] in KEPT_PROFILES else None, orientation)


def texts(exif: Image.Exif) -> dict[int, str | bytes]:
    """The tags that hold text, by their numbers."""
    return {tag: exif[tag] if isinstance(exif[tag], bytes) else str(exif[tag]) for tag in TEXT_TAGS if tag in exif}


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """(H, W, C) as a file holds it → upright, a view. Pillow's own function turns no 16-bit colour."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    quarter_turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, quarter_turns)
