"""What the names of pictures in one folder can mean."""

from dataclasses import replace
from pathlib import PurePosixPath

from ..data import LAYOUTS
from . import names
from .groups import MOST_SHOTS, Group, Grouped, Paths, Reading, are_complete, example, grouped, shots_of, without
from .names import COPY, SHOT, listed


def in_one_folder(files: Paths, name: str) -> list[Reading]:
    """The readings of these names, the likeliest first. Raises ValueError naming pictures that have no partner."""
    told = by_words(files, name) or _by_marked_field(files)
    if told:
        return [told]
    ending = _by_ending(files)
    copies = grouped(files, lambda path: without(COPY, path.stem))
    plain = [copies, ending] if any(COPY.match(path.stem) for path in files) else [ending]
    whole = [groups for groups in plain if are_complete(groups)]
    if whole:
        readings = [Reading(tuple(map(shots_of, groups))) for groups in whole]
        return [*readings, *_by_fields(files, before_last=True), *_one_after_another(whole[0])]
    alone = sorted(path.name for _, paths in ending for path in paths if len(paths) < 2)
    refusal = (
        f"'{name}': {len(alone)} of {len(files)} pictures have no partner ({listed(alone)}). "
        f"Allowed: {LAYOUTS}. Clean photographs need a noise model (--noise)"
    )
    unlikely = [replace(each, unless=refusal) for each in (*_by_fields(files), *_all_together(files, name))]
    if not unlikely:
        raise ValueError(refusal)
    return unlikely


def _by_ending(files: Paths) -> Grouped:
    """Pictures whose names are alike but for their ending, with the clean picture that has the same name otherwise."""
    roles = dict(zip(files, names.roles_in([path.stem for path in files], numbered=True)))
    clean = {path for path, (role, _) in roles.items() if role and names.role_of_label(role) == "clean"}

    def key(path: PurePosixPath) -> names.Key:
        return roles[path][1] if path in clean else names.words_of(without(SHOT, path.stem.lower()))

    groups = [(without(SHOT, paths[0].stem.lower()), paths) for _, paths in grouped(files, key)]
    alone = [paths[0] for _, paths in groups if len(paths) == 1]
    if len(groups) == 2 and len(alone) == 1 and alone[0] in clean:
        [(name, shots)] = [group for group in groups if len(group[1]) > 1]
        return [(name, [*shots, *alone])]
    return groups


def by_words(files: Paths, name: str) -> Reading | None:
    """Pictures whose names are alike but for a word for their role, wherever it stands; None where they are not.

    Raises ValueError where most have a partner, and some have none.
    """
    for numbered in (False, True):
        found = names.roles_in([path.stem for path in files], numbered)
        label = {path: role for path, (role, _) in zip(files, found)}
        groups = grouped(files, dict(zip(files, (key for _, key in found))).__getitem__)
        whole = [paths for _, paths in groups if len({label[path] for path in paths}) == len(paths) > 1]
        if len(whole) == len(groups) and any(label.values()):
            made = (
                Group(key or name, tuple(paths), tuple(names.role_of_label(label[path]) for path in paths))
                for key, paths in groups
            )
            return Reading(tuple(made), sure=True)
        if all(label.values()) and 2 * sum(map(len, whole)) >= len(files):
            left = sorted(path.name for _, paths in groups for path in paths if paths not in whole)
            raise ValueError(
                f"'{name}': {len(left)} of {len(files)} pictures have no partner ({listed(left)}), while "
                f"{listed(path.name for path in whole[0])} belong together; bring the partners, or leave these out"
            )
    return None


def _by_marked_field(files: Paths) -> Reading | None:
    """Pictures whose names differ in one word, which for some is a role: 01_mean and 01_real."""
    for reading in _by_fields(files):
        roles = [role for group in reading.groups for role in group.roles]
        if roles.count("clean") == len(reading.groups):
            return replace(reading, sure=True)
    return None


def _by_fields(files: Paths, before_last: bool = False) -> list[Reading]:
    """Pictures whose names differ in one word, which need not be the last: cam1_001 and cam2_001."""
    stems = [path.stem for path in files]
    places = names.varying(stems)
    found = []
    for place in reversed(places[: -1 if before_last else None]):
        groups = grouped(files, lambda path, at=place: _left_out(path.stem, at))  # type: ignore[misc]
        sizes = {len(paths) for _, paths in groups}
        if len(sizes) == 1 and 2 <= min(sizes) <= MOST_SHOTS and len(groups) > 1:
            found.append(Reading(tuple(map(shots_of, groups)), example(groups)))
    return found


def _all_together(files: Paths, name: str) -> list[Reading]:
    """All pictures as one scene, where just one of them is called clean."""
    group = shots_of((name, list(files)))
    whole = group.roles.count("clean") == 1 and len(files) <= MOST_SHOTS + 1
    return [Reading((group,), f"all {len(files)} pictures were taken for one scene")] if whole else []


def _left_out(stem: str, place: int) -> tuple[str, ...]:
    words = names.words_of(stem)
    return words[:place] + words[place + 1 :]


def _one_after_another(groups: Grouped) -> list[Reading]:
    """Pairs of pictures that follow each other in number: the first with the second, the third with the fourth."""
    if max(len(paths) for _, paths in groups) < 4:
        return []
    ordered = [sorted(paths, key=names.in_order) for _, paths in groups]
    left = [paths[-1] for paths in ordered if len(paths) % 2]
    pairs = [[first, second] for paths in ordered for first, second in zip(paths[::2], paths[1::2])]
    made = [(f"{one.stem} and {other.stem}", [one, other]) for one, other in pairs]
    said = f"; {listed(left)} without a partner left out" if left else ""
    return [Reading(tuple(map(shots_of, made)), example(made) + said)]
