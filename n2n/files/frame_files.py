"""Files of one frame or many, of pictures and of arrays: read frame by frame, and written so."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from . import formats, tiff_write
from .array_frames import ArrayFrames, write_npy, write_npz
from .atomic import replacing, write_bytes
from .decode import CheckSize as CheckSize
from .decode import Frames as Frames
from .decode import check_size as check_size
from .decode import opened
from .encode import check_fits, encode
from .formats import Kind
from .picture import Picture

STACKS = (".tif", ".tiff", ".npy", ".npz")


def open_frames(path: Path, stack: ExitStack, *, axes: str | None = None, check: CheckSize = check_size) -> Frames:
    """The frames of a file of pictures or arrays, which stays open as long as `stack`; `axes` overrules its own.

    Raises ValueError as `decode.opened`, OSError.
    """
    if formats.is_kind(path, Kind.ARRAYS):
        found = ArrayFrames(path, axes)
        for array in found.arrays:
            check(array.layout.shape[array.layout.column], array.layout.shape[array.layout.row], path.name)
        return Frames(path.name, found.layout, found)
    if formats.is_kind(path, Kind.TENSORS):
        raise ValueError(
            f"'{path.name}' holds tensors; save those to denoise as .npy: numpy.save('x.npy', tensor.numpy())"
        )
    return opened(path, path.name, stack, axes=axes, check=check)


def check_target(path: Path, picture: Picture, count: int) -> None:
    """Raises ValueError where a file of this name cannot hold `count` such pictures."""
    check_fits(picture, path.suffix)
    if count > 1 and path.suffix.lower() not in STACKS:
        raise ValueError(
            f"'{path.name}' would hold one of {count} frames; name a stack with -o: {formats.either(STACKS)}"
        )


def write_frames(path: Path, frames: Iterator[Picture], source: Frames) -> None:
    """Writes as many frames as `source` has, made from those, in its form, each as soon as it is there; the file at
    `path` is replaced in one step. Raises ValueError, OSError.
    """
    count, suffix = len(source), path.suffix.lower()
    first = next(frames)
    check_target(path, first, count)
    frames = chain([first], frames)
    if suffix not in STACKS:
        write_bytes(path, encode(first, suffix))
        return
    with replacing(path) as file:
        if suffix == ".npz":
            write_npz(file, frames, count, path.parent, source.source)
        elif suffix == ".npy":
            write_npy(file, frames, count, path.parent)
        else:
            tiff_write.write(file, frames, count, path.parent)
