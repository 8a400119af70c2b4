"""Rows of pictures: the value of the viewer, without Gradio."""

import math
import re
import zlib
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

import imagecodecs
import numpy as np

from n2n.files import atomic, png


class ColourScale(TypedDict):
    """The bar under a colour map."""

    colours: list[str]  # from left to right, evenly spaced
    ticks: list[str]  # what is at the left end, in the middle, and at the right end
    unit: str


class Panel(TypedDict):
    """One picture of a row; see `panel`."""

    role: str
    title: str
    src: str
    width: int
    height: int
    psnr: float | None
    ssim: float | None
    note: str
    psnr_text: str
    stretched: str
    scale: ColourScale | None


class Row(TypedDict):
    """The panels of one picture, under its name."""

    name: str
    said: str
    panels: list[Panel]


IDENTICAL = "identical"  # stands for the PSNR of a picture with itself


def panel(
    role: str,
    title: str,
    src: str,
    size: tuple[int, int],
    psnr: float | None = None,
    ssim: float | None = None,
    note: str = "",
    psnr_text: str = "",
    stretched: str = "",
    scale: ColourScale | None = None,
) -> Panel:
    """One picture of a row.

    role: noisy, denoised, target, error, residual, average, disagreement, or a classical method; no two of a row are
    alike. src: from `save`, or a data URI. size: (width, height) of the file, pixels. psnr in dB, ssim at most 1; None
    and NaN show nothing, infinity "identical". psnr_text stands in place of the number ("≈ 25.1 dB"). stretched: where
    the same picture lies with more contrast, if it needs that. scale: what the colours of a map stand for.
    Raises ValueError for an empty picture.
    """
    width, height = (int(length) for length in size)
    if width < 1 or height < 1:
        raise ValueError(f"the picture '{title}' is {width}×{height} pixels; allowed: 1×1 and more")
    if psnr is not None and math.isinf(psnr):
        psnr_text = psnr_text or IDENTICAL  # JSON knows no infinity
    return {
        "role": role,
        "title": title,
        "src": src,
        "width": width,
        "height": height,
        "psnr": _finite(psnr),
        "ssim": _finite(ssim),
        "note": note,
        "psnr_text": psnr_text,
        "stretched": stretched,
        "scale": scale,
    }


def _finite(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None


def row(name: str, panels: list[Panel], said: str = "") -> Row:
    """The panels of one picture; its name stands above them and in what a screen reader says ("" for none).

    What is `said` stands below them while the contrast is stretched.
    """
    return {"name": name, "said": said, "panels": panels}


def save(pixels: np.ndarray, folder: Path, name: str) -> str:
    """Writes (H, W, C) uint8, C 1 or 3, as a lossless PNG; returns its URL relative to the page.

    The folder must lie in GRADIO_TEMP_DIR to be served. The file's name carries a checksum, so that other pixels have
    another URL and no browser shows an old picture; of `name` only letters, digits, - and _ are kept. Raises OSError.
    """
    # Twice as fast as Pillow and no larger on photographs; other threads run meanwhile.
    data = png.encode(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels, strategy=imagecodecs.PNG.STRATEGY.RLE)
    safe = re.sub(r"[^\w-]+", "_", name, flags=re.ASCII)[:60]
    path = folder.absolute() / f"{safe}-{zlib.crc32(data):08x}.png"
    atomic.write_bytes(path, data)
    return url(path)


def url(file: Path) -> str:
    """Where a browser gets a file below GRADIO_TEMP_DIR, relative to the page."""
    return f"gradio_api/file={quote(file.absolute().as_posix(), safe='/:')}"
