"""Free memory is returned to the system, so that a server is no larger after a day than after an hour."""

import ctypes
import time
from contextlib import suppress

PAUSE = 10.0  # seconds between two times, since requesting memory again takes time

_last = -PAUSE


def release_free_memory() -> None:
    """Returns the memory that the C library keeps for later to the system, unless it has just done so; does nothing
    where that library is not glibc.
    """
    global _last
    if time.monotonic() - _last < PAUSE:
        return
    _last = time.monotonic()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
