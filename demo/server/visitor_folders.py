"""A folder for each visitor: who owns it, how long it lives, and a name that nobody else can guess."""

import hashlib
import os
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .. import settings

PREFIX = "visit-"


class VisitorFolders:
    """Folders below `root`, one for each visitor, under names that nobody can derive from a session."""

    def __init__(self, root: Path) -> None:
        self.root, self.key = root, secrets.token_bytes(32)
        self._users: Counter[Path] = Counter()  # how many use a folder
        self._lock = threading.Lock()  # no folder is removed while somebody begins to use it
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def own(self, session: str) -> Path:
        """The visitor's folder, created on the first call; each call resets its age."""
        folder = self._place(session)
        with self._lock:
            folder.mkdir(exist_ok=True, mode=0o700)
            os.utime(folder)
        return folder

    def new(self, session: str, kind: str, keep: int = 2) -> Path:
        """A new folder for the files of one run; earlier ones of this kind are removed, except the newest `keep` and
        those in use.
        """
        folder = self.own(session)
        runs = [run for run in sorted(folder.glob(f"{kind}-*")) if not self._users[run]]
        for old in runs[: max(0, len(runs) - keep)]:
            shutil.rmtree(old, ignore_errors=True)
        run = folder / f"{kind}-{time.time_ns():020d}-{secrets.token_hex(4)}"
        run.mkdir()
        return run

    @contextmanager
    def in_use(self, folder: Path) -> Iterator[Path]:
        """Keeps this folder of a visitor for as long as the block lasts, however old it becomes."""
        with self._lock:
            self._users[folder] += 1
        try:
            yield folder
        finally:
            with self._lock:
                self._users[folder] -= 1
                self._users += Counter()  # drops those at 0
            with suppress(FileNotFoundError):
                os.utime(folder.parent)

    def shared(self, name: str) -> Path:
        """A folder for files that every visitor may see, such as the first picture; they are never removed."""
        folder = self.root / "shared" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def leave(self, session: str) -> None:
        """Has the files of a visitor who left, or lost the connection, removed after a grace period."""
        folder = self._place(session)
        soon = time.time() - settings.limits().file_seconds + settings.GRACE_SECONDS
        with suppress(FileNotFoundError):  # there never was one, or it is gone already
            used = min(soon, folder.stat().st_mtime)
            os.utime(folder, (used, used))

    def sweep(self) -> None:
        """Removes the folders that nobody has used for too long, those of an earlier server included."""
        for folder in self.root.glob(f"{PREFIX}*"):
            with suppress(FileNotFoundError):  # another server was quicker
                if self._set_aside(folder):
                    shutil.rmtree(folder.with_name(f"gone-{folder.name}"), ignore_errors=True)

    def _set_aside(self, folder: Path) -> bool:
        """Renames a folder that is too old, so that nobody finds it; whether it did. Raises FileNotFoundError."""
        with self._lock:
            used = any(run.parent == folder for run in self._users)
            if used or time.time() - folder.stat().st_mtime <= settings.limits().file_seconds:
                return False
            folder.rename(folder.with_name(f"gone-{folder.name}"))
            return True

    def _place(self, session: str) -> Path:
        name = hashlib.blake2b(session.encode(errors="surrogatepass"), key=self.key, digest_size=16).hexdigest()
        return self.root / f"{PREFIX}{name}"
