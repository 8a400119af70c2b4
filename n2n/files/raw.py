"""Camera raw files, as the sensor measured them.

The four pixels of a square of the mosaic, one red, two green and one blue, become one pixel: half the size, and no
value is made up from its neighbours, so the noise stays independent from pixel to pixel, which demosaicing would end.
The values stay linear and without white balance, and the black level stays in them, since noise goes below black too.
"""

import io

import numpy as np
import rawpy

from .metadata import read_exif, upright
from .picture import Picture
from .tiff import CheckSize
from .types import Pixels

TIFFS = (b"II*\0", b"MM\0*")  # most raw files are TIFFs too, and hold EXIF as these do
Damaged = rawpy.LibRawError
TURNS = {3: 3, 5: 8, 6: 6}  # libraw's numbers for turns, as EXIF's
BITS = 16


def decode(data: bytes, name: str, check: CheckSize) -> Picture:
    """A raw file → linear 16-bit colour, half the size. Raises ValueError for a mosaic that is not Bayer's, Damaged."""
    with rawpy.RawPy() as raw:
        raw.open_buffer(io.BytesIO(data))
        sizes = raw.sizes
        check(sizes.width, sizes.height)
        raw.unpack()
        white, black = int(raw.white_level), max(map(int, raw.black_level_per_channel))
        if raw.raw_type == rawpy.RawType.Flat:
            pixels, form = _squares(raw, name), "half the size: one pixel for each red, green, green and blue"
        else:
            pixels, form = raw.raw_image_visible[:, :, :3].astype(np.uint32) << 1, "no mosaic"
    shift = max(0, BITS - max(white, int(pixels.max()) >> 1).bit_length())
    pixels = ((np.left_shift(pixels, shift) + 1) >> 1).astype(np.uint16)
    found = read_exif(b"Exif\0\0" + data if data[:4] in TIFFS else None)
    levels = f"black at {black << shift}, white at {white << shift}"
    note = f"camera raw, linear 16 bits without white balance ({levels}), {form}"
    pixels = np.ascontiguousarray(upright(pixels, TURNS.get(sizes.flip, 1)))
    return Picture(pixels, None, found.exif, notes=(note,), resolution=found.resolution)


def _squares(raw: rawpy.RawPy, name: str) -> Pixels:
    """A Bayer mosaic → (H / 2, W / 2, 3), twice each colour's mean in a square of the mosaic."""
    mosaic, colours = raw.raw_image_visible, raw.raw_colors_visible[:2, :2]
    if raw.raw_pattern is None or raw.raw_pattern.shape != (2, 2) or sorted(raw.color_desc.decode()) != sorted("RGBG"):
        raise ValueError(f"'{name}' has another mosaic than Bayer's; export it as 16-bit TIFF from a raw converter")
    height, width = (side // 2 * 2 for side in mosaic.shape)
    planes: dict[str, list[Pixels]] = {"R": [], "G": [], "B": []}
    for row, column in np.ndindex(2, 2):
        letter = chr(raw.color_desc[colours[row, column]])
        planes[letter].append(mosaic[row:height:2, column:width:2].astype(np.uint32))
    return np.stack([sum(planes[letter]) * (2 // len(planes[letter])) for letter in "RGB"], axis=-1)
