"""What the names of pictures can mean: which belong together, and which of them is the clean one."""

from collections import defaultdict
from pathlib import PurePosixPath

from ..data import role_of
from . import names
from .groups import Group, Paths, Reading
from .many_folders import in_folders
from .one_folder import in_one_folder


def readings(files: Paths, name: str) -> list[Reading]:
    """What the names can mean, the likeliest first. Raises ValueError naming the pictures that have no partner."""
    folders: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    known = set()
    for path in files:
        if path.with_suffix("") in known:
            raise ValueError(f"'{path}' stands beside a picture of the same name in another format; leave one of them")
        known.add(path.with_suffix(""))
        folders[path.parent].append(path)
    if len(files) == 2:
        pair = _pair(files)
        return [Reading((pair,), sure=set(pair.roles) != {"shot"})]
    return in_one_folder(files, name) if len(folders) == 1 else in_folders(dict(folders), name)


def _pair(files: Paths) -> Group:
    bare = [str(path.with_suffix("")) for path in files]
    roles = [names.role_of_label(role) if role else "shot" for role, _ in names.roles_in(bare)]
    exact = [role_of(path.stem) for path in files]
    stems = [path.stem for path in files]
    name = stems[0] if stems[0] == stems[1] else " and ".join(stems)
    return Group(name, tuple(files), tuple(known or role for known, role in zip(exact, roles)))
