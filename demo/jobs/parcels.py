"""What travels between the machines of a cluster: values with their paths, and the files that lie there.

A path means something on one machine alone. So a path below the `root` of the sender arrives as the same one below the
receiver's, as does the address at which a browser gets that file; one of this project's own files arrives as the
receiver's copy of it, and any other is refused.
"""

import io
import os
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import TypeAlias
from urllib.parse import unquote

from n2n.cluster import Parcel
from n2n.files import write_bytes

from ..work.rows import url

PROJECT = Path(__file__).resolve().parents[2]
Reference: TypeAlias = tuple[str, str, Callable[[Path], object]]  # below which folder a path lies, where, and its type
Packed: TypeAlias = tuple[bytes, list[Path]]  # a value, and the paths below the root that it names
STILL = 1.0  # seconds after its last change in which a file counts as being written
LONGEST = 3.0  # seconds that a file may wait to be still


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, root: Path) -> None:
        super().__init__(file)
        self._root, self.named = root, list[Path]()
        self._address = f"{url(root)}/"  # below which a browser gets the files

    def persistent_id(self, value: object) -> Reference | None:
        if isinstance(value, PurePath):
            return self._place(Path(value), Path) if value.is_absolute() else None
        if type(value) is str and value.startswith(f"{self._root}{os.sep}"):
            return self._place(Path(value), str)
        if type(value) is str and value.startswith(self._address):
            return self._place(self._root / unquote(value.removeprefix(self._address)), url)
        return None

    def _place(self, path: Path, kind: Callable[[Path], object]) -> Reference:
        for name, base in (("root", self._root), ("project", PROJECT)):
            if path.is_relative_to(base):
                if name == "root":
                    self.named.append(path)
                return name, path.relative_to(base).as_posix(), kind
        raise ValueError(f"'{path}' lies on this machine alone; allowed: what is below {self._root}")


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, root: Path) -> None:
        super().__init__(file)
        self._bases = {"root": root, "project": PROJECT}

    def persistent_load(self, place: Reference) -> object:
        base, relative, kind = place
        return kind(self._bases[base] / relative)


def pack(value: object, root: Path) -> Packed:
    """A value as bytes, and the files and folders below `root` that it names. Raises ValueError naming a path that no
    other machine has.
    """
    file = io.BytesIO()
    packer = _Packer(file, root)
    packer.dump(value)
    return file.getvalue(), packer.named


def unpack(data: bytes, root: Path) -> object:
    """The value of `pack` on this machine; only of bytes that the other side of this program has made."""
    return _Unpacker(io.BytesIO(data), root).load()


class Shelf:
    """The files below a root of which the other side has a copy, and which have changed since."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[Path, tuple[int, int, int]] = {}  # identity, time of change and size when it was last sent
        self._since: dict[Path, float] = {}  # when a file was first seen to have changed after that

    def changed(self, places: Iterable[Path], writing: bool = True) -> Iterator[Parcel]:
        """The new or changed ones of these files, and of those in these folders; with `writing`, also those that are
        being written at this moment.
        """
        for file in sorted({file for place in places for file in _files(place)}):
            try:
                status = file.stat()
                state = status.st_ino, status.st_mtime_ns, status.st_size
                if self._known.get(file) == state or not (writing or self._is_due(file, status.st_mtime)):
                    continue
                content = file.read_bytes()
            except FileNotFoundError:  # just removed
                continue
            self._known[file] = state
            self._since.pop(file, None)
            yield Parcel(file.relative_to(self.root).as_posix(), content)

    def _is_due(self, file: Path, changed: float) -> bool:
        now = time.time()
        return now - changed >= STILL or now - self._since.setdefault(file, now) >= LONGEST

    def receive(self, parcel: Parcel) -> None:
        """Writes a file of the other side, whole or not at all. Raises ValueError where it is damaged or would lie
        elsewhere, OSError.
        """
        file, content = self.root / parcel.name, parcel.data
        if not file.resolve().is_relative_to(self.root.resolve()):
            raise ValueError(f"'{parcel.name}' would not lie below {self.root}")
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(file, content)
        status = file.stat()
        self._known[file] = status.st_ino, status.st_mtime_ns, status.st_size


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        for folder, _, names in os.walk(place):
            whole = (name for name in names if not (name.startswith(".") and name.endswith(".part")))
            yield from (Path(folder) / name for name in whole)
    elif place.exists():
        yield place
