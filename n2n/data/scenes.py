"""Scenes, each with K noisy shots, and the names by which people tell shots and clean pictures apart."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Protocol, Self

import numpy as np

from ..files import (
    PLANES,
    Numbers,
    Planes,
    ValueRange,
    Values,
    check_type,
    formats,
    in_words,
    range_for,
    spread,
    values_of,
)

SOURCE_NAMES = ("source", "noisy", "noisy1", "noisy_1", "input", "a", "x", "1")
TARGET_NAMES = ("target", "noisy2", "noisy_2", "b", "y", "2")
CLEAN_NAMES = ("clean", "average", "reference", "gt", "ground_truth", "target_clean", "truth")
MOST_READ = 2**28  # bytes that a fingerprint reads: of larger sets, those of evenly spread scenes
LEAST_SIDE = 8  # pixels: a net learns nothing from smaller pictures
ROLES = ("source", "target", "clean")
SHOT_ROLES = ("source", "target", "shot3", "shot4", "shot5", "shot6", "shot7", "shot8")
LAYOUTS = (
    "two (or three) folders of equally named or numbered pictures; one folder for each scene with two or more shots; "
    "pictures named alike but for an ending (_1/_2, _a/_b, (1)/(2)) or a word (noisy/clean, source/target, GT); two "
    "pictures or movies; a TIFF stack; "
    f"a {formats.either(formats.arrays())} with two or three arrays"
)


@dataclass(frozen=True)
class Scene:
    """A scene: K noisy shots of the same thing."""

    name: str
    shots: tuple[Planes, ...]  # each (C, H, W), uint8, uint16 or floating point, one size
    clean: Planes | None = None  # (C, H, W); optional

    @property
    def pictures(self) -> tuple[Planes, ...]:
        """All pictures of the scene: shots, then clean."""
        return self.shots if self.clean is None else (*self.shots, self.clean)

    def window(self, where: tuple[slice | EllipsisType, ...]) -> "Scene":
        """The same part of every picture, by an index into (C, H, W)."""
        clean = None if self.clean is None else self.clean[where]
        return Scene(self.name, tuple(shot[where] for shot in self.shots), clean)


class Scenes(Protocol):
    """The scenes of a set: a list of them, or an object that makes each of them on demand."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Scene: ...

    def __iter__(self) -> Iterator[Scene]: ...


