"""HEIC, as phones write it."""

import io

import numpy as np
import pillow_heif

from .metadata import read_exif
from .picture import Picture
from .tiff import CheckSize, broken_fields

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def is_heif(data: bytes) -> bool:
    """Whether these are the first bytes of a HEIC file."""
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def decode(data: bytes, check: CheckSize) -> Picture:
    """The main picture of a HEIC file, 8 bits, or 16 where it has more; a turn is applied. Raises tiff.Damaged."""
    with broken_fields():
        opened = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        size = opened.size
    check(*size)
    with broken_fields():
        pixels = np.asarray(opened)
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    alpha = pixels.shape[2] in (2, 4)
    found = read_exif(opened.info.get("exif"))
    notes = (f"only the first of {len(opened)} pictures is used",) if len(opened) > 1 else ()
    colours = pixels[:, :, :-1] if alpha else pixels
    return Picture(
        np.ascontiguousarray(colours),
        np.ascontiguousarray(pixels[:, :, -1]) if alpha else None,
        found.exif,
        opened.info.get("icc_profile"),
        notes,
        found.resolution,
        premultiplied=alpha and opened.premultiplied_alpha,
    )
