"""Pictures: file ↔ array ↔ float tensor, and the eight flips and turns."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from . import formats, png, tiff
from .files import write_bytes
from .formats import Kind
from .metadata import Metadata, read_metadata, texts, upright
from .types import Pixels

MAX_PIXELS = 200_000_000  # pixels of one picture; a decompression bomb is refused before it is decoded
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

# The errors of decoders for a file that is cut short or whose fields are wrong.
DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    OSError,
    EOFError,
    LookupError,
    SyntaxError,
    TypeError,
    struct.error,
    zlib.error,
    tiff.Damaged,
    png.Damaged,
)


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright."""

    pixels: Pixels  # (H, W, C) uint8 or uint16; C is 1 or 3
    alpha: Pixels | None = None  # (H, W), dtype of the pixels
    exif: Image.Exif | None = None  # the tags in metadata.KEPT_TAGS
    icc: bytes | None = None  # colour profile
    notes: tuple[str, ...] = ()  # what was changed on reading


CheckSize = Callable[[int, int, str], None]  # width and height in pixels, name; raises ValueError


def check_size(width: int, height: int, name: str) -> None:
    """Raises ValueError for a picture of more than MAX_PIXELS."""
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"'{name}' is {width}×{height} pixels; at most {MAX_PIXELS / 1e6:.0f} megapixels are read: cut or shrink it"
        )


def read(path: Path, check: CheckSize = check_size) -> Picture:
    """Reads one picture; of a file with several frames, the first. Raises ValueError as `decode`, OSError."""
    return decode(path.read_bytes(), path.name, first_only=True, check=check)[0]


def decode(data: bytes, name: str, *, first_only: bool = False, check: CheckSize = check_size) -> list[Picture]:
    """The frames of an encoded picture (more than one in a TIFF stack only); `name` is for error messages.

    8 and 16 bits, grey and colour; palettes and CMYK become RGB, an EXIF turn is applied. `first_only` leaves the
    other frames of a stack undecoded, with a note. `check` is called with the size before a pixel is decoded. Raises
    ValueError for what is no picture or a damaged one, and where `check` does.
    """
    try:
        if data[:4] in tiff.SIGNATURES:
            return _decode_tiff(data, name, first_only, check)
        return [_decode_other(data, name, check)]
    except UnidentifiedImageError:
        raise ValueError(
            f"'{name}' is not a picture that can be read; allowed: {formats.picture_labels()}, 8 or 16 bits"
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"'{name}' has more than {MAX_PIXELS / 1e6:.0f} megapixels; cut or shrink it") from None
    except DAMAGED as error:
        raise ValueError(f"'{name}' is damaged or incomplete ({error}); export or copy it again") from error


def _decode_other(data: bytes, name: str, check: CheckSize) -> Picture:
    with tiff.broken_fields():
        kinds = formats.of_kind(Kind.PICTURE, Kind.STACK)
        opened = Image.open(io.BytesIO(data), formats=[kind.label.upper() for kind in kinds])
    with opened as image:
        check(*image.size, name)
        with tiff.broken_fields():
            frames = getattr(image, "n_frames", 1)
        pixels = _pixels(image, data, name)
        with tiff.broken_fields():
            found = read_metadata(image)
        return _picture(pixels, found, (tiff.first_frame_note(frames),) if frames > 1 else ())


def _pixels(image: Image.Image, data: bytes, name: str) -> Pixels:
    with tiff.broken_fields():
        if image.format == "PNG" and png.is_16_bit(data):
            return png.decode(data)
        image.load()
    return np.asarray(_plain_mode(image, name))


def _plain_mode(image: Image.Image, name: str) -> Image.Image:
    """The image in one of the modes L, LA, RGB, RGBA, I;16. Raises ValueError where none of them can hold it."""
    if image.mode in ("L", "LA", "RGB", "RGBA", "I;16"):
        return image
    if image.mode in ("1", "P", "PA", "CMYK", "YCbCr", "LAB", "HSV", "I;16B"):
        if image.mode == "1":
            return image.convert("L")
        if image.mode == "I;16B":
            return image.convert("I;16")
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    raise ValueError(
        f"'{name}' holds pixels of mode {image.mode}; allowed: 8 or 16 bits, grey or colour. "
        "Save it with 16 bits, or as .npz for floating-point values"
    )


