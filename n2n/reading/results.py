"""Two shots and what programs made of the first one, from files, stacks, and folders of scenes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np

from ..data import Scene, role_of
from ..files import ONE_PICTURE, Kind, NotFinite, Planes, formats, frame_files
from .names import WORDS, last_number, listed, words_of
from .sources import is_hidden

USUAL = {"shot", "noisy", "frame", "exposure"}  # words before the number of a shot
LAYOUT = (
    "SHOT_1 SHOT_2 RESULT…, all files or all folders of equally named pictures; or one folder that holds such folders, "
    "or a folder for each scene, in which shot_1 and shot_2 are the shots, clean a clean picture, and all else results"
)
GIVEN = ("source", "target", "clean")  # all others are results
Files = dict[str, Path]  # by what they are: GIVEN, or else the name of a result


@dataclass(frozen=True)
class Unread:
    """A result that cannot be read; all others are."""

    code: str  # one word for programs
    why: str  # and what to do


@dataclass(frozen=True)
class Entry:
    """Two shots of a scene, its clean picture where there is one, and by name the results made from the first shot."""

    scene: Scene
    results: Mapping[str, Planes]  # each (C, H, W) of any type; sizes need not be those of the shots
    unread: Mapping[str, Unread] = field(default_factory=dict)  # results that cannot be read, by name


def read_results(
    paths: Sequence[str | Path],
    clean: str | Path | None = None,
    axes: str | None = None,
    names: Sequence[str] = (),
    check: frame_files.CheckSize = frame_files.check_size,
) -> tuple[list[Entry], tuple[str, ...]]:
    """Reads shots and results, laid out as LAYOUT says, with notes on how they were understood; `clean` are the clean
    pictures, `axes`, such as TYX, those of stacks, and `names` those of the results, instead of their files' names;
    `check` raises ValueError for a size that is not allowed. A result that cannot be read is left out, and named in
    `unread`. Raises ValueError, OSError.
    """
    places = [Path(path) for path in (*paths, *([clean] if clean else []))]
    if missing := next((path for path in places if not path.exists()), None):
        raise FileNotFoundError(f"there is no file or folder '{missing}'")
    if len(paths) == 1 and places[0].is_dir():
        scenes = _opened(places[0])
        scenes = [files | ({"clean": places[-1]} if clean else {}) for files in scenes]
    else:
        scenes = [_named(places[: len(paths)], Path(clean) if clean else None, names)]
    entries: list[Entry] = []
    notes: list[str] = []
    for files in scenes:
        for name, each in _scenes_of(files):
            entries += _entries(name, each, axes, notes, check)
    return entries, tuple(f"{note} ({count}×)" if count > 1 else note for note, count in Counter(notes).items())


def _named(paths: Sequence[Path], clean: Path | None, names: Sequence[str] = ()) -> Files:
    """The shots, then the results by their names. Raises ValueError where there are too few."""
    if len(paths) < 2:
        raise ValueError(
            f"'{paths[0]}' is one shot only, and a score needs two: what a program made of the first is measured by "
            f"the second. Take another shot of the same thing. Allowed: {LAYOUT}"
        )
    if len({path.is_dir() for path in (*paths, *([clean] if clean else []))}) > 1:
        raise ValueError(f"files and folders are mixed ({listed(paths)}); allowed: {LAYOUT}")
    results, labels = paths[2:], list(names)
    ways: tuple[Callable[[Path], str], ...] = (lambda path: path.stem, lambda path: path.name, str)
    if not names:
        every = [[way(path) for path in results] for way in ways]
        labels = next((each for each in every if len(set(each)) == len(each)), every[-1])
    if len(set(labels)) < len(labels):
        raise ValueError(f"'{Counter(labels).most_common(1)[0][0]}' is given twice; give every result once")
    files = {"source": paths[0], "target": paths[1], **dict(zip(labels, results))}
    return files | ({"clean": clean} if clean else {})


def _opened(folder: Path) -> list[Files]:
    """The scenes in a folder. Raises ValueError where it holds no shots."""
    inside = [path for path in sorted(folder.iterdir()) if not is_hidden(PurePath(path.name))]
    folders = [path for path in inside if path.is_dir()]
    if files := _by_role(folders) or _by_role(_pictures(folder)):
        return [files]
    scenes = [_by_role(_pictures(each)) for each in folders]
    if not scenes or None in scenes:
        odd = next((each for each, files in zip(folders, scenes) if files is None), folder)
        raise ValueError(f"'{odd}' holds no two pictures or folders named shot_1 and shot_2; allowed: {LAYOUT}")
    return [files for files in scenes if files]


def _by_role(paths: Sequence[Path]) -> Files | None:
    """Paths by what their names say they are; None where they do not name two shots."""
    files = {_role(path) or path.stem: path for path in paths}
    return files if {"source", "target"} <= files.keys() else None


def _role(path: Path) -> str | None:
    """'shot_1' → 'source', 'second' → 'target', 'gt' → 'clean'; None for a result."""
    bare = "_".join(word for word in words_of(path.stem) if word not in USUAL)
    role = role_of(path.stem) or role_of(bare) or WORDS.get(bare)
    return role if role in GIVEN else None


def _pictures(folder: Path) -> list[Path]:
    """The files of pictures and arrays in a folder."""
    return [path for path in sorted(folder.iterdir()) if path.is_file() and _is_read(path)]


def _is_read(path: Path) -> bool:
    known = formats.is_picture(path) or formats.is_kind(path, Kind.ARRAYS)
    return known and not is_hidden(PurePath(path.name))


def _scenes_of(files: Files) -> list[tuple[str, Files]]:
    """The scenes of folders of equally named pictures; or the one of files. Raises ValueError for a missing picture."""
    if not files["source"].is_dir():
        return [(files["source"].parent.name if "shot" in files["source"].stem else files["source"].stem, files)]
    inside = {name: _pictures(folder) for name, folder in files.items()}
    if not inside["source"]:
        raise ValueError(f"folder '{files['source']}' holds no pictures; allowed: {', '.join(formats.pictures())}")
    return [
        (first.stem, {name: _partner(first, paths, files[name]) for name, paths in inside.items()})
        for first in inside["source"]
    ]


def _partner(first: Path, paths: Sequence[Path], folder: Path) -> Path:
    """The picture that belongs to the first shot: of its name, or of one that holds it, or of its number."""
    ways: tuple[Callable[[Path], bool], ...] = (
        lambda path: path.stem == first.stem,
        lambda path: first.stem in path.stem,
        lambda path: last_number(path.stem) == last_number(first.stem) is not None,
    )
    for way in ways:
        found = [path for path in paths if way(path)]
        if len(found) == 1:
            return found[0]
    raise ValueError(
        f"folder '{folder}' has no picture that belongs to '{first.name}' ({listed(path.name for path in paths)}); "
        "give it the same name there"
    )


def _entries(name: str, files: Files, axes: str | None, notes: list[str], check: frame_files.CheckSize) -> list[Entry]:
    """The entries of a scene: one, or one for each frame of stacks. Raises ValueError where the shots cannot be read,
    or their numbers of frames differ.
    """
    shots = {role: _frames(path, axes, notes, check) for role, path in files.items() if role in GIVEN}
    counts = {files[role].name: len(each) for role, each in shots.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"'{file}' {count}" for file, count in counts.items())
        raise ValueError(f"the stacks have different numbers of frames ({told}); bring as many of each")
    count = len(shots["source"])
    results: dict[str, list[Planes]] = {}
    unread: dict[str, Unread] = {}
    for role, path in files.items():
        if role in GIVEN:
            continue
        try:
            results[role] = _as_many(count, path, _frames(path, axes, notes, check))
        except ValueError as problem:
            unread[role] = Unread("nan" if isinstance(problem, NotFinite) else "file", str(problem))
    return [
        Entry(
            Scene(
                f"{name} frame {place + 1}" if count > 1 else name,
                (shots["source"][place], shots["target"][place]),
                shots["clean"][place] if "clean" in shots else None,
            ),
            {role: each[place] for role, each in results.items()},
            unread,
        )
        for place in range(count)
    ]


def _as_many(count: int, path: Path, frames: list[Planes]) -> list[Planes]:
    """The frames of a result. Raises ValueError where they are not as many as those of the shots."""
    if len(frames) != count:
        raise ValueError(
            f"'{path.name}' has {len(frames)} frame{'s' * (len(frames) != 1)}, the shots have {count}; bring as many"
        )
    return frames


def _frames(path: Path, axes: str | None, notes: list[str], check: frame_files.CheckSize) -> list[Planes]:
    """The frames of a file, (C, H, W) each, without transparency. Raises ValueError, OSError."""
    stacks = formats.is_kind(path, Kind.STACK) or formats.is_kind(path, Kind.ARRAYS)
    with ExitStack() as stack:
        found = frame_files.open_frames(path, stack, axes=axes if stacks else None, check=check)
        pictures = list(found)
        if found.layout.axes not in ONE_PICTURE:
            notes.append(f"read as {found.layout}")
        notes += [note for picture in pictures for note in picture.notes]
        if any(picture.alpha is not None for picture in pictures):
            notes.append("alpha dropped")
        return [np.array(picture.pixels.transpose(2, 0, 1), order="C") for picture in pictures]
