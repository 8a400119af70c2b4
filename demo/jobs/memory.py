"""Memory that is free is given back, so that a server is no larger after a day than after an hour."""

import ctypes
import time
from contextlib import suppress

PAUSE = 10.0  # seconds between two times: what was given back has to be asked for again, which takes a while

_last = -PAUSE


def give_back() -> None:
    """Returns what the C library keeps for later to the system, if it has not just done so; does nothing where that
    library is not glibc.
    """
    global _last
    if time.monotonic() - _last < PAUSE:
        return
    _last = time.monotonic()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
