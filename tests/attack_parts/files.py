"""All hostile files, one after the other."""

from collections.abc import Iterator

from . import (
    files_archives,
    files_arrays,
    files_foreign,
    files_jpeg,
    files_packed,
    files_pickles,
    files_pictures,
    files_png,
    files_tiff,
    files_tiff_said,
    names,
)
from .files_pickles import CANARY
from .hostile import HostileFile

__all__ = ["CANARY", "HostileFile", "hostile_files"]
PARTS = (
    files_tiff, files_packed, files_tiff_said, files_png, files_jpeg, files_pictures, files_foreign, files_archives,
    files_arrays, files_pickles, names,
)  # fmt: skip


def hostile_files() -> Iterator[HostileFile]:
    """Each is made when it is asked for, and is the same every time; no name comes twice."""
    for part in PARTS:
        yield from part.files()
