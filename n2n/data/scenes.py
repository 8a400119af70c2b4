"""What K shots show: scenes, and the words by which people tell noisy, noisy and clean apart."""

import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Self

import numpy as np

from . import formats
from .image import full_scale

SOURCE_NAMES = ("source", "noisy", "noisy1", "noisy_1", "input", "a", "x", "1")
TARGET_NAMES = ("target", "noisy2", "noisy_2", "b", "y", "2")
CLEAN_NAMES = ("clean", "average", "reference", "gt", "ground_truth", "target_clean", "truth")
MOST_READ = 2**28  # bytes that a fingerprint is taken of: of larger sets it is that of evenly spread scenes
LEAST_SIDE = 8  # pixels: smaller pictures teach nothing
ROLES = ("source", "target", "clean")
SHOT_ROLES = ("source", "target", "shot3", "shot4", "shot5", "shot6", "shot7", "shot8")
LAYOUTS = (
    "two (or three) folders of equally named pictures; one folder for each scene with two or more shots; "
    "pictures named alike but for an ending (_1/_2, _a/_b, _source/_target, _clean); two pictures; a TIFF stack; "
    f"a {formats.either(formats.arrays())} with two or three arrays"
)


@dataclass(frozen=True)
class Scene:
    """What K shots show."""

    name: str
    shots: tuple[np.ndarray, ...]  # each (C, H, W), uint8, uint16 or floating point, one size
    clean: np.ndarray | None = None  # (C, H, W); nobody needs one

    @property
    def pictures(self) -> tuple[np.ndarray, ...]:
        """All there is of the scene: shots, then clean."""
        return self.shots if self.clean is None else (*self.shots, self.clean)

    def window(self, where: tuple[slice | EllipsisType, ...]) -> "Scene":
        """The same part of every picture, by an index into (C, H, W)."""
        clean = None if self.clean is None else self.clean[where]
        return Scene(self.name, tuple(shot[where] for shot in self.shots), clean)


class StackedScenes(Sequence[Scene]):
    """Scenes in arrays (N, C, H, W), memory-mapped or not, an array for each shot; a Scene is made when asked for."""

    def __init__(self, shots: Sequence[np.ndarray], clean: np.ndarray | None) -> None:
        self.shots, self.clean = shots, clean

    @property
    def pictures(self) -> tuple[np.ndarray, ...]:
        """All arrays there are: shots, then clean."""
        return tuple(self.shots) if self.clean is None else (*self.shots, self.clean)

    def __len__(self) -> int:
        return len(self.shots[0])

    def __getitem__(self, index: int) -> Scene:
        if not 0 <= index < len(self):
            raise IndexError(index)
        clean = None if self.clean is None else self.clean[index]
        return Scene(str(index), tuple(shot[index] for shot in self.shots), clean)


class DerivedScenes(Sequence[Scene]):
    """What is made of other `scenes`, in a way that `made` tells in full."""

    scenes: Sequence[Scene]

    @property
    @abstractmethod
    def made(self) -> bytes:
        """All that decides what is made of the scenes."""

    def loaded(self) -> Self:
        """The same, with what is costly to make made now and kept."""
        return self


class ChosenScenes(DerivedScenes):
    """Some of the scenes, in the order of `indices`."""

    def __init__(self, scenes: Sequence[Scene], indices: np.ndarray) -> None:
        self.scenes, self.indices = scenes, indices

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Scene:
        return self.scenes[int(self.indices[index])]

    @property
    def made(self) -> bytes:
        return self.indices.tobytes()


def fingerprint(scenes: Sequence[Scene]) -> str:
    """Twelve letters that tell one set of scenes from another, made of their pixels and of what each is taken for."""
    digest = hashlib.blake2b(digest_size=6)
    if isinstance(scenes, DerivedScenes):
        digest.update(fingerprint(scenes.scenes).encode() + scenes.made)
        return digest.hexdigest()
    size = len(scenes) * sum(picture.nbytes for picture in scenes[0].pictures)
    digest.update(b"%d" % len(scenes))
    for index in range(0, len(scenes), -(-size // MOST_READ)):
        scene = scenes[index]
        for picture in scene.pictures:
            digest.update(f"{picture.shape} {picture.dtype} {picture is scene.clean}".encode())
            digest.update(np.ascontiguousarray(picture))
    return digest.hexdigest()


@dataclass(frozen=True)
class Survey:
    """What has to be known of all scenes before any is used."""

    sizes: np.ndarray  # (N, 2): height and width in pixels
    shots: np.ndarray  # (N,): shots of each scene
    channels: int  # 3 as soon as one scene is in colour
    dtype: np.dtype
    scale: float  # value of white

    def __str__(self) -> str:
        """'8-bit grey 900×450', '16-bit (white at 4095) colour 64×64 to 128×96'"""
        depth = {"uint8": "8-bit", "uint16": "16-bit"}.get(str(self.dtype), str(self.dtype))
        depth += f" (white at {self.scale:.0f})" if depth != "8-bit" else ""
        least, most = (f"{width}×{height}" for height, width in (self.sizes.min(0), self.sizes.max(0)))
        size = least if least == most else f"{least} to {most}"
        return f"{depth} {'colour' if self.channels == 3 else 'grey'} {size}"


def survey(scenes: Sequence[Scene], name: str) -> Survey:
    """Looks at every scene once. Raises ValueError for values that nothing can be learnt from."""
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
    [dtype] = dtypes
    return Survey(sizes, shots, channels, dtype, full_scale(dtype, most))


def role_of(name: str) -> str | None:
    """'noisy1' → 'source', 'gt' → 'clean', 'shot3' → 'shot3', …; None for a name that tells nothing."""
    known = [*zip(ROLES, (SOURCE_NAMES, TARGET_NAMES, CLEAN_NAMES)), *((role, (role,)) for role in SHOT_ROLES[2:])]
    return next((role for role, names in known if name.lower() in names), None)


def tell_all(names: Sequence[str]) -> bool:
    """Does each name tell a role, and each another?"""
    return None not in (roles := {role_of(name) for name in names}) and len(roles) == len(names)


def roles_of(names: Sequence[str]) -> tuple[str, ...]:
    """A role for each of two or three names: the one it tells, and what is left in order; two the same tell nothing."""
    told = [role_of(name) for name in names]
    if any(told.count(role) > 1 for role in told if role):
        told = [None] * len(names)
    left = iter([role for role in ROLES if role not in told])
    return tuple(role or next(left) for role in told)
