"""The metadata of a picture file: EXIF, colour profile, orientation, resolution."""

import struct
from fractions import Fraction
from typing import IO, NamedTuple, cast

import numpy as np
import tifffile
from PIL import Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from .picture import Resolution
from .types import Pixels

# The tags that describe a picture; the others describe the layout of a file, which is another in a new file.
KEPT_TAGS = {270, 271, 272, 282, 283, 296, 305, 306, 315, 33432, 34665, 34853}
DESCRIPTION = 270
TEXT_TAGS = (DESCRIPTION, 271, 272, 305, 306, 315, 33432)
ACROSS, DOWN, UNIT = 282, 283, 296
DIRECTORIES = (34665, 34853)  # Exif and GPS
ORIENTATION, ICC = 274, 34675
KEPT_PROFILES = (b"RGB ", b"GRAY")  # a profile of print colours does not fit the RGB made of them
INCH, CENTIMETRE = 2, 3

# The errors of Pillow for fields whose values are of the wrong type.
UNWRITABLE = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, struct.error)


class Metadata(NamedTuple):
    """The metadata that is kept of a file."""

    exif: Image.Exif  # KEPT_TAGS only
    icc: bytes | None  # colour profile
    orientation: int = 1  # as in EXIF: 1 upright, to 8
    resolution: Resolution | None = None  # of the upright picture


def read_metadata(image: Image.Image) -> Metadata:
    """Reads the metadata of a picture that Pillow opens; fields that cannot be written again are dropped."""
    exif = image.getexif()
    orientation, resolution = exif.get(ORIENTATION, 1), _density(image) or _resolution(exif)
    return Metadata(
        _kept(exif), _kept_profile(image.info.get("icc_profile")), orientation, _turned(resolution, orientation)
    )


def read_exif(data: bytes | None) -> Metadata:
    """The metadata in an EXIF block; none of it where it is damaged."""
    exif = Image.Exif()
    try:
        exif.load(data or b"")
        orientation, resolution = exif.get(ORIENTATION, 1), _resolution(exif)
    except (*UNWRITABLE, SyntaxError):
        return Metadata(Image.Exif(), None)
    return Metadata(_kept(exif), None, orientation, _turned(resolution, orientation))


def read_directory(file: tifffile.TiffFile, page: tifffile.TiffPage) -> Metadata:
    """The metadata in the directory of a page of a TIFF file."""
    exif = Image.Exif()
    if file.is_bigtiff and file.byteorder == ">":  # which Pillow does not read
        for tag in {ORIENTATION, ICC, *KEPT_TAGS} - {*DIRECTORIES}:
            if tag in page.tags:
                value = page.tags[tag].value
                exif[tag] = IFDRational(*value) if tag in (ACROSS, DOWN) else value
    else:
        exif.bigtiff, exif.endian = file.is_bigtiff, file.byteorder
        exif.load_from_fp(cast(IO[bytes], file.filehandle), page.offset)
        exif.bigtiff = False  # it is written without
    orientation, resolution, icc = exif.get(ORIENTATION, 1), _resolution(exif), exif.get(ICC)
    return Metadata(_kept(exif), _kept_profile(icc), orientation, _turned(resolution, orientation))


def _turned(resolution: Resolution | None, orientation: int) -> Resolution | None:
    return resolution.turned(orientation) if resolution else None


def _kept(exif: Image.Exif) -> Image.Exif:
    """A copy, which needs no file, of the tags that are kept and can be written."""
    for tag in set(exif) - KEPT_TAGS:
        del exif[tag]
    if str(exif.get(DESCRIPTION, "")).startswith(("ImageJ=", "{", "<?xml")):  # they hold the number of frames
        del exif[DESCRIPTION]
    _as_bytes(exif)
    kept = Image.Exif()
    if not len(exif):
        return kept
    try:
        kept.load(exif.tobytes())
    except (*UNWRITABLE, SyntaxError):
        return Image.Exif()
    _as_bytes(kept)
    return kept


def _as_bytes(exif: Image.Exif) -> None:
    """Makes bytes of texts beyond ASCII, which Pillow leaves as they are: it reads Latin-1 and writes ASCII."""
    for tag in TEXT_TAGS:
        if isinstance(exif.get(tag), str) and not exif[tag].isascii():
            exif[tag] = exif[tag].encode("latin-1", "replace")


def _kept_profile(icc: object) -> bytes | None:
    return icc if isinstance(icc, bytes) and icc[16:20] in KEPT_PROFILES else None


def _resolution(exif: Image.Exif) -> Resolution | None:
    """The resolution that EXIF or a TIFF directory holds; None where it holds none, or a senseless one."""
    try:
        across, down = (Fraction(exif[tag].numerator, exif[tag].denominator) for tag in (ACROSS, DOWN))
    except UNWRITABLE:
        return None
    unit = exif.get(UNIT, INCH)
    return Resolution(across, down, unit if unit in (1, INCH, CENTIMETRE) else 1) if across > 0 and down > 0 else None


def _density(image: Image.Image) -> Resolution | None:
    """What a JPEG's or a PNG's own field for it says of the resolution."""
    if image.format == "JPEG" and "jfif_density" in image.info:
        across, down = image.info["jfif_density"]
        unit = {1: INCH, 2: CENTIMETRE}.get(image.info.get("jfif_unit", 0), 1)
        return (
            Resolution(Fraction(across), Fraction(down), unit)
            if across and down and (across, down, unit) != (1, 1, 1)
            else None
        )
    if image.format in ("PNG", "BMP") and "dpi" in image.info:  # both files hold whole pixels per metre
        across, down = (Fraction(round(value / 0.0254), 100) for value in image.info["dpi"])
        return Resolution(across, down, CENTIMETRE) if across > 0 and down > 0 else None
    return None


def texts(exif: Image.Exif) -> dict[int, str | bytes]:
    """The tags that hold text, by their numbers."""
    return {tag: exif[tag] if isinstance(exif[tag], bytes) else str(exif[tag]) for tag in TEXT_TAGS if tag in exif}


def directories(exif: Image.Exif) -> dict[int, dict[int, object]]:
    """What the Exif and the GPS directories hold, by the tags that point to them."""
    found = {tag: dict(exif.get_ifd(tag)) for tag in DIRECTORIES if tag in exif}
    for inside in found.values():
        if 40965 in inside:  # of interoperability, one level deeper
            inside[40965] = dict(exif.get_ifd(40965))
    return {tag: inside for tag, inside in found.items() if inside}


def packed_directory(inside: dict[int, object], tag: int, head: bytes, offset: int) -> bytes:
    """The directory of a `tag` as the bytes of a file with this head, to stand at `offset`."""
    directory = ImageFileDirectory_v2(head, group=tag)
    for number, value in inside.items():
        directory[number] = value
    return bytes(directory.tobytes(offset))


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """(H, W, C) as a file holds it → upright, a view. Pillow's own function turns no 16-bit colour."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    quarter_turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(pixels, quarter_turns)
