"""The frames of files of arrays that are pictures, read one at a time, and written again."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO

import numpy as np

from .archive import check_archive
from .layout import Layout, guessed, overruled
from .numpy_files import mapped, refusing
from .pages import pages
from .picture import Picture, TiffForm
from .tiff_write import fitted, page_start, whole
from .types import Pixels


@dataclass(frozen=True)
class NamedArray:
    """An array in a file."""

    name: str  # empty in a .npy
    layout: Layout


class ArrayFrames(Sequence[Picture]):
    """The frames of every array of a .npy or .npz, one array after the other."""

    def __init__(self, path: Path, axes: str | None) -> None:
        """Raises ValueError for what holds no pictures, and OSError."""
        self.path = path
        self.arrays = [
            NamedArray(name, overruled(guessed(array.shape), axes, path.name) if axes else guessed(array.shape))
            for name, array in _arrays(path)
            if array.dtype.kind in "iuf" and array.ndim > 1 and array.size
        ]
        if not self.arrays:
            raise ValueError(f"'{path.name}' holds no pictures; allowed: arrays of (H, W), (N, H, W) or (N, C, H, W)")
        self.layout = self.arrays[0].layout
        self._places = [(array, frame) for array in self.arrays for frame in range(array.layout.frames)]
        self._last: tuple[str, Pixels] = ("", np.empty(0, np.uint8))

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: int) -> Picture:  # type: ignore[override]
        array, frame = self._places[index]
        block = array.layout.frame(self._values(array.name)[array.layout.key(frame)])
        colour = 2 if block.shape[2] in (3, 4) and array.layout.axes.endswith("S") else 1  # RGB, or black is zero
        extra = (0,) * (block.shape[2] - (3 if colour == 2 else 1))
        form = TiffForm(array.layout, "shaped", words={}, photometric=colour, extrasamples=extra)
        return Picture(np.ascontiguousarray(block, block.dtype.newbyteorder("=")), form=form)

    def _values(self, name: str) -> Pixels:
        """An array of a .npz, of which the last one is kept; or a new map of a .npy, whose memory is given back."""
        if self.path.suffix.lower() == ".npy":
            return mapped(self.path)
        if self._last[0] != name:
            with refusing(self.path), np.load(self.path, allow_pickle=False) as arrays:
                self._last = name, arrays[name]
        return self._last[1]


def _arrays(path: Path) -> Iterator[tuple[str, Pixels]]:
    """The arrays of a file, with their names, one at a time."""
    if path.suffix.lower() == ".npy":
        yield "", mapped(path)
        return
    with refusing(path):
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, path.name)
        with np.load(path, allow_pickle=False) as arrays:
            for name in arrays:
                yield name, arrays[name]


def write_npy(file: IO[bytes], frames: Iterator[Picture], count: int, folder: Path) -> None:
    """Writes `count` frames of one size as an array, in the form of the first. Raises OSError."""
    first = next(frames)
    form, dtype = fitted(first, count), first.pixels.dtype
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": form.layout.shape}
    np.lib.format.write_array_header_1_0(file, header)
    values = (whole(frame) for frame in chain([first], frames))
    for page in pages(values, form.layout, page_start(form), folder):
        file.write(np.ascontiguousarray(page).data)


def write_npz(file: IO[bytes], frames: Iterator[Picture], count: int, folder: Path, source: object) -> None:
    """Writes frames as arrays with the names and shapes of those that they come from, and copies what are no pictures;
    or writes them as one array. Raises OSError.
    """
    own = isinstance(source, ArrayFrames) and source.path.suffix.lower() == ".npz"
    arrays = source.arrays if isinstance(source, ArrayFrames) and own else []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, many in [(array.name, array.layout.frames) for array in arrays] or [("pictures", count)]:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                write_npy(entry, islice(frames, many), many, folder)
        if isinstance(source, ArrayFrames) and own:
            for name, array in _arrays(source.path):
                if name not in [pictures.name for pictures in arrays]:
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                        np.lib.format.write_array(entry, array, allow_pickle=False)
