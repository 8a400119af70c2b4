"""PNG: 8 and 16 bits, grey and colour, with or without alpha, and its metadata."""

import io
import zlib

import imagecodecs
import numpy as np
from PIL import PngImagePlugin

HEADER_END = 8 + 25  # bytes: signature, IHDR chunk
BIT_DEPTH = 24  # place of the byte that tells it
Damaged = imagecodecs.PngError


def is_16_bit(data: bytes) -> bool:
    """Whether a PNG file has 16 bits a channel."""
    return data[BIT_DEPTH] == 16


def decode(data: bytes) -> np.ndarray:
    """A PNG file of 16 bits → uint16 (H, W) or (H, W, S). Raises Damaged.

    By imagecodecs, as Pillow cuts 16-bit colour down to 8 bits.
    """
    return imagecodecs.png_decode(data)


def encode(
    pixels: np.ndarray, *, icc: bytes | None = None, exif: bytes | None = None, strategy: int | None = None
) -> bytes:
    """uint8 or uint16 (H, W) or (H, W, S) → a PNG file, lossless; `strategy` is one of imagecodecs.PNG.STRATEGY.

    By imagecodecs, as Pillow writes no 16-bit colour and takes twice the time for 8 bits; but imagecodecs writes no
    metadata, which go behind the header chunk here. Raises ValueError where there is no pixel.
    """
    if not pixels.size:
        raise ValueError(f"a picture of shape {pixels.shape} cannot be written as PNG; each side needs a pixel")
    most = pixels.nbytes + pixels.nbytes // 64 + 16 * len(pixels) + 4096  # imagecodecs reckons too little for thin ones
    encoded = imagecodecs.png_encode(
        np.ascontiguousarray(pixels), level=imagecodecs.PNG.COMPRESSION.SPEED, strategy=strategy, out=most
    )
    file = io.BytesIO()
    file.write(encoded[:HEADER_END])
    if icc:
        PngImagePlugin.putchunk(file, b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc))
    if exif:
        PngImagePlugin.putchunk(file, b"eXIf", exif.removeprefix(b"Exif\0\0"))
    file.write(encoded[HEADER_END:])
    return file.getvalue()
