"""TIFF, as microscopes and scanners write it: frames of any depth and any number of channels, read one at a time."""

import io
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC

from . import cmyk
from .layout import Layout, checked, overruled
from .metadata import Metadata, read_directory, upright
from .picture import Picture, TiffForm
from .tiff_form import form_of
from .types import Numbers, Pixels

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_VALUES = 4 * 10**9  # values in a frame
ALPHA = (1, 2)  # extra samples: premultiplied, and not
PLAIN = (  # what tifffile decodes to values that can be learnt from; Pillow converts the rest
    *(PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.RGB, PHOTOMETRIC.SEPARATED),
    *(PHOTOMETRIC.CFA, PHOTOMETRIC.LINEAR_RAW),
)
Damaged = tifffile.TiffFileError

CheckSize = Callable[[int, int], None]  # width and height in pixels; raises ValueError


class Frames(Sequence[Picture]):
    """The frames of a TIFF file, each decoded when it is asked for."""

    def __init__(self, file: tifffile.TiffFile, series: tifffile.TiffPageSeries, name: str, axes: str | None) -> None:
        """Raises ValueError for axes without a picture, or Damaged."""
        page = series.keyframe
        read = Layout(series.axes, tuple(series.shape))
        self.layout = checked(read, name) if axes is None else overruled(read, axes, name)
        self.overruled = self.layout != read
        self._file, self._series, self._page = file, series, page
        if self.layout.frames and math.prod(series.shape) // self.layout.frames > MAX_VALUES:
            raise ValueError(f"a frame of '{name}' unpacks to over {MAX_VALUES / 1e9:.0f} billion values; split it")
        with broken_fields():
            self._metadata = read_directory(file, page)
            self.form = form_of(file, series, self.layout)
            self.missing = self.layout.frames - len(self._present)
        if not len(self._present):
            raise Damaged("none of its frames is whole")

    def __len__(self) -> int:
        return len(self._present)

    def __getitem__(self, index: int) -> Picture:  # type: ignore[override]
        if not 0 <= index < len(self):
            raise IndexError(index)
        with broken_fields():
            frame = self.layout.frame(self._block(self.layout.key(int(self._present[index]))))
            return self._picture(frame)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and what was changed."""
        notes = {
            "pages of other sizes than the first are left out": len(self._file.series) > 1,
            "only the frames in this file of a set are read": self._file.is_ome and self._series.kind != "ome",
            "what it says of its frames does not fit it: only its whole pages are read": self._misfits(),
            f"{self.missing} frames that the file says it has are not in it, and are left out": self.missing > 0,
            cmyk.NOTE: self._page.photometric == PHOTOMETRIC.SEPARATED,
        }
        return tuple(note for note, applies in notes.items() if applies)

    def _misfits(self) -> bool:
        """Whether tifffile found fewer frames than the description of ImageJ or of tifffile tells, as in a cut file."""
        told = (self._file.is_imagej, "imagej"), (self._file.is_shaped, "shaped")
        return any(is_told and self._series.kind != kind for is_told, kind in told)

    @cached_property
    def _present(self) -> Numbers:
        """The frames all of whose pages are in the file."""
        everything = np.arange(self.layout.frames)
        if self._contiguous or len(self._series.pages) < 2:
            return everything
        if all(page is not None for page in self._series.pages):
            return everything
        return np.array([frame for frame in everything if self._is_present(int(frame))], dtype=np.int64)

    def _is_present(self, frame: int) -> bool:
        pages = np.ravel(self._numbers[self.layout.key(frame)[: self._ahead]])
        return all(self._series.pages[int(number)] is not None for number in pages)

    @cached_property
    def _contiguous(self) -> bool:
        """Whether the pages stand one behind the other in the file, not packed. Raises Damaged if it is too short."""
        offset = self._series.dataoffset
        if offset is None or self._series.transform is not None:
            return False
        if offset + math.prod(self._series.shape) * self._series.dtype.itemsize > self._file.filehandle.size:
            raise Damaged("it is shorter than it says")
        return True

    @cached_property
    def _ahead(self) -> int:
        """The number of axes before those of a page; 0 where the pages do not fit the axes."""
        shape, size = self._series.shape, self._page.size
        if not self._contiguous and len(self._series.pages) * size != self._series.size:
            return 0
        fits = (place for place in range(len(shape)) if math.prod(shape[place:]) == size)
        return next(fits, 0) if self._series.transform is None else 0

    @cached_property
    def _numbers(self) -> Numbers:
        """The number of each page, by the axes before those of a page."""
        ahead = self._series.shape[: self._ahead]
        return np.arange(math.prod(ahead)).reshape(ahead)

    def _block(self, key: tuple[int | slice, ...]) -> Pixels:
        """A part of the whole array."""
        if not self._ahead:
            whole: Pixels = self._whole[key]
            return whole
        chosen = self._numbers[key[: self._ahead]]
        shape, inside = self._series.shape[self._ahead :], key[self._ahead :]
        pages = [self._read(int(number)).reshape(shape)[inside] for number in np.ravel(chosen)]
        return np.stack(pages).reshape(*np.shape(chosen), *pages[0].shape)

    @cached_property
    def _whole(self) -> Pixels:
        with unpackable(self._page):
            whole: Pixels = np.asarray(self._series.asarray())
        return whole

    def _read(self, number: int) -> Pixels:
        """A page of the series."""
        offset = self._series.dataoffset
        if self._contiguous and offset is not None:
            dtype = np.dtype(self._file.byteorder + self._series.dtype.char)
            handle = self._file.filehandle
            handle.seek(offset + number * self._page.size * dtype.itemsize)
            values: Pixels = handle.read_array(dtype, self._page.size)
            return values.astype(self._series.dtype.newbyteorder("="), copy=False)
        page = self._series.pages[number]
        if page is None:
            raise Damaged("a page is missing")
        with unpackable(self._page):
            pixels: Pixels = np.asarray(page.asarray())
        return pixels

    def _picture(self, frame: Pixels) -> Picture:
        """(H, W, C) as in the file → upright, white above black, alpha split off."""
        found: Metadata = self._metadata
        frame, alpha = self._split(upright(frame, found.orientation))
        if self._page.photometric == PHOTOMETRIC.SEPARATED and frame.shape[2] >= 4:
            frame = cmyk.to_rgb(frame)
        elif self.form.photometric == 0 and frame.dtype.kind == "u":
            frame = white_above_black(frame, self.form)
        premultiplied = alpha is not None and self.form.extrasamples[-1] == 1
        pixels = np.ascontiguousarray(frame)
        icc, form = found.icc, self.form
        return Picture(pixels, alpha, found.exif, icc, self.notes, found.resolution, premultiplied, form)

    def _split(self, frame: Pixels) -> tuple[Pixels, Pixels | None]:
        """The colours, and alpha if the last sample is one."""
        extra = self.form.extrasamples
        if self.overruled or not extra or extra[-1] not in ALPHA or frame.shape[2] < 2:
            return frame, None
        return frame[:, :, :-1], np.ascontiguousarray(frame[:, :, -1])


def white_above_black(pixels: Pixels, form: TiffForm) -> Pixels:
    """Unsigned pixels of a file whose white is zero, and back."""
    most = 2 ** (form.bits or 8 * pixels.dtype.itemsize) - 1
    turned: Pixels = (most - pixels).astype(pixels.dtype)
    return turned


@contextmanager
def opened(source: bytes | Path, name: str, check: CheckSize, axes: str | None = None) -> Iterator[Frames | None]:
    """The frames of a TIFF file; None for kinds that Pillow reads better: palettes, and fewer than 8 bits.

    `check` is called with width and height before pixels are decoded. Raises ValueError, OSError, Damaged.
    """
    with broken_fields():
        given = io.BytesIO(source) if isinstance(source, bytes) else source
        opening = tifffile.TiffFile(given, _multifile=False)  # links to other files are not followed
    with opening as file:
        with broken_fields():
            page = file.pages.first
            width, height, bits = int(page.imagewidth), int(page.imagelength), int(page.bitspersample)
        check(width, height)
        with broken_fields():
            series = file.series[0]
            if not series.size:
                raise ValueError("no pixels")
            plain = (_is_plain(page) or _is_grey(page, series)) and series.dtype.kind in "iuf" and bits >= 8
        yield Frames(file, series, name, axes) if plain else None


def _is_plain(page: tifffile.TiffPage) -> bool:
    as_rgb = page.photometric == PHOTOMETRIC.YCBCR and page.compression == COMPRESSION.JPEG and page.dtype == np.uint8
    return as_rgb or page.photometric in PLAIN


def _is_grey(page: tifffile.TiffPage, series: tifffile.TiffPageSeries) -> bool:
    """Whether the colours of a palette are only how a microscope's values are displayed."""
    return page.photometric == PHOTOMETRIC.PALETTE and series.kind in ("imagej", "ome")


@contextmanager
def unpackable(page: tifffile.TiffPage) -> Iterator[None]:
    """Raises Damaged with advice for a codec that is known, but not built in here."""
    try:
        yield
    except ImportError:
        codec = COMPRESSION(page.compression).name
        raise Damaged(f"packed by {codec}, which cannot be read here; save it packed by zlib") from None


@contextmanager
def broken_fields() -> Iterator[None]:
    """Raises Damaged instead of whatever a decoder raises that trusted the fields of a damaged file."""
    broken: tuple[Any, ...] = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError)
    try:
        yield
    except (*broken, ValueError) as error:
        raise Damaged(str(error)) from error
