"""Sets of noisy pairs made from clean photographs, in the course's format and others."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from ..files import Picture, Planes, formats, write, write_bytes
from ..noise import generator
from .photographs import Photographs
from .scenes import SHOT_ROLES

AT_ONCE = 32  # windows of photographs turned into scenes together
PIXELS_AT_ONCE = 2**23  # pixels of these windows at most
MOST_SHOTS = len(SHOT_ROLES)


def make_pairs(photos: Photographs, count: int, size: int, shots: int, clean: bool, seed: int) -> dict[str, Planes]:
    """`count` scenes of size × size pixels cut at random from photographs with a noise model.

    Returns `shots` arrays (N, C, size, size) named source, target, …, and "clean" if `clean`: uint8 where the noise
    stays in range, else float16 with white at 1, since clipping would bias the targets. The photographs take turns in
    an order drawn by the seed; those smaller than the window are enlarged. Raises ValueError, also where all are.
    """
    noise = photos.noise
    dtype = np.uint8 if noise.in_range else np.float16
    names = [*SHOT_ROLES[:shots], *(["clean"] if clean else [])]
    if not names or not 1 <= shots <= MOST_SHOTS or count < 1 or size < 8:
        raise ValueError(
            f"cannot make {count} scenes of {shots} shots, {size} pixels wide; allowed: 1 or more scenes, "
            f"1 to {MOST_SHOTS} shots, 8 pixels or more"
        )
    _check_size(photos, size)
    arrays = {name: np.empty((count, photos.channels, size, size), dtype) for name in names}
    rng = np.random.default_rng([seed, 1])
    window = size * noise.shrink
    turns = rng.permutation(len(photos))
    together = min(AT_ONCE, max(1, PIXELS_AT_ONCE // window**2))
    for first in tqdm(range(0, count, together), unit_scale=together, unit="scene", desc="make-pairs", disable=None):
        indices = range(first, min(first + together, count))
        photo = torch.stack([_window(photos, turns[index % len(photos)], window, rng) for index in indices])
        noisy = generator(seed, first)
        pictures = noise.shots(photo, shots, noisy) + ([noise.clean(photo)] if clean else [])
        for name, picture in zip(names, pictures):
            arrays[name][indices.start : indices.stop] = _stored(picture, dtype)
    return arrays


def _check_size(photos: Photographs, size: int) -> None:
    """Raises ValueError where no photograph is as large as the scenes to be cut from it."""
    largest = int(photos.sizes.min(axis=1).max()) // photos.shrink
    if size > largest:
        raise ValueError(f"size is {size} pixels; these photographs give {largest} at most: lower --size (size)")


def enlarged(photos: Photographs, size: int) -> int:
    """How many of the photographs are smaller than the window of a scene of this size."""
    return int((photos.sizes.min(axis=1) < size * photos.shrink).sum())


def _window(photos: Photographs, index: int, window: int, rng: np.random.Generator) -> Tensor:
    """A random square of a photograph, float (C, window, window)."""
    photo = photos.scenes[index].pictures[0]
    short = min(photo.shape[-2:])
    if short < window:
        scale = window / short
        sides = [max(window, round(side * scale)) for side in photo.shape[-2:]]
        enlarged = F.interpolate(photos.to_float(photo)[None], sides, mode="bicubic", antialias=True)
        large = enlarged[0].clamp(0, 1)
        return large[_random_square(large.shape, window, rng)]
    return photos.to_float(photo[_random_square(photo.shape, window, rng)])


def _random_square(shape: Sequence[int], window: int, rng: np.random.Generator) -> tuple[slice, slice, slice]:
    """The place of a window in (C, H, W)."""
    top, left = (int(rng.integers(side - window + 1)) for side in shape[-2:])
    return slice(None), slice(top, top + window), slice(left, left + window)


def _stored(picture: Tensor, dtype: type[np.uint8] | type[np.float16]) -> Planes:
    values = picture.numpy()
    return np.round(values * 255).astype(np.uint8) if dtype is np.uint8 else values.astype(dtype)


def check_target(path: Path, force: bool, shots: int = 2) -> None:
    """Raises ValueError or OSError before any work is done where so many shots cannot be written to `path`.

    Force overwrites files but never folders, whose other contents would be lost.
    """
    if path.suffix not in (*formats.arrays(written=True), ""):
        allowed = ", ".join(formats.arrays(written=True))
        raise ValueError(f"cannot write pairs as '{path.suffix}'; allowed: {allowed}, or a folder (no suffix)")
    if path.suffix == ".pkl" and shots > 2:
        raise ValueError(f"'{path}': a tuple's third tensor is the clean one; write {shots} shots as .npz")
    if path.exists() and (path.is_dir() or not force):
        raise FileExistsError(f"'{path}' exists; give another name{'' if path.is_dir() else ' or --force'}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder '{path.parent}'; make it first")


def save_pairs(path: Path, arrays: dict[str, Planes]) -> None:
    """Writes `.pkl` (the course's tuple of tensors), `.npz`, or else a folder with a folder of PNGs for each role.

    Never half a set. Raises OSError.
    """
    if path.suffix == ".pkl":
        file = io.BytesIO()
        torch.save(tuple(torch.from_numpy(array) for array in arrays.values()), file)
        write_bytes(path, file.getbuffer())
    elif path.suffix == ".npz":
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # no array is named allow_pickle
        write_bytes(path, file.getbuffer())
    else:
        _save_folder(path, arrays)


def _save_folder(path: Path, arrays: dict[str, Planes]) -> None:
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as beside:
        for role, stack in arrays.items():
            (Path(beside) / role).mkdir()
            for index, array in enumerate(stack):
                pixels = array if array.dtype == np.uint8 else np.round(np.clip(array, 0, 1) * 255).astype(np.uint8)
                picture = Picture(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
                write(Path(beside) / role / f"{index:06d}.png", picture)
        path.mkdir()
        for role in arrays:
            (Path(beside) / role).rename(path / role)
