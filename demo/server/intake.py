"""The one way in: a file that a page or a program names is an upload of this server's, or it is refused.

Whoever calls an endpoint may name any path. All that is refused gets the same answer: it tells nobody what there is.
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
    """No upload of this server's."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


def may_be_served(path: str, root: Path) -> bool:
    """Whether a file may be shown to whoever knows its path: one that the demo made for a visitor, or an upload."""
    with suppress(OSError, ValueError, LookupError):
        given = Path(path)
        places = given.relative_to(root).parts
        known = places[0] == "shared" or places[0].startswith(PREFIX) or disk.UPLOAD.fullmatch(places[0])
        return bool(known) and given.resolve(strict=True) == given and given.is_file()
    return False


def admit(path: object, root: Path) -> Path:
    """The uploaded file at `path`: a regular file, no link, in a folder that Gradio made of an upload below `root`.

    Its age counts from now. A visitor's own folder is none of these. Raises Refused for everything else.
    """
    if not isinstance(path, str):
        raise Refused
    with suppress(OSError, ValueError):  # ValueError: a NUL in it
        given = Path(path)
        folder = given.parent
        if folder.parent == root and disk.UPLOAD.fullmatch(folder.name) and ".." not in given.parts:
            own = all(not each.is_symlink() for each in (folder, given)) and stat.S_ISREG(given.lstat().st_mode)
            if own and given.resolve(strict=True) == given:
                os.utime(folder)
                return given
    raise Refused


def admit_all(data: object, root: Path) -> object:
    """What a browser or a program sent, in which every file is an admitted one. Raises Refused.

    A file is a dictionary with a "path", however deep it lies; web addresses in it are dropped: nothing is fetched.
    """
    if isinstance(data, dict):
        if "path" in data or "url" in data:
            path = admit(data.get("path"), root)
            return {key: data[key] for key in FILE_KEYS if key in data} | {"path": str(path)}
        return {key: admit_all(value, root) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [admit_all(value, root) for value in data]
    return data
