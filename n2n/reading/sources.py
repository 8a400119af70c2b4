"""The files that paths stand for: in folders, in archives, loose, or among the photographs of scikit-image."""

import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePath, PurePosixPath

import skimage

from ..files import PACKED, Kind, check_archive, formats, read_entry
from .tarball import tar_files

Loader = Callable[[], bytes]
SYSTEM = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")  # files that Windows and macOS leave in folders

# Words for photographs that come with scikit-image: some to learn from, others to measure on.
SAMPLES = {
    "samples": ("astronaut.png", "hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png", "retina.jpg"),
    "more-samples": ("chelsea.png", "coffee.png", "rocket.jpg"),
    # with pixelate:8, together about as noisy as the course's pictures
    "course-samples": (
        *("astronaut.png", "chelsea.png", "coffee.png"),
        *("hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png"),
    ),
}


def file_of(load: Loader) -> Path | None:
    """The file on disk that a loader reads, which then need not be read as a whole; None for one in an archive."""
    owner = getattr(load, "__self__", None)
    return owner if isinstance(owner, Path) else None


def files_of(paths: Sequence[Path], stack: ExitStack) -> dict[PurePosixPath, Loader]:
    """The files that several paths stand for, as `files_at`; each keeps its own folder in front of its name."""
    if len(paths) == 1:
        return files_at(paths[0], stack)
    files: dict[PurePosixPath, Loader] = {}
    for path in paths:
        front = path if path.is_dir() else _unpacked(path) if formats.is_kind(path, Kind.ARCHIVE) else path.parent
        files |= {PurePosixPath(front.as_posix()) / inside: load for inside, load in files_at(path, stack).items()}
    return files


def files_at(path: Path, stack: ExitStack) -> dict[PurePosixPath, Loader]:
    """The files that a path stands for, each with a way to load its bytes; an archive stays open as long as `stack`.

    Raises FileNotFoundError, or ValueError for an archive that is not safe to read.
    """
    if str(path) in SAMPLES and not path.exists():
        folder = Path(skimage.__file__).parent / "data"
        return {PurePosixPath(name): (folder / name).read_bytes for name in SAMPLES[str(path)]}
    if path.is_dir():
        return folder_files(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file or folder '{path}'")
    if formats.is_kind(path, Kind.ARCHIVE):
        return _without_hidden(_archived(path, stack))
    if path.suffix.lower() in PACKED:
        raise ValueError(
            f"'{path}' is packed as {path.suffix}, which is not read here; unpack it and give the folder, or zip it"
        )
    return {PurePosixPath(path.name): path.read_bytes}


def _unpacked(archive: Path) -> Path:
    """The folder that an archive would be unpacked to."""
    known = formats.endings(formats.of_kind(Kind.ARCHIVE))
    longest = max((ending for ending in known if archive.name.lower().endswith(ending)), key=len)
    return archive.with_name(archive.name[: -len(longest)])


def _archived(path: Path, stack: ExitStack) -> dict[PurePosixPath, Loader]:
    """The files of an archive. Raises ValueError, OSError."""
    if not zipfile.is_zipfile(path) and path.suffix.lower() != ".zip":
        return tar_files(path, stack)
    try:
        return archive_files(stack.enter_context(zipfile.ZipFile(path)), path.name)
    except zipfile.BadZipFile as error:
        raise ValueError(f"'{path}' is no complete zip archive ({error}); make or copy it again") from error


def folder_files(folder: Path) -> dict[PurePosixPath, Loader]:
    """Every file below a folder, by its path inside."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return _without_hidden({PurePosixPath(path.relative_to(folder).as_posix()): path.read_bytes for path in paths})


def archive_files(archive: zipfile.ZipFile, name: str) -> dict[PurePosixPath, Loader]:
    """Every file of a zip by its path inside; nothing is ever written to disk. Raises ValueError."""
    check_archive(archive, name)
    infos = sorted(archive.infolist(), key=lambda info: info.filename)
    names = {info: PurePosixPath(info.filename.replace("\\", "/")) for info in infos if not info.is_dir()}
    return {path: partial(read_entry, archive, info) for info, path in names.items()}


def is_hidden(path: PurePath) -> bool:
    """Whether a file, or a folder above it, is a hidden one of an operating system: ._x, .DS_Store, __MACOSX …"""
    return any(part.startswith((".", "__")) or part.lower() in SYSTEM for part in path.parts)


def _without_hidden(files: dict[PurePosixPath, Loader]) -> dict[PurePosixPath, Loader]:
    """Leaves out the hidden files and folders of operating systems."""
    return {path: load for path, load in files.items() if not is_hidden(path)}
