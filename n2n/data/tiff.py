"""TIFF, as microscopes and scanners write it: stacks of frames, 8 and 16 bits, grey and colour."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import tifffile

from .metadata import DESCRIPTION
from .types import Pixels

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_VALUES = 4 * 10**9  # values in a stack
Damaged = tifffile.TiffFileError


def decode(
    data: bytes, name: str, check: Callable[[int, int], None], first_only: bool = False
) -> tuple[Pixels, tuple[str, ...]] | None:
    """Frames (K, H, W) or (K, H, W, S) and notes on what was left out; None for kinds that Pillow reads better.

    `check` is called with width and height before pixels are decoded; with `first_only` one frame is. Raises
    ValueError, Damaged.
    """
    with broken_fields():
        opened = tifffile.TiffFile(io.BytesIO(data), _multifile=False)  # links to other files are not followed
    with opened as file:
        with broken_fields():
            page = file.pages.first
            width, height, bits = int(page.imagewidth), int(page.imagelength), int(page.bitspersample)
        check(width, height)
        with broken_fields():
            series = file.series[0]
            if not series.size:
                raise ValueError("no pixels")
            source, count = (page, series.size // page.size) if first_only else (series, 1)
        if not _is_plain(page) or series.dtype not in (np.uint8, np.uint16) or bits < 8:
            return None
        if source.size > MAX_VALUES:
            raise ValueError(f"'{name}' unpacks to {source.size / 1e9:.1f} billion values; split the stack")
        coloured = "S" in series.axes
        if len(series.shape) > (4 if coloured else 3):
            raise ValueError(f"'{name}' is a stack with axes {series.axes}; allowed: frames of one scene (T, Y, X)")
        with broken_fields():
            frames, missing = _frames(page, series, first_only, name)
        if source.axes.endswith("SYX"):  # one plane for each colour
            frames = np.moveaxis(frames, -3, -1)
        frames = frames.reshape(-1, *frames.shape[-3 if coloured else -2 :])
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
            frames = 2**bits - 1 - frames
        notes = {
            "pages of other sizes than the first are left out": len(file.series) > 1,
            first_frame_note(count): count > 1,
            "only the frames in this file of a set are read": file.is_ome and series.kind != "ome",
            f"{missing} frames that the file says it has are not in it, and are left out": missing > 0,
        }
    return frames, tuple(note for note, applies in notes.items() if applies)


def _frames(
    page: tifffile.TiffPage, series: tifffile.TiffPageSeries, first_only: bool, name: str
) -> tuple[Pixels, int]:
    """The frames, and how many are missing. Raises Damaged."""
    try:
        return (page.asarray(), 0) if first_only else _present(series)
    except ImportError:  # imagecodecs knows the codec, but was built without it
        codec = tifffile.COMPRESSION(page.compression).name
        raise Damaged(f"packed by {codec}, which cannot be read here; save it packed by zlib") from None


def _present(series: tifffile.TiffPageSeries) -> tuple[Pixels, int]:
    """The frames that the file holds, and how many are missing: tifffile would make those black."""
    pages = list(series) if len(series) > 1 else []
    missing = sum(page is None for page in pages)
    if not missing:
        return series.asarray(), 0
    return np.stack([page.asarray() for page in pages if page is not None]), missing


def first_frame_note(frames: int) -> str:
    """The note on a picture that has more frames than the one that is used."""
    return f"only the first of {frames} frames is used"


def _is_plain(page: tifffile.TiffPage) -> bool:
    kinds = tifffile.PHOTOMETRIC
    return page.photometric in (kinds.MINISBLACK, kinds.MINISWHITE, kinds.RGB)


def encode(pixels: Pixels, alpha: bool, icc: bytes | None, texts: dict[int, str | bytes]) -> bytes:
    """(H, W) or (H, W, S) → a TIFF file, compressed without loss; `texts` are tags that describe the picture."""
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        pixels,
        photometric="rgb" if pixels.ndim == 3 and pixels.shape[2] >= 3 else "minisblack",
        planarconfig="contig" if pixels.ndim == 3 else None,
        extrasamples=["unassalpha"] if alpha else None,
        compression="zlib",
        iccprofile=icc,
        description=texts.pop(DESCRIPTION, None),
        extratags=[(tag, "s", 0, text, True) for tag, text in texts.items()],
        software=False,
        metadata=None,
    )
    return file.getvalue()


@contextmanager
def broken_fields() -> Iterator[None]:
    """Raises Damaged instead of whatever a decoder raises that trusted the fields of a damaged file."""
    try:
        yield
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise Damaged(str(error)) from error
