"""Files that are no plain files, laid among the uploads: what a server must not follow, or wait for."""

import contextlib
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "weights" / "course.safetensors"


@dataclass(frozen=True)
class Traps:
    """Where they lie."""

    link: Path  # to the secret
    linked: Path  # the secret, through a link to its folder
    folder: Path  # named as a picture
    fifo: Path  # that nobody writes to
    loop: Path  # a link to itself
    weights: Path  # what another visitor has trained


def lay(root: Path, secret: Path) -> Traps:
    """Lays the traps below the server's folder, where they are not there yet."""
    place = root / "traps"
    place.mkdir(exist_ok=True)
    names = ("link.png", "elsewhere", "folder.png", "fifo.png", "loop.png", "trained.safetensors")
    traps = Traps(*(place / name for name in names))
    shutil.copyfile(SHIPPED, traps.weights)
    with contextlib.suppress(FileExistsError):
        traps.link.symlink_to(secret)
        traps.linked.symlink_to(secret.parent)
        traps.folder.mkdir()
        os.mkfifo(traps.fifo)
        traps.loop.symlink_to(traps.loop.name)
    return replace(traps, linked=traps.linked / secret.name)
