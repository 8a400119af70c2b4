"""Files written in one step: there is the old file or the new one, never half of either."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Replaces the file at `path` in one step. Raises OSError, with the old file intact.

    Path.write_bytes empties the old file first, and leaves half a new one where the disk is full.
    """
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file, which is read and written and takes the place of the one at `path` in the end. Raises OSError, with
    the old file intact.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w+b") as file:
            yield file
        beside.replace(path)
    except OSError as error:
        if error.filename in (None, str(beside)):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        beside.unlink(missing_ok=True)
