"""Files written in one step: there is the old file or the new one, never half of either."""

import os
from pathlib import Path


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Replaces the file at `path` in one step. Raises OSError, with the old file intact.

    Path.write_bytes empties the old file first, and leaves half a new one where the disk is full.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        beside.unlink(missing_ok=True)
