"""Pictures → encoded files."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from . import formats, png, pnm, tiff_write
from .metadata import CENTIMETRE, INCH
from .picture import Picture
from .types import Pixels
from .value_range import whole_limits


def encode(picture: Picture, suffix: str) -> bytes:
    """A picture as a file in the format of `suffix` (".png", …), lossless or at quality 95.

    Raises ValueError for a format that is unknown or cannot hold the picture.
    """
    check_fits(picture, suffix)
    return WRITERS[suffix.lower()](picture)


def check_fits(picture: Picture, suffix: str) -> None:
    """Raises ValueError where a file with this ending cannot hold the picture."""
    dtype, channels = picture.pixels.dtype, picture.pixels.shape[2]
    form = formats.format_of(f"picture{suffix}")
    if form is None or suffix.lower() not in WRITERS or not formats.holds(form, dtype, channels):
        allowed = [ending for ending in formats.writable(dtype, channels) if ending in WRITERS]
        kind = {"uint8": "8 bits", "uint16": "16 bits"}.get(str(dtype), f"pixels of {dtype}")
        more = "" if channels in (1, 3) else f" in {channels} channels"
        raise ValueError(f"cannot write '{suffix or 'no suffix'}' with {kind}{more}; allowed: {', '.join(allowed)}")


def _straight(picture: Picture) -> Pixels:
    """(H, W, C), or with alpha (H, W, C + 1), which the colours are not multiplied by."""
    if picture.alpha is None:
        return picture.pixels
    colours = picture.pixels
    if picture.premultiplied:
        most = whole_limits(colours.dtype)[1]
        alpha = np.maximum(picture.alpha, 1).astype(np.float64)[:, :, None]
        colours = np.minimum(np.rint(colours * (most / alpha)), most).astype(colours.dtype)
    return np.dstack([colours, picture.alpha])


def _flat(pixels: Pixels) -> Pixels:
    """(H, W, 1) → (H, W)"""
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels


def _exif(picture: Picture) -> bytes | None:
    return picture.exif.tobytes() if picture.exif else None


def _encode_png(picture: Picture) -> bytes:
    density = picture.resolution.per(CENTIMETRE) if picture.resolution else None
    across, down = (round(100 * value) for value in density or (0, 0))
    per_metre = (across, down) if 0 < across < 2**31 and 0 < down < 2**31 else None
    return png.encode(_flat(_straight(picture)), icc=picture.icc, exif=_exif(picture), per_metre=per_metre)


def _encode_pnm(picture: Picture) -> bytes:
    return pnm.encode(_flat(picture.pixels), picture.white)


def _encode_by_pillow(label: str, alpha: bool, picture: Picture, **options: Any) -> bytes:  # noqa: ANN401
    file = io.BytesIO()
    density = picture.resolution.per(INCH) if picture.resolution else None
    dpi = tuple(map(round, density)) if density else None
    metadata: dict[str, object] = {"exif": picture.exif, "icc_profile": picture.icc} if label != "BMP" else {}
    metadata |= {"dpi": dpi if label == "JPEG" and dpi and max(dpi) < 2**16 else density if label == "BMP" else None}
    present = {name: value for name, value in metadata.items() if value}
    pixels = _straight(picture) if alpha else picture.pixels
    Image.fromarray(_flat(pixels)).save(file, label, **present, **options)
    return file.getvalue()


def _encode_npy(picture: Picture) -> bytes:
    file = io.BytesIO()
    np.save(file, _flat(picture.pixels))
    return file.getvalue()


def _encode_npz(picture: Picture) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, picture=_flat(picture.pixels))
    return file.getvalue()


_jpeg = partial(_encode_by_pillow, "JPEG", False, quality=95, subsampling=0)
WRITERS: dict[str, Callable[[Picture], bytes]] = {
    ".png": _encode_png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".webp": partial(_encode_by_pillow, "WEBP", True, lossless=True),
    ".bmp": partial(_encode_by_pillow, "BMP", False),
    ".tif": tiff_write.encode,
    ".tiff": tiff_write.encode,
    ".pgm": _encode_pnm,
    ".ppm": _encode_pnm,
    ".npy": _encode_npy,
    ".npz": _encode_npz,
}
