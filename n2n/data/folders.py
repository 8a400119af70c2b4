"""A reader of scenes from pictures in folders, in archives, loose, or in a stack."""

import re
from collections import defaultdict
from pathlib import PurePosixPath

import numpy as np

from . import formats, image
from .archive import MAX_UNPACKED
from .scenes import (
    CLEAN_NAMES,
    LAYOUTS,
    SHOT_ROLES,
    SOURCE_NAMES,
    TARGET_NAMES,
    Scene,
    name_all_roles,
    role_of,
    roles_of,
)
from .sources import Loader
from .spool import Spool
from .types import Planes

ENDINGS = sorted({*SOURCE_NAMES, *TARGET_NAMES, *CLEAN_NAMES, "test"} - {*"abxy"}, key=len, reverse=True)
# The ending of a file name, which tells the shots of a scene apart; a single letter must not follow another one.
SHOT = re.compile(rf"^(.*?)[ _-]?(\d+|(?<![a-z])[abxy]|{'|'.join(ENDINGS)})$")


class PictureReader:
    """Decodes pictures to (C, H, W), MAX_UNPACKED bytes at most in all, and counts the changes made on reading."""

    def __init__(self) -> None:
        self.bytes = 0
        self.spool = Spool()
        self.counts: dict[str, int] = defaultdict(int)

    def frames(self, name: str, data: bytes) -> list[Planes]:
        """The frames of an encoded picture. Raises ValueError as image.decode, and where all take too much memory."""
        pictures = image.decode(data, name)
        for picture in pictures:
            self.bytes += picture.pixels.nbytes
            for note in (*picture.notes, *(["alpha dropped"] if picture.alpha is not None else [])):
                self.counts[note] += 1
        if self.bytes > MAX_UNPACKED:
            raise ValueError(f"the pictures decode to over {MAX_UNPACKED / 2**30:.0f} GB; use fewer, or smaller ones")
        return [self.spool.keep(picture.pixels.transpose(2, 0, 1)) for picture in pictures]

    @property
    def notes(self) -> tuple[str, ...]:
        """The changes made on reading, each with the number of pictures."""
        return tuple(f"{note} ({count} pictures)" for note, count in self.counts.items())

    def picture(self, path: PurePosixPath, load: Loader) -> Planes:
        """The only frame of a file. Raises ValueError for a stack."""
        first, *others = self.frames(str(path), load())
        if others:
            raise ValueError(f"'{path}' is a stack of {len(others) + 1} frames; give a stack alone, it is one scene")
        return first


def pictures_only(files: dict[PurePosixPath, Loader], name: str) -> dict[PurePosixPath, Loader]:
    """Leaves out files that are no pictures. Raises ValueError if nothing is left."""
    pictures = {path: load for path, load in files.items() if formats.is_picture(path)}
    if not pictures:
        raise ValueError(f"'{name}' holds no pictures ({len(files)} files); allowed: {', '.join(formats.pictures())}")
    return pictures


def read_photos(files: dict[PurePosixPath, Loader], name: str, reader: PictureReader) -> list[Scene]:
    """Scenes of clean photographs: each picture is the clean one of a scene of its own."""
    return [Scene(str(path), (), reader.picture(path, load)) for path, load in pictures_only(files, name).items()]


def read_pictures(files: dict[PurePosixPath, Loader], name: str, reader: PictureReader) -> list[Scene]:
    """Scenes of shots, by how pictures belong together. Raises ValueError naming pictures that have no partner."""
    pictures = pictures_only(files, name)
    if len(pictures) == 1:
        [(path, load)] = pictures.items()
        frames = reader.frames(str(path), load())
        if len(frames) == 1:
            raise ValueError(f"'{name}' is one shot only; Noise2Noise needs two shots of a scene: {LAYOUTS}")
        return [Scene(str(path), tuple(frames))]
    decoded = {path: reader.picture(path, load) for path, load in pictures.items()}
    folders: dict[PurePosixPath, dict[str, Planes]] = defaultdict(dict)
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


def _are_siblings(folders: dict[PurePosixPath, dict[str, Planes]]) -> bool:
    """Whether these are folders of equally named pictures, one folder for each role, rather than one for each scene.

    Both can look alike; then it counts whether pictures of one name or pictures of one folder are more alike.
    """
    one, other = list(folders.values())[:2]
    if any(role_of(stem) == "clean" for stem in one):
        return False
    names = [folder.name for folder in folders]
    if name_all_roles(names):
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


def _likeness(a: Planes, b: Planes) -> float:
    """Correlation of two pictures; −1 where their sizes differ."""
    if a.shape != b.shape:
        return -1.0
    return float(np.nan_to_num(np.corrcoef(a.mean(0).ravel(), b.mean(0).ravel())[0, 1], nan=-1.0))


def _by_sibling(folders: dict[PurePosixPath, dict[str, Planes]], name: str) -> list[Scene]:
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


def _by_ending(pictures: dict[str, Planes], name: str) -> list[Scene]:
    """Scenes from one folder: the names of a scene's shots differ in their ending; two pictures are always a pair."""
    if len(pictures) == 2:
        return [_scene(" and ".join(pictures), pictures)]
    groups: dict[str, dict[str, Planes]] = defaultdict(dict)
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


def _scene(name: str, pictures: dict[str, Planes]) -> Scene:
    """A scene of some pictures; the reference is the one whose name says so."""
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
