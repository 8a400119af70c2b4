"""What the names of several folders of pictures can mean: a role each, or a scene each."""

from collections.abc import Callable, Hashable, Mapping
from pathlib import PurePosixPath

from ..data import SHOT_ROLES, name_all_roles, role_of, roles_of
from . import names
from .groups import MOST_SHOTS, Group, Paths, Reading, example, shots_of
from .names import listed
from .one_folder import by_words

Folders = Mapping[PurePosixPath, Paths]
FEW = 3  # folders, up to which they are taken for source, target and clean even where their names do not say so


def in_folders(folders: Folders, name: str) -> list[Reading]:
    """The readings, the likeliest first. Raises ValueError naming pictures that have no partner."""
    first = next(iter(folders.values()))
    stems = [path.stem for path in first]
    roles = _roles(folders)
    sure = roles is not None
    scenes = _as_scenes(folders)
    if any(role_of(stem) == "clean" for stem in stems) or (not sure and names.clean_among(stems)):
        return [scenes]
    _check_sets(folders)
    siblings = _as_siblings(folders, roles or _unnamed(folders))
    few = len(folders) <= FEW
    if sure or (few and min(map(len, folders.values())) < 2):
        return [siblings or _refuse(folders, name)]
    if min(map(len, folders.values())) > 1:
        exact = siblings is not None and not siblings.said
        return [each for each in ([siblings, scenes] if few and exact else [scenes, siblings]) if each]
    return [siblings] if siblings else [scenes]


def _roles(folders: Folders) -> tuple[str, ...] | None:
    """The roles of folders where the name of each stands for another one; None where they do not tell."""
    bare = [folder.name for folder in folders]
    if name_all_roles(bare):
        return roles_of(bare) if len(bare) <= FEW else tuple(role_of(each) or "shot" for each in bare)
    labels = [role for role, _ in names.roles_in(bare)]
    told = [role_of(each) or label for each, label in zip(bare, labels)]
    if None not in told and names.are_unique(told):
        return tuple(names.role_of_label(label) if label not in SHOT_ROLES else str(label) for label in told)
    if told.count("clean") == 1 and len(bare) <= FEW:
        return tuple("clean" if label == "clean" else "shot" for label in told)
    return None


def _unnamed(folders: Folders) -> tuple[str, ...]:
    """Of two or three folders with any names, source, target and clean in their order; of more, a shot each."""
    return roles_of([folder.name for folder in folders]) if len(folders) <= FEW else ("shot",) * len(folders)


def _check_sets(folders: Folders) -> None:
    if len(folders) > FEW and all(role_of(folder.name) for folder in folders):
        parents = sorted({str(folder.parent) for folder in folders})
        if len(parents) > 1:
            raise ValueError(
                f"there are {len(parents)} sets of pairs, in {', '.join(parents[:3])}; give one of these folders"
            )


def _as_scenes(folders: Folders) -> Reading:
    """A scene in each folder, or several whose names are alike but for words for roles."""
    groups: list[Group] = []
    for folder, paths in folders.items():
        inside = by_words(paths, str(folder)) if len(paths) > 2 else None
        if inside and len(inside.groups) > 1:
            groups += [Group(f"{folder}/{each.name}", each.pictures, each.roles) for each in inside.groups]
        else:
            groups.append(shots_of((str(folder), list(paths))))
    return Reading(tuple(groups))


def _as_siblings(folders: Folders, roles: tuple[str, ...]) -> Reading | None:
    """A role for each folder: partners have the same name, but for words for roles, or the same number, or place."""
    if len(folders) > MOST_SHOTS + 1:
        return None
    every = [path for paths in folders.values() for path in paths]
    bare = dict(zip(every, (key for _, key in names.roles_in([path.stem for path in every]))))
    keys: list[Callable[[PurePosixPath], Hashable]] = [
        lambda path: path.stem,
        lambda path: bare[path],
        lambda path: names.last_number(path.stem),
    ]
    for place, key in enumerate(keys):
        matched = _matched(folders, key)
        if matched:
            groups = [(_name(rows), rows) for rows in matched]
            made = tuple(Group(name, tuple(rows), roles) for name, rows in groups)
            return Reading(made, example(groups) if place else "", sure=place < 2)
    return _in_order(folders, roles)


def _matched(folders: Folders, key: Callable[[PurePosixPath], Hashable]) -> list[list[PurePosixPath]] | None:
    """For each key the picture of every folder; None where a key is missing or stands twice."""
    first, *others = ({key(path): path for path in paths} for paths in folders.values())
    sizes = {len(paths) for paths in folders.values()}
    if None in first or {len(first), *map(len, others)} != sizes or len(sizes) > 1:
        return None
    if any(other.keys() != first.keys() for other in others):
        return None
    return [[first[known], *(other[known] for other in others)] for known in first]


def _in_order(folders: Folders, roles: tuple[str, ...]) -> Reading | None:
    """Partners have the same place among the numbers of their folders: frame_0000 with frame_0001."""
    forms = [{names.form_of(path.stem) for path in paths} for paths in folders.values()]
    if any(len(each) > 1 or "#" not in form for each in forms for form in each):
        return None
    ordered = [sorted(paths, key=names.in_order) for paths in folders.values()]
    least, *longer = sorted({len(paths) for paths in ordered})
    left = [path for paths in ordered for path in paths[least:]]
    if longer and not (len(ordered) == 2 and len(left) == 1 and _alternate(*ordered)):
        return None
    groups = [(_name(list(rows)), list(rows)) for rows in zip(*ordered)]
    said = example(groups) + (f"; '{left[0]}' has no partner and is left out" if left else "")
    return Reading(tuple(Group(name, tuple(rows), roles) for name, rows in groups), said)


def _alternate(one: Paths, other: Paths) -> bool:
    """Whether the numbers of two folders, put together, run on without a gap: even and odd frames."""
    numbers = sorted(number for path in (*one, *other) if (number := names.last_number(path.stem)) is not None)
    return numbers == list(range(numbers[0], numbers[0] + len(one) + len(other)))


def _name(rows: list[PurePosixPath]) -> str:
    stems = dict.fromkeys(path.stem for path in rows)
    return " and ".join(stems)


def _refuse(folders: Folders, name: str) -> Reading:
    """Raises ValueError naming the pictures that have no partner."""
    everywhere = set.intersection(*({path.stem for path in paths} for paths in folders.values()))
    alone = sorted(str(path) for paths in folders.values() for path in paths if path.stem not in everywhere)
    raise ValueError(
        f"'{name}': {len(alone)} pictures have no partner of the same name in the other folder ({listed(alone)}); each "
        f"name must be in {', '.join(map(str, folders))}"
    )
