"""Scenes from pictures: in folders, in archives, loose, or in a stack."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import skimage

from . import formats, image
from .archive import MAX_UNPACKED, check_archive, read_entry
from .formats import Kind
from .scenes import CLEAN_NAMES, LAYOUTS, SHOT_ROLES, SOURCE_NAMES, TARGET_NAMES, Scene, role_of, roles_of, tell_all

ENDINGS = sorted({*SOURCE_NAMES, *TARGET_NAMES, *CLEAN_NAMES, "test"} - {*"abxy"}, key=len, reverse=True)
# what tells the shots of a scene apart: the ending of a file name; a single letter only behind no other
SHOT = re.compile(rf"^(.*?)[ _-]?(\d+|(?<![a-z])[abxy]|{'|'.join(ENDINGS)})$")

Loader = Callable[[], bytes]

# words that stand for photographs that come with scikit-image: some to learn from, others to measure on
SAMPLES = {
    "samples": ("astronaut.png", "hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png", "retina.jpg"),
    "more-samples": ("chelsea.png", "coffee.png", "rocket.jpg"),
    # drawn with pixelate:8, together about as noisy as the course's pictures
    "course-samples": (
        *("astronaut.png", "chelsea.png", "coffee.png"),
        *("hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png"),
    ),
}


def files_of(paths: Sequence[Path], stack: ExitStack) -> dict[PurePosixPath, Loader]:
    """The files that paths stand for, as `files_at`; of several, each keeps the name of its own folder in front."""
    if len(paths) == 1:
        return files_at(paths[0], stack)
    files = {}
    for path in paths:
        front = path if path.is_dir() else path.with_suffix("") if formats.is_kind(path, Kind.ARCHIVE) else path.parent
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
        try:
            return archive_files(stack.enter_context(zipfile.ZipFile(path)), path.name)
        except zipfile.BadZipFile as error:
            raise ValueError(f"'{path}' is no complete zip archive ({error}); make or copy it again") from error
    return {PurePosixPath(path.name): path.read_bytes}


def folder_files(folder: Path) -> dict[PurePosixPath, Loader]:
    """Every file below a folder, by its path inside."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return _seen({PurePosixPath(path.relative_to(folder).as_posix()): path.read_bytes for path in paths})


def archive_files(archive: zipfile.ZipFile, name: str) -> dict[PurePosixPath, Loader]:
    """Every file of a zip by its path inside; nothing is ever written to disk. Raises ValueError."""
    check_archive(archive, name)
    infos = sorted(archive.infolist(), key=lambda info: info.filename)
    names = {info: PurePosixPath(info.filename.replace("\\", "/")) for info in infos if not info.is_dir()}
    return _seen({path: partial(read_entry, archive, info) for info, path in names.items()})


def _seen(files: dict[PurePosixPath, Loader]) -> dict[PurePosixPath, Loader]:
    """Leaves out the hidden files and folders that systems strew."""
    hidden = (".", "__")
    return {path: load for path, load in files.items() if not any(part.startswith(hidden) for part in path.parts)}


class Shelf:
    """Decoded pictures as (C, H, W), within MAX_UNPACKED bytes, with notes on what was changed on reading."""

    def __init__(self) -> None:
        self.bytes = 0
        self.notes: dict[str, int] = defaultdict(int)

    def frames(self, name: str, data: bytes) -> list[np.ndarray]:
        pictures = image.decode(data, name)
        for picture in pictures:
            self.bytes += picture.pixels.nbytes
            for note in (*picture.notes, *(["alpha dropped"] if picture.alpha is not None else [])):
                self.notes[note] += 1
        if self.bytes > MAX_UNPACKED:
            raise ValueError(f"the pictures decode to over {MAX_UNPACKED / 2**30:.0f} GB; use fewer, or smaller ones")
        return [np.ascontiguousarray(picture.pixels.transpose(2, 0, 1)) for picture in pictures]

    def told(self) -> tuple[str, ...]:
        return tuple(f"{note} ({count} pictures)" for note, count in self.notes.items())

    def picture(self, path: PurePosixPath, load: Loader) -> np.ndarray:
        first, *others = self.frames(str(path), load())
        if others:
            raise ValueError(f"'{path}' is a stack of {len(others) + 1} frames; give a stack alone, it is one scene")
        return first


def pictures_only(files: dict[PurePosixPath, Loader], name: str) -> dict[PurePosixPath, Loader]:
    """Leaves out what is no picture. Raises ValueError if nothing is left."""
    pictures = {path: load for path, load in files.items() if formats.is_picture(path)}
    if not pictures:
        raise ValueError(f"'{name}' holds no pictures ({len(files)} files); allowed: {', '.join(formats.pictures())}")
    return pictures


def read_photos(files: dict[PurePosixPath, Loader], name: str, shelf: Shelf) -> list[Scene]:
    """Every picture is the clean picture of a scene of its own."""
    return [Scene(str(path), (), shelf.picture(path, load)) for path, load in pictures_only(files, name).items()]