def _decode_tiff(data: bytes, name: str, first_only: bool, check: CheckSize) -> list[Picture]:
    """tifffile for 8 and 16 bits, grey and RGB, stacks included; Pillow for the rest."""
    stack = tiff.decode(data, name, lambda width, height: check(width, height, name), first_only)
    if stack is None:
        return [_decode_other(data, name, check)]
    frames, notes = stack
    with tiff.broken_fields(), Image.open(io.BytesIO(data)) as image:
        found = read_metadata(image)
    return [_picture(frame, found, notes) for frame in frames]


def _picture(array: Pixels, found: Metadata, notes: tuple[str, ...]) -> Picture:
    """Turns a decoded array upright and splits off alpha."""
    array = upright(array.reshape(*array.shape[:2], -1), found.orientation)
    colours = 3 if array.shape[2] >= 3 else 1
    alpha = array[:, :, colours] if array.shape[2] > colours else None
    return Picture(np.ascontiguousarray(array[:, :, :colours]), alpha, found.exif, found.icc, notes)


def encode(picture: Picture, suffix: str) -> bytes:
    """A picture as a file in the format of `suffix` (".png", …), lossless or at quality 95.

    Raises ValueError for a format that is unknown or cannot hold the picture.
    """
    sixteen, suffix = picture.pixels.dtype == np.uint16, suffix.lower()
    allowed = formats.pictures(sixteen)
    chosen = formats.format_of(f"picture{suffix}") if suffix in allowed else None
    if chosen is None:
        raise ValueError(
            f"cannot write '{suffix or 'no suffix'}' with {16 if sixteen else 8} bits; allowed: {', '.join(allowed)}"
        )
    pixels = picture.pixels
    if picture.alpha is not None and chosen.alpha:
        pixels = np.dstack([pixels, picture.alpha])
    pixels = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
    return WRITERS[chosen.label](picture, pixels)


def _encode_png(picture: Picture, pixels: Pixels) -> bytes:
    return png.encode(pixels, icc=picture.icc, exif=picture.exif.tobytes() if picture.exif else None)


def _encode_tiff(picture: Picture, pixels: Pixels) -> bytes:
    tags = texts(picture.exif) if picture.exif else {}
    return tiff.encode(pixels, picture.alpha is not None, picture.icc, tags)


def _encode_other(label: str, picture: Picture, pixels: Pixels, **options: int | bool) -> bytes:
    file = io.BytesIO()
    metadata = {"exif": picture.exif, "icc_profile": picture.icc} if label != "BMP" else {}
    present = {name: value for name, value in metadata.items() if value}
    Image.fromarray(pixels).save(file, label, **present, **options)
    return file.getvalue()


WRITERS: dict[str, Callable[[Picture, Pixels], bytes]] = {
    "PNG": _encode_png,
    "JPEG": partial(_encode_other, "JPEG", quality=95, subsampling=0),
    "WebP": partial(_encode_other, "WEBP", lossless=True),
    "BMP": partial(_encode_other, "BMP"),
    "TIFF": _encode_tiff,
}


def write(path: Path, picture: Picture) -> None:
    """Writes a picture in one step, so that the file at `path` is never half of one. Raises ValueError, OSError."""
    write_bytes(path, encode(picture, path.suffix))


def turned(tensor: Tensor, turn: int) -> Tensor:
    """One of the eight flips and quarter turns of (…, H, W); turn 0…7, 0 is the picture itself."""
    rotated = torch.rot90(tensor, turn % 4, dims=(-2, -1))
    return rotated.flip(-1) if turn >= 4 else rotated


def turned_back(tensor: Tensor, turn: int) -> Tensor:
    """The inverse of `turned`."""
    tensor = tensor.flip(-1) if turn >= 4 else tensor
    return torch.rot90(tensor, -(turn % 4), dims=(-2, -1))
