"""Tar archives from strangers, packed or not: unpacked within limits to a file without a name, and checked."""

import bz2
import errno
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ..files import MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED, check_name
from .spool import disk_errors, temporary_file

CHUNK = 2**20  # bytes unpacked at once
OPENERS: dict[bytes, Callable[..., Any]] = {  # by the bytes with which a packed file begins
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
LEAST_RATED = 2**24  # bytes: an archive that unpacks to less is no bomb, however small it is packed
DAMAGED = (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError, OverflowError, ValueError)


def tar_files(path: Path, stack: ExitStack) -> dict[PurePosixPath, Callable[[], bytes]]:
    """Every file of an archive by its path inside, with a way to load its bytes as long as `stack` is open.

    Raises ValueError for an archive that is damaged, points outside its folder, holds links or is a bomb, OSError.
    """
    try:
        archive = stack.enter_context(tarfile.TarFile(fileobj=_plain(path, stack)))
        members = _checked(archive, path.name)
    except DAMAGED as error:
        is_of_disk = isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)  # bz2 raises it without
        if is_of_disk or (isinstance(error, ValueError) and path.name in str(error)):
            raise
        raise ValueError(f"'{path}' is no complete tar archive ({error}); make or copy it again") from error
    return {PurePosixPath(member.name): partial(_load, archive, member) for member in members}


def _plain(path: Path, stack: ExitStack) -> BinaryIO:
    """The archive unpacked: to be read at any place, which a packed one cannot. Raises as its opener, ValueError."""
    file = stack.enter_context(path.open("rb"))
    head = file.read(6)
    file.seek(0)
    opener = next((opener for sign, opener in OPENERS.items() if head.startswith(sign)), None)
    if opener is None:
        return file
    packed, unpacked = path.stat().st_size, 0
    plain = stack.enter_context(temporary_file())
    with opener(file) as stream, disk_errors(MAX_RATIO * packed):
        while chunk := stream.read(CHUNK):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED:
                raise ValueError(f"'{path.name}' unpacks to over {MAX_UNPACKED / 2**30:.0f} GB: split it")
            if unpacked > LEAST_RATED and unpacked > MAX_RATIO * packed:
                raise ValueError(f"'{path.name}' unpacks to {unpacked // 2**20} MB from next to nothing")
            plain.write(chunk)
    plain.seek(0)
    return plain


def _checked(archive: tarfile.TarFile, name: str) -> list[tarfile.TarInfo]:
    """The regular files. Raises ValueError."""
    files = []
    for count, member in enumerate(archive, start=1):
        if count > MAX_ENTRIES:
            raise ValueError(f"'{name}' has over {MAX_ENTRIES:,} entries: split it")
        check_name(member.name, name)
        if member.issym() or member.islnk():
            raise ValueError(f"'{name}': entry '{member.name}' is a link; pack the files themselves: tar --dereference")
        if member.isfile() and not member.issparse():
            files.append(member)
        elif not member.isdir():
            raise ValueError(f"'{name}': entry '{member.name}' is neither a file nor a folder; leave it out")
    return sorted(files, key=lambda member: member.name)


def _load(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    data = file.read() if file else b""
    if len(data) < member.size:
        raise ValueError(f"entry '{member.name}' is cut short; make or copy the archive again")
    return data
