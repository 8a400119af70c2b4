"""The disk space of uploads: old and unfinished ones are removed, and none is accepted while the disk is full."""

import re
import shutil
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .. import settings

UPLOAD = re.compile(r"[0-9a-f]{64}")  # Gradio's folder of an upload: the checksum of what is in it
UNFINISHED = re.compile(r"tmp\w+")  # an upload that is still arriving, or was given up
LEFT = re.compile(r"gone-.*")  # what an earlier server was removing when it ended


class Disk:
    """The disk space below `root`, the folder that the demo writes everything to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._counted, self._arrived = 0, 0  # bytes: at the last sweep; since then
        self._lock = threading.Lock()

    def refusal(self, coming: int) -> str | None:
        """A sentence that says why an upload of so many bytes cannot be accepted now; None where it can."""
        limits = settings.limits()
        minutes = f"{limits.file_seconds / 60:.0f}"
        if self._counted + self._arrived + coming > limits.disk_bytes:
            return (
                f"this server holds as many uploads as it can; each goes {minutes} minutes after its last use: "
                "please try again in some minutes, or bring less"
            )
        if shutil.disk_usage(self.root).free - coming < limits.free_bytes:
            return "this server's disk is nearly full, so that it takes no uploads now; tell who runs this page"
        return None

    def arrived(self, count: int) -> None:
        """Counts bytes that have arrived."""
        with self._lock:
            self._arrived += count

    def sweep(self) -> None:
        """Removes what is too old and counts the rest; over the limit, the uploads used longest ago are removed too."""
        began, limits = self._arrived, settings.limits()
        now, uploads = time.time(), []
        for path in list(self.root.iterdir()):
            with suppress(OSError):  # it has just gone
                if UPLOAD.fullmatch(path.name):
                    uploads.append((path.stat().st_mtime, path))
                elif LEFT.fullmatch(path.name) or (
                    UNFINISHED.fullmatch(path.name) and now - path.stat().st_mtime > limits.unfinished_seconds
                ):
                    _remove(path)
        total = size(self.root)
        for used, path in sorted(uploads):
            full = total > limits.disk_bytes * settings.DISK_SHARE and now - used > limits.sweep_seconds
            if full or now - used > limits.file_seconds:
                total -= size(path)
                _remove(path)
        with self._lock:
            self._counted, self._arrived = total, self._arrived - began


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; one with several names (hard links) counts once."""
    sizes = {}
    for file in (path, *path.rglob("*")):
        with suppress(OSError):
            status = file.lstat()
            if stat.S_ISREG(status.st_mode):
                sizes[status.st_ino] = status.st_size
    return sum(sizes.values())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def repeat_in_background(*sweeps: Callable[[], None]) -> None:
    """Calls these again and again in a background thread, as long as the process lives."""

    def repeat() -> None:
        while True:
            for sweep in sweeps:
                with suppress(OSError):  # the next time, then
                    sweep()
            time.sleep(settings.limits().sweep_seconds)

    threading.Thread(target=repeat, name="sweep", daemon=True).start()
