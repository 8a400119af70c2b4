"""A visitor's own folder: whom it belongs to, how long it lives, and that nobody else can guess where it is."""

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
import time
from pathlib import Path

from . import settings

PREFIX = "visit-"


class Visits:
    """Folders below `root`, one for each visitor, under names that cannot be told from the visitor's public ones."""

    def __init__(self, root: Path = settings.TEMPORARY) -> None:
        self.root, self.key = root, secrets.token_bytes(32)
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def folder(self, session: str) -> Path:
        """The folder of a visitor, made when first asked for; its age counts from the last time it was."""
        folder = self._place(session)
        folder.mkdir(exist_ok=True, mode=0o700)
        os.utime(folder)
        return folder

    def fresh(self, session: str, kind: str, keep: int = 2) -> Path:
        """A new folder for the files of one run; of the earlier ones of this kind the newest `keep` stay."""
        folder = self.folder(session)
        runs = sorted(folder.glob(f"{kind}-*"))
        for old in runs[: max(0, len(runs) - keep)]:
            shutil.rmtree(old, ignore_errors=True)
        run = folder / f"{kind}-{time.time_ns():020d}-{secrets.token_hex(4)}"
        run.mkdir()
        return run

    def shared(self, name: str) -> Path:
        """A folder for what every visitor may see, such as the first picture; what is in it stays."""
        folder = self.root / "shared" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def leave(self, session: str) -> None:
        """The visitor has left, or lost their connection: their files go after a grace period."""
        folder = self._place(session)
        soon = time.time() - settings.FILE_SECONDS + settings.GRACE_SECONDS
        with contextlib.suppress(FileNotFoundError):  # they never had one, or it is gone already
            used = min(soon, folder.stat().st_mtime)
            os.utime(folder, (used, used))

    def sweep(self) -> None:
        """Removes the folders that nobody has used for too long, those of an earlier server included."""
        for folder in self.root.glob(f"{PREFIX}*"):
            with contextlib.suppress(FileNotFoundError):  # another server was quicker
                if time.time() - folder.stat().st_mtime > settings.FILE_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)

    def sweep_from_time_to_time(self) -> None:
        """Sweeps in the background for as long as the process lives."""

        def sweeping() -> None:
            while True:
                self.sweep()
                time.sleep(settings.SWEEP_SECONDS)

        threading.Thread(target=sweeping, name="sweep", daemon=True).start()

    def _place(self, session: str) -> Path:
        name = hashlib.blake2b(session.encode(), key=self.key, digest_size=16).hexdigest()
        return self.root / f"{PREFIX}{name}"
