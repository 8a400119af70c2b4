"""Pictures that belong together: groups of their paths, with roles, and a whole set of such groups."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ..data import SHOT_ROLES, role_of
from . import names
from .names import SHOT, listed

MOST_SHOTS = len(SHOT_ROLES)
Paths = Sequence[PurePosixPath]
Grouped = list[tuple[str, list[PurePosixPath]]]  # names, and the paths of each


@dataclass(frozen=True)
class Group:
    """Pictures of one scene, in the order of their names or folders, with the role of each."""

    name: str
    pictures: tuple[PurePosixPath, ...]
    roles: tuple[str, ...]  # "clean", or else a shot: "source", "target" …

    @property
    def shots(self) -> tuple[PurePosixPath, ...]:
        """The noisy pictures, the source first."""
        rank = {role: place for place, role in enumerate(SHOT_ROLES)}
        shots = [(rank.get(role, 1), path) for path, role in zip(self.pictures, self.roles) if role != "clean"]
        return tuple(path for _, path in sorted(shots, key=lambda shot: shot[0]))

    @property
    def clean(self) -> PurePosixPath | None:
        """The reference, if there is one. Raises ValueError where there are several."""
        clean = [path for path, role in zip(self.pictures, self.roles) if role == "clean"]
        if len(clean) > 1:
            found = listed(path.name for path in clean)
            raise ValueError(f"scene '{self.name}' has {len(clean)} references ({found}); leave one, or give --roles")
        return clean[0] if clean else None

    def with_roles(self, roles: tuple[str, ...]) -> "Group":
        """The same pictures in these roles. Raises ValueError where their number differs."""
        if len(roles) != len(self.pictures):
            found = listed(self.pictures, MOST_SHOTS)
            raise ValueError(
                f"{len(roles)} roles for the {len(self.pictures)} pictures of scene '{self.name}' ({found}); give one "
                "for each, in this order"
            )
        return replace(self, roles=roles)


@dataclass(frozen=True)
class Reading:
    """A way to read the names of all pictures."""

    groups: tuple[Group, ...]
    said: str = ""  # how it pairs them, where that is not plain
    sure: bool = False  # whether words for roles tell, so that no other reading comes into question
    unless: str = ""  # the error that is raised unless the pictures bear this reading out


def grouped(files: Paths, key: Callable[[PurePosixPath], Hashable]) -> Grouped:
    """The files by what `key` says of each."""
    groups: dict[Hashable, list[PurePosixPath]] = defaultdict(list)
    for path in files:
        groups[key(path)].append(path)
    return [(" ".join(known) if isinstance(known, tuple) else str(known), paths) for known, paths in groups.items()]


def without(ending: re.Pattern[str], stem: str) -> str:
    """The stem without this ending."""
    match = ending.match(stem)
    return match[1] if match else stem


def are_complete(groups: Grouped) -> bool:
    """Whether every picture has a partner."""
    return all(len(paths) > 1 for _, paths in groups)


def shots_of(group: tuple[str, list[PurePosixPath]]) -> Group:
    """Shots of a scene, of which one can be a reference by its name."""
    name, paths = group
    stems = [path.stem for path in paths]
    clean = set(names.clean_among(stems))
    exact = {stem for stem in stems if "clean" in (role_of(stem), role_of(SHOT.sub(r"\2", stem.lower())))}
    return Group(name, tuple(paths), tuple("clean" if stem in clean | exact else "shot" for stem in stems))


def example(groups: Grouped) -> str:
    """How pictures were grouped, by the first group."""
    return f"pictures belong together like {' and '.join(map(str, groups[0][1][:2]))}"
