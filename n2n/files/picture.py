"""The types of a decoded picture, with everything that its file said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from .layout import Layout
from .types import Pixels


class Resolution(NamedTuple):
    """Pixels per unit of length."""

    x: Fraction
    y: Fraction
    unit: int  # as in TIFF: 1 unknown, 2 inch, 3 centimetre

    def turned(self, orientation: int) -> "Resolution":
        """The resolution of a picture that was turned upright from an EXIF `orientation`."""
        return Resolution(self.y, self.x, self.unit) if orientation in (5, 6, 7, 8) else self

    def per(self, unit: int) -> tuple[float, float] | None:
        """Across and down, per inch (2) or centimetre (3); None where the unit is not known."""
        if self.unit not in (2, 3):
            return None
        factor = {(2, 3): 1 / 2.54, (3, 2): 2.54}.get((self.unit, unit), 1.0)
        return float(self.x) * factor, float(self.y) * factor


@dataclass(frozen=True)
class TiffForm:
    """How a TIFF file holds its pixels and what it says of them, to be said again in a new file."""

    layout: Layout
    kind: str = ""  # whose description: imagej, ome, shaped (tifffile's); any other is a plain text
    description: bytes | None = None
    words: Mapping[str, Any] | None = None  # of ImageJ's or tifffile's description
    photometric: int = 1  # 0 white is zero, 1 black is zero, 2 RGB, 3 grey with a colour map
    planar: bool = False  # whether each sample has a plane of its own
    extrasamples: tuple[int, ...] = ()  # 0 unspecified, 1 premultiplied alpha, 2 alpha
    bits: int = 0  # of a sample where they are packed, else 0
    packed: bool = True  # whether the pixels are compressed
    byteorder: Literal["<", ">"] = "<"
    colormap: npt.NDArray[np.uint16] | None = None  # (3, 256…), with which grey values are displayed


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright."""

    pixels: Pixels  # (H, W, C): integers or floating point as in the file; any number of channels
    alpha: Pixels | None = None  # (H, W), dtype of the pixels
    exif: Image.Exif | None = None  # the tags in metadata.KEPT_TAGS
    icc: bytes | None = None  # colour profile
    notes: tuple[str, ...] = ()  # what was changed on reading
    resolution: Resolution | None = None
    premultiplied: bool = False  # whether the pixels are multiplied by alpha
    form: TiffForm | None = None  # of a TIFF file
    white: int | None = None  # the largest value that a PGM or PPM file allows