def read_pictures(files: dict[PurePosixPath, Loader], name: str, shelf: Shelf) -> list[Scene]:
    """Finds out how pictures belong together. Raises ValueError naming what has no partner."""
    pictures = pictures_only(files, name)
    if len(pictures) == 1:
        [(path, load)] = pictures.items()
        frames = shelf.frames(str(path), load())
        if len(frames) == 1:
            raise ValueError(f"'{name}' is one shot only; Noise2Noise needs two shots of a scene: {LAYOUTS}")
        return [Scene(str(path), tuple(frames))]
    decoded = {path: shelf.picture(path, load) for path, load in pictures.items()}
    folders: dict[PurePosixPath, dict[str, np.ndarray]] = defaultdict(dict)
    for path, picture in decoded.items():
        if path.stem in folders[path.parent]:
            raise ValueError(f"'{path}' stands beside a picture of the same name in another format; leave one of them")
        folders[path.parent][path.stem] = picture
    stems = {path.stem: picture for path, picture in decoded.items()}
    if len(folders) == 1 or len(stems) == len(decoded) == 2:
        scenes = _by_ending(stems, name)
    elif _are_siblings(folders):
        scenes = _by_sibling(folders, name)
    else:
        scenes = [_scene(str(folder), shots) for folder, shots in folders.items()]
    for scene in scenes:
        _check_scene(scene)
    bare = [scene.name for scene in scenes if scene.clean is None]
    if 0 < len(bare) < len(scenes):
        raise ValueError(
            f"'{name}': {len(bare)} of {len(scenes)} scenes have no reference ({', '.join(bare[:3])}); "
            "give every scene one, or none"
        )
    return scenes


def _are_siblings(folders: dict[PurePosixPath, dict[str, np.ndarray]]) -> bool:
    """Folders of equally named pictures (a role each), against one folder for each scene?

    Both can look alike; then what decides is whether equal names or equal folders show the same thing.
    """
    one, other = list(folders.values())[:2]
    if any(role_of(stem) == "clean" for stem in one):
        return False
    names = [folder.name for folder in folders]
    if tell_all(names):
        return True
    if len(folders) > 3 and all(role_of(name) for name in names) and len({folder.parent for folder in folders}) > 1:
        sets = sorted({str(folder.parent) for folder in folders})
        raise ValueError(f"there are {len(sets)} sets of pairs, in {', '.join(sets[:3])}; give one of these folders")
    if len(folders) > 3:
        return False
    if min(map(len, folders.values())) < 2 or "clean" in map(role_of, names):
        return True
    shared = sorted(set(one) & set(other))
    if len(shared) < 2:
        return not any(SHOT.match(stem) for stem in one)
    first, second = shared[:2]
    return _likeness(one[first], other[first]) >= _likeness(one[first], one[second])


def _likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two pictures; −1 where their sizes differ."""
    if a.shape != b.shape:
        return -1.0
    return float(np.nan_to_num(np.corrcoef(a.mean(0).ravel(), b.mean(0).ravel())[0, 1], nan=-1.0))


def _by_sibling(folders: dict[PurePosixPath, dict[str, np.ndarray]], name: str) -> list[Scene]:
    by_role = dict(zip(roles_of([folder.name for folder in folders]), folders.values()))
    everywhere = set.intersection(*(set(pictures) for pictures in folders.values()))
    alone = sorted(set().union(*folders.values()) - everywhere)
    if alone:
        raise ValueError(
            f"'{name}': {len(alone)} pictures have no partner of the same name in the other folder "
            f"({', '.join(alone[:3])}); each name must be in {', '.join(str(folder) for folder in folders)}"
        )
    return [
        Scene(
            stem,
            tuple(by_role[role][stem] for role in SHOT_ROLES if role in by_role),
            by_role["clean"][stem] if "clean" in by_role else None,
        )
        for stem in sorted(everywhere)
    ]


def _by_ending(pictures: dict[str, np.ndarray], name: str) -> list[Scene]:
    """One folder: shots of a scene share their name but for an ending; two pictures are a pair whatever their names."""
    if len(pictures) == 2:
        return [_scene(" and ".join(pictures), pictures)]
    groups: dict[str, dict[str, np.ndarray]] = defaultdict(dict)
    for stem, picture in pictures.items():
        match = SHOT.match(stem.lower())
        groups[match[1] if match else stem.lower()][stem] = picture
    alone = [stem for stem, shots in groups.items() if len(shots) < 2]
    if alone:
        raise ValueError(
            f"'{name}': {len(alone)} of {len(groups)} pictures have no partner ({', '.join(alone[:3])}). "
            f"Allowed: {LAYOUTS}. Clean photographs need a noise model (--noise)"
        )
    return [_scene(stem or name, shots) for stem, shots in groups.items()]


def _scene(name: str, pictures: dict[str, np.ndarray]) -> Scene:
    """The shots of one scene, with the reference among them told by its name."""
    clean = [stem for stem in pictures if role_of(stem) == "clean" or role_of(SHOT.sub(r"\2", stem.lower())) == "clean"]
    if len(clean) > 1:
        raise ValueError(f"scene '{name}' has {len(clean)} references ({', '.join(clean)}); leave one")
    shots = tuple(picture for stem, picture in pictures.items() if stem not in clean)
    return Scene(name, shots, pictures[clean[0]] if clean else None)


def _check_scene(scene: Scene) -> None:
    kinds = {(picture.shape, picture.dtype.name) for picture in scene.pictures}
    if len(kinds) > 1:
        found = ", ".join(f"{shape[2]}×{shape[1]} with {shape[0]} channels {kind}" for shape, kind in sorted(kinds))
        raise ValueError(
            f"scene '{scene.name}': its pictures differ ({found}); all shots of a scene need one size, depth and colour"
        )
    if len(scene.shots) < 2 and scene.clean is None:
        raise ValueError(f"scene '{scene.name}' has one shot only; Noise2Noise needs two: {LAYOUTS}")