class ScenesOnDemand(ABC):
    """Scenes that are made when they are indexed."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __getitem__(self, index: int, /) -> Scene: ...

    def __iter__(self) -> Iterator[Scene]:
        return map(self.__getitem__, range(len(self)))


class StackedScenes(ScenesOnDemand):
    """Scenes in arrays (N, C, H, W), memory-mapped or not, one array for each shot."""

    def __init__(self, shots: Sequence[Planes], clean: Planes | None) -> None:
        self.shots, self.clean = shots, clean

    @property
    def pictures(self) -> tuple[Planes, ...]:
        """All arrays: shots, then clean."""
        return tuple(self.shots) if self.clean is None else (*self.shots, self.clean)

    def __len__(self) -> int:
        return len(self.shots[0])

    def __getitem__(self, index: int) -> Scene:
        if not 0 <= index < len(self):
            raise IndexError(index)
        clean = None if self.clean is None else self.clean[index]
        return Scene(str(index), tuple(shot[index] for shot in self.shots), clean)


class DerivedScenes(ScenesOnDemand):
    """Scenes that are derived from other `scenes`."""

    scenes: Scenes

    @property
    @abstractmethod
    def derivation(self) -> bytes:
        """Everything that decides how these scenes are derived from the others."""

    def loaded(self) -> Self:
        """The same scenes; those that are costly to make are made now and kept."""
        return self


class ChosenScenes(DerivedScenes):
    """Some of the scenes, in the order of `indices`."""

    def __init__(self, scenes: Scenes, indices: Numbers) -> None:
        self.scenes, self.indices = scenes, indices

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Scene:
        return self.scenes[int(self.indices[index])]

    @property
    def derivation(self) -> bytes:
        return self.indices.tobytes()


def fingerprint(scenes: Scenes) -> str:
    """Twelve letters that tell one set of scenes from another, a digest of their pixels and roles."""
    digest = hashlib.blake2b(digest_size=6)
    if isinstance(scenes, DerivedScenes):
        digest.update(fingerprint(scenes.scenes).encode() + scenes.derivation)
        return digest.hexdigest()
    size = len(scenes) * sum(picture.nbytes for picture in scenes[0].pictures)
    digest.update(b"%d" % len(scenes))
    for index in range(0, len(scenes), -(-size // MOST_READ)):
        scene = scenes[index]
        for picture in scene.pictures:
            digest.update(f"{picture.shape} {picture.dtype} {picture is scene.clean}".encode())
            digest.update(np.ascontiguousarray(picture).data)
    return digest.hexdigest()


@dataclass(frozen=True)
class Survey:
    """The properties of a set of scenes that are needed before any scene is used."""

    sizes: Numbers  # (N, 2): height and width in pixels
    shots: Numbers  # (N,): shots of each scene
    channels: int  # 3 as soon as one scene is in colour
    values: Values  # of all pictures
    range: ValueRange
    above: int  # values above white, where white is that of the bits in use

    def __str__(self) -> str:
        """'8-bit grey 900×450', '16-bit (white at 4095) colour 64×64 to 128×96'"""
        dtype = self.values.dtype
        depth = {"uint8": "8-bit", "uint16": "16-bit"}.get(str(dtype), str(dtype))
        words = in_words(self.range, dtype, self.above)
        depth += f" ({words})" if words else ""
        least, most = (f"{width}×{height}" for height, width in (self.sizes.min(0), self.sizes.max(0)))
        size = least if least == most else f"{least} to {most}"
        colour = {1: "grey", 3: "colour"}.get(self.channels, f"{self.channels} channels")
        return f"{depth} {colour} {size}"


def survey(scenes: Scenes, name: str) -> Survey:
    """Looks at every scene once. Raises ValueError for pixels from which nothing can be learnt."""
    if isinstance(scenes, StackedScenes):
        stacks = scenes.pictures
        sizes = np.broadcast_to(stacks[0].shape[-2:], (len(scenes), 2))
        shots = np.broadcast_to(len(scenes.shots), len(scenes))
        channels, dtypes = stacks[0].shape[1], {stacks[0].dtype}
        chunks = (stack[first : first + 256] for stack in stacks for first in range(0, len(scenes), 256))
    else:
        sizes = np.array([scene.pictures[0].shape[-2:] for scene in scenes])
        shots = np.array([len(scene.shots) for scene in scenes])
        channels = max(scene.pictures[0].shape[0] for scene in scenes)
        dtypes = {scene.pictures[0].dtype for scene in scenes}
        chunks = (picture for scene in scenes for picture in scene.pictures)
    if len(dtypes) > 1:
        raise ValueError(f"'{name}' mixes {' and '.join(sorted(map(str, dtypes)))} pictures; bring one depth")
    check_type(*dtypes)
    if sizes.min() < LEAST_SIDE:
        height, width = sizes[sizes.min(1).argmin()]
        raise ValueError(f"'{name}' has a picture of {width}×{height} pixels; the least is {LEAST_SIDE}×{LEAST_SIDE}")
    least, most = np.inf, -np.inf
    for chunk in chunks:
        low, high = float(chunk.min()), float(chunk.max())
        if not np.isfinite([low, high]).all():
            raise ValueError(f"'{name}' has pixels that are NaN or infinite; replace them by measured values")
        least, most = min(least, low), max(most, high)
    if least == most:
        raise ValueError(f"'{name}' is constant: every pixel is {least:g}; nothing can be learnt from it")
    values = _values(scenes)
    limits = range_for(values)
    return Survey(sizes, shots, channels, values, limits, _above(scenes, limits.white) if most > limits.white else 0)


def _values(scenes: Scenes) -> Values:
    """The values of evenly spread scenes."""
    some = spread(len(scenes), PLANES)
    pictures = (picture for place in some for picture in scenes[place].pictures)
    return values_of(pictures, len(some) * len(scenes[0].pictures))


def _above(scenes: Scenes, white: float) -> int:
    """How many values are above white."""
    return sum(int((picture > white).sum()) for scene in scenes for picture in scene.pictures)


def role_of(name: str) -> str | None:
    """'noisy1' → 'source', 'gt' → 'clean', 'shot3' → 'shot3', …; None for any other name."""
    names_by_role: dict[str, tuple[str, ...]] = {"source": SOURCE_NAMES, "target": TARGET_NAMES, "clean": CLEAN_NAMES}
    names_by_role |= {role: (role,) for role in SHOT_ROLES[2:]}
    return next((role for role, names in names_by_role.items() if name.lower() in names), None)


def name_all_roles(names: Sequence[str]) -> bool:
    """Whether each name stands for a role, and each for another one."""
    return None not in (roles := {role_of(name) for name in names}) and len(roles) == len(names)


def roles_of(names: Sequence[str]) -> tuple[str, ...]:
    """A role for each of two or three names: the one it stands for, or else the next that is free. Where two names
    stand for the same role, the order alone decides.
    """
    found = [role_of(name) for name in names]
    if any(found.count(role) > 1 for role in found if role):
        found = [None] * len(names)
    free = iter([role for role in ROLES if role not in found])
    return tuple(role or next(free) for role in found)
