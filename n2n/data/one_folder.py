"""What the names of pictures in one folder can mean."""

from . import names
from .groups import MOST_SHOTS, Group, Grouped, Paths, Reading, are_complete, example, grouped, shots_of, without
from .names import COPY, SHOT, listed
from .scenes import LAYOUTS


def in_one_folder(files: Paths, name: str) -> list[Reading]:
    """The readings of these names, the likeliest first. Raises ValueError naming pictures that have no partner."""
    words = by_words(files, name)
    if words:
        return [words]
    ending = grouped(files, lambda path: without(SHOT, path.stem.lower()))
    copies = grouped(files, lambda path: without(COPY, path.stem))
    plain = [copies, ending] if any(COPY.match(path.stem) for path in files) else [ending]
    found = [Reading(tuple(map(shots_of, groups))) for groups in plain if are_complete(groups)]
    found += [*_by_fields(files), *_one_after_another(ending)]
    if not found:
        alone = sorted(path.name for _, paths in ending for path in paths if len(paths) < 2)
        raise ValueError(
            f"'{name}': {len(alone)} of {len(files)} pictures have no partner ({listed(alone)}). "
            f"Allowed: {LAYOUTS}. Clean photographs need a noise model (--noise)"
        )
    return found


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


def _by_fields(files: Paths) -> list[Reading]:
    """Pictures whose names differ in a word before the last: cam1_001 and cam2_001."""
    stems = [path.stem for path in files]
    found = []
    for place in names.varying(stems)[:-1]:
        groups = grouped(files, lambda path, at=place: _left_out(path.stem, at))  # type: ignore[misc]
        sizes = {len(paths) for _, paths in groups}
        if len(sizes) == 1 and 2 <= min(sizes) <= MOST_SHOTS:
            found.append(Reading(tuple(map(shots_of, groups)), example(groups)))
    return found


def _left_out(stem: str, place: int) -> tuple[str, ...]:
    words = names.words_of(stem)
    return words[:place] + words[place + 1 :]


def _one_after_another(groups: Grouped) -> list[Reading]:
    """Pairs of pictures that follow each other in number: the first with the second, the third with the fourth."""
    if any(len(paths) % 2 for _, paths in groups) or max(len(paths) for _, paths in groups) < 4:
        return []
    ordered = [sorted(paths, key=names.in_order) for _, paths in groups]
    pairs = [[first, second] for paths in ordered for first, second in zip(paths[::2], paths[1::2])]
    made = [(f"{one.stem} and {other.stem}", [one, other]) for one, other in pairs]
    return [Reading(tuple(map(shots_of, made)), example(made))]
