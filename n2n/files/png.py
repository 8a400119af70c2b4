"""PNG files: 8 and 16 bits, grey and colour, with or without alpha, and their metadata."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
from PIL import PngImagePlugin

from .types import Pixels

HEADER_END = 8 + 25  # bytes of the signature and the IHDR chunk
BIT_DEPTH = 24  # place of the byte that holds it
Damaged = imagecodecs.PngError


def depth(data: bytes) -> int:
    """The bits of a channel of a PNG file, or of a place in its palette."""
    return data[BIT_DEPTH]


def is_16_bit(data: bytes) -> bool:
    """Whether a PNG file has 16 bits a channel."""
    return data[BIT_DEPTH] == 16


def decode(data: bytes) -> Pixels:
    """A PNG file of 16 bits → uint16 (H, W) or (H, W, S). Raises Damaged.

    By imagecodecs, as Pillow cuts 16-bit colour down to 8 bits.
    """
    pixels: Pixels = imagecodecs.png_decode(data)
    return pixels


def encode(
    pixels: Pixels,
    *,
    icc: bytes | None = None,
    exif: bytes | None = None,
    per_metre: tuple[int, int] | None = None,
    strategy: int | None = None,
) -> bytes:
    """uint8 or uint16 (H, W) or (H, W, S) → a PNG file, lossless; `strategy` is one of imagecodecs.PNG.STRATEGY,
    `per_metre` the pixels of a metre, across and down.

    By imagecodecs, as Pillow writes no 16-bit colour and takes twice the time for 8 bits; but imagecodecs writes no
    metadata, which is inserted behind the header chunk here. Raises ValueError for an empty array.
    """
    if not pixels.size:
        raise ValueError(f"a picture of shape {pixels.shape} cannot be written as PNG; each side needs a pixel")
    most = pixels.nbytes + pixels.nbytes // 64 + 16 * len(pixels) + 4096  # imagecodecs allows too little for thin ones
    encoded = imagecodecs.png_encode(
        np.ascontiguousarray(pixels), level=imagecodecs.PNG.COMPRESSION.SPEED, strategy=strategy, out=most
    )
    file = io.BytesIO()
    file.write(encoded[:HEADER_END])
    if icc:
        PngImagePlugin.putchunk(file, b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc))
    if per_metre:
        PngImagePlugin.putchunk(file, b"pHYs", struct.pack(">IIB", *per_metre, 1))
    if exif:
        PngImagePlugin.putchunk(file, b"eXIf", exif.removeprefix(b"Exif\0\0"))
    file.write(encoded[HEADER_END:])
    return file.getvalue()
