"""A lock on a file, which two trainings must not write at once."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


WINDOWS = os.name == "nt"
TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}  # the errors for a lock that another process holds
HELD: set[Path] = set()  # locks of this process, which the system would hand out to it again


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """Keeps every other training from writing the file at `path` meanwhile, by a lock beside it that ends with this
    process, however it ends. Raises ValueError where another holds it, OSError.
    """
    lock = path.resolve().with_name(f".{path.name}.lock")
    if lock in HELD:
        raise ValueError(_busy(path, os.getpid()))
    handle = _locked(lock, path)
    HELD.add(lock)
    try:
        yield
    finally:
        HELD.discard(lock)
        with suppress(OSError):  # first, so that nobody locks a file that is about to vanish
            lock.unlink()
        os.close(handle)
        with suppress(OSError):  # Windows removes no file that is open
            if WINDOWS:
                lock.unlink()


def _locked(lock: Path, path: Path) -> int:
    """An open file that this process has locked. Where the file system knows no locks, it is merely open."""
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
        except OSError as error:
            if error.errno in TAKEN:
                holder = b"" if WINDOWS else os.read(handle, 20)  # Windows lets nobody read what is locked
                os.close(handle)
                raise ValueError(_busy(path, holder.decode("ascii", "ignore").strip())) from None
        if lock.exists() and os.path.samestat(lock.stat(), os.fstat(handle)):  # not removed meanwhile
            os.truncate(handle, 0)
            os.write(handle, b"%d\n" % os.getpid())
            return handle
        os.close(handle)


def _busy(path: Path, holder: object) -> str:
    who = f"another training (process {holder})" if holder else "another training"
    return f"{who} writes '{path}' at this moment; wait for its end, stop it, or give another name"
