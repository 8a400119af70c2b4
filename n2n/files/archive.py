"""Zip archives from strangers, which are checked before a byte is unpacked."""

import lzma
import re
import zipfile
import zlib
from pathlib import PurePosixPath

MAX_UNPACKED = 4 * 2**30  # bytes that an archive or a set of pictures may take when decoded
MAX_RATIO = 200  # unpacked to packed bytes of an archive's entry
MAX_ENTRIES = 200_000
KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
PACKED = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".xz", ".txz", ".bz2", ".tbz2", ".zst")
PACKINGS = {9: "Deflate64 (Windows takes it for large files)", 93: "Zstandard", 95: "XZ", 98: "PPMd"}


def check_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Raises ValueError for a zip that is encrypted, points outside its folder, nests archives or is a bomb."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise ValueError(f"'{name}' has {len(entries):,} entries; at most {MAX_ENTRIES:,} are read: split it")
    unpacked = sum(info.file_size for info in entries)
    if unpacked > MAX_UNPACKED:
        raise ValueError(
            f"'{name}' unpacks to {unpacked / 2**30:.1f} GB; at most {MAX_UNPACKED / 2**30:.0f} GB: split it"
        )
    for info in entries:
        check_name(info.filename, name)
        if info.flag_bits & 1:
            raise ValueError(f"'{name}': entry '{info.filename}' is encrypted; zip it without a password")
        if info.compress_type not in KNOWN and not info.is_dir():
            packing = PACKINGS.get(info.compress_type, f"method {info.compress_type}")
            raise ValueError(
                f"'{name}': entry '{info.filename}' is packed by {packing}, which is not read here; unpack it and give "
                "the folder, or zip it again by Deflate, as most programs do"
            )
        if info.file_size > 2**20 and info.file_size > MAX_RATIO * info.compress_size:
            raise ValueError(
                f"'{name}': entry '{info.filename}' unpacks to {info.file_size // 2**20} MB from next to nothing"
            )


def check_name(entry: str, name: str) -> None:
    """Raises ValueError for an entry that has no name, points outside its archive, or is an archive itself."""
    again = "pack the folder again"
    path = PurePosixPath(entry.replace("\\", "/"))
    if not entry:
        raise ValueError(f"'{name}' has an entry without a name; {again}")
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", entry):
        raise ValueError(f"'{name}': entry '{entry}' points outside the archive; {again}")
    if path.suffix.lower() in PACKED:
        raise ValueError(f"'{name}': entry '{entry}' is an archive in an archive; unpack it first")


def read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry. Raises ValueError where they are damaged."""
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError) as error:
        raise ValueError(f"entry '{info.filename}' is damaged ({error}); make or copy the archive again") from error
