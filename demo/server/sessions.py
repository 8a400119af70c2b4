"""A visitor's own folder: whom it belongs to, how long it lives, and that nobody else can guess where it is."""

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


class Visits:
    """Folders below `root`, one for each visitor, under names that cannot be told from the visitor's public ones."""

    def __init__(self, root: Path) -> None:
        self.root, self.key = root, secrets.token_bytes(32)
        self._held: Counter[Path] = Counter()  # folders that are in use
        self._lock = threading.Lock()  # nothing is removed while it is taken into use
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def folder(self, session: str) -> Path:
        """The folder of a visitor, made when first asked for; its age counts from the last time it was."""
        folder = self._place(session)
        with self._lock:
            folder.mkdir(exist_ok=True, mode=0o700)
            os.utime(folder)
        return folder

    def fresh(self, session: str, kind: str, keep: int = 2) -> Path:
        """A new folder for the files of one run; of the earlier ones of this kind the newest `keep` stay, and those in
        use.
        """
        folder = self.folder(session)
        runs = [run for run in sorted(folder.glob(f"{kind}-*")) if not self._held[run]]
        for old in runs[: max(0, len(runs) - keep)]:
            shutil.rmtree(old, ignore_errors=True)
        run = folder / f"{kind}-{time.time_ns():020d}-{secrets.token_hex(4)}"
        run.mkdir()
        return run

    @contextmanager
    def held(self, folder: Path) -> Iterator[Path]:
        """While the block lasts, this folder of a visitor is in use or waits for its turn: it stays, however old."""
        with self._lock:
            self._held[folder] += 1
        try:
            yield folder
        finally:
            with self._lock:
                self._held[folder] -= 1
                self._held += Counter()  # drops those at 0
            with suppress(FileNotFoundError):
                os.utime(folder.parent)

    def shared(self, name: str) -> Path:
        """A folder for what every visitor may see, such as the first picture; what is in it stays."""
        folder = self.root / "shared" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def leave(self, session: str) -> None:
        """The visitor has left, or lost the connection: their files go after a grace period."""
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
        """Whether it was too old, and nobody finds it any more. Raises FileNotFoundError."""
        with self._lock:
            used = any(held.parent == folder for held in self._held)
            if used or time.time() - folder.stat().st_mtime <= settings.limits().file_seconds:
                return False
            folder.rename(folder.with_name(f"gone-{folder.name}"))
            return True

    def _place(self, session: str) -> Path:
        name = hashlib.blake2b(session.encode(errors="surrogatepass"), key=self.key, digest_size=16).hexdigest()
        return self.root / f"{PREFIX}{name}"
