"""The check of file paths that a page or a program sends: only uploads to this server are accepted.

Whoever calls an endpoint may name any path. All refused paths get the same answer, so that it reveals no files.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

from . import disk
from .visitor_folders import PREFIX

REFUSED = "this file is not here (any more): uploads are kept for a while only; please bring it again"
FILE_KEYS = ("path", "orig_name", "mime_type", "size", "is_stream", "meta")  # of Gradio's, a web address left out


class Refused(ValueError):
    """The path of something else than an upload to this server."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


def may_be_served(path: str, root: Path) -> bool:
    """Whether whoever knows the path may see the file: an upload, or one that the demo made for a visitor."""
    with suppress(OSError, ValueError, LookupError):
        file = Path(path)
        top = file.relative_to(root).parts[0]
        is_ours = top == "shared" or top.startswith(PREFIX) or disk.UPLOAD.fullmatch(top)
        return bool(is_ours) and file.resolve(strict=True) == file and file.is_file()
    return False


def admit(path: object, root: Path) -> Path:
    """Returns the path of an upload: a regular file, no link, in a folder that Gradio made for it below `root`.

    Resets the age of the upload. Visitors' own folders hold no uploads. Raises Refused for everything else.
    """
    if not isinstance(path, str):
        raise Refused
    with suppress(OSError, ValueError):  # ValueError: a NUL in it
        file = Path(path)
        folder = file.parent
        if folder.parent == root and disk.UPLOAD.fullmatch(folder.name) and ".." not in file.parts:
            is_regular = not folder.is_symlink() and not file.is_symlink() and stat.S_ISREG(file.lstat().st_mode)
            if is_regular and file.resolve(strict=True) == file:
                os.utime(folder)
                return file
    raise Refused


def admit_all(value: object, root: Path) -> object:
    """Returns what a browser or a program sent, with every file in it admitted. Raises Refused.

    A file is a dictionary with a "path", at any depth; its web address is dropped, so that nothing is fetched.
    """
    if isinstance(value, dict):
        if "path" in value or "url" in value:
            path = admit(value.get("path"), root)
            return {key: value[key] for key in FILE_KEYS if key in value} | {"path": str(path)}
        return {key: admit_all(part, root) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [admit_all(part, root) for part in value]
    return value
