"""Room for more pixels than memory should hold: temporary files without a name, mapped into memory.

The pages of a mapped file are the system's to write out and to read again, so that a set of many GB leaves a process
small. The files have no name, or go when they are closed, so that nothing is left behind, however the process ends.
"""

import errno
import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ..files import Planes

IN_MEMORY = 2**26  # bytes that are kept in memory first: a small set needs no file
SEGMENT = 2**26  # bytes of a file that are mapped at once: a map for each picture would be too many for the system
ALIGNED = 64  # bytes, on a multiple of which every array begins
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Spool:
    """Keeps arrays: the first IN_MEMORY bytes of them in memory, all others in a temporary file."""

    def __init__(self) -> None:
        self._kept = 0  # bytes in memory
        self._segment: mmap.mmap | None = None
        self._used = 0  # bytes of the segment

    def keep(self, array: Planes) -> Planes:
        """The same values, read-only. Raises OSError where the disk is full."""
        if is_mapped(array):
            return read_only(array)
        if self._kept + array.nbytes <= IN_MEMORY:
            self._kept += array.nbytes
            return read_only(np.ascontiguousarray(array))
        place = self._place(array.shape, array.dtype)
        place[...] = array
        return read_only(place)

    def _place(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        size = int(np.prod(shape)) * dtype.itemsize
        if size > SEGMENT // 4:
            return _array(_mapped(size), shape, dtype)
        start = -(-self._used // ALIGNED) * ALIGNED
        if self._segment is None or start + size > len(self._segment):
            self._segment, start = _mapped(SEGMENT), 0
        self._used = start + size
        return _array(self._segment, shape, dtype, start)


def room(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array to be filled, in memory up to IN_MEMORY bytes, else in a temporary file. Raises OSError."""
    kind = np.dtype(dtype)
    size = int(np.prod(shape, dtype=object)) * kind.itemsize
    if size <= IN_MEMORY:
        return np.empty(shape, kind)
    return _array(_mapped(size), shape, kind)


def _array(mapped: mmap.mmap, shape: tuple[int, ...], dtype: np.dtype[Any], start: int = 0) -> npt.NDArray[Any]:
    return np.frombuffer(mapped, dtype, int(np.prod(shape)), start).reshape(shape)


def temporary_file() -> BinaryIO:
    """A file without a name. Raises OSError."""
    return tempfile.TemporaryFile(prefix="n2n-", buffering=0)


def is_mapped(array: object) -> bool:
    """Whether an array's values lie in a file, not in memory."""
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return isinstance(array.obj if isinstance(array, memoryview) else array, mmap.mmap)


def read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def _mapped(size: int) -> mmap.mmap:
    """Bytes of a temporary file, reserved on the disk: writing to a map where it is full would end the process."""
    with disk_errors(size), temporary_file() as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            for start in range(0, size, SEGMENT):
                file.write(bytes(min(SEGMENT, size - start)))
        return mmap.mmap(file.fileno(), size)


@contextmanager
def disk_errors(size: int) -> Iterator[None]:
    """Says of a full disk which one it is, how much was to go there, and what to do. Raises OSError."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        folder = tempfile.gettempdir()
        reason = f"the disk of '{folder}' is full, and {size / 2**20:,.0f} MB of pixels have to go there"
        raise OSError(error.errno, f"{reason}; free some of it, or set TMPDIR to a folder on another disk") from error
