"""Memory that is free is given back, so that a server is no larger after a day than after an hour."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Returns what the C library keeps for later to the system; does nothing where that library is not glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
