"""Scenes of shots written to disk, as the reader of pairs finds them again."""

import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..files import Picture, Planes, write, write_bytes
from .scenes import SHOT_ROLES, Scene, Scenes


def save_scenes(path: Path, scenes: Scenes) -> str:
    """Writes `.npz`, with an array for each shot, or else a folder with one for each scene, of TIFFs of the same depth.

    Arrays need scenes of one size: larger ones are cut to the middle. Returns what was written, in words. Raises
    ValueError, OSError; never leaves half a set.
    """
    if path.suffix == ".npz":
        return _save_arrays(path, list(scenes))
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as beside:
        for place, scene in enumerate(scenes):
            folder = (
                Path(beside) / "pairs" / f"{place + 1:04d}_{re.sub(r'[^0-9A-Za-z]+', '_', scene.name).strip('_')}"[:100]
            )
            folder.mkdir(parents=True)
            names = [f"shot_{number + 1}" for number in range(len(scene.shots))]
            for name, planes in zip([*names, "clean"], scene.pictures):
                write(folder / f"{name}.tif", Picture(np.ascontiguousarray(planes.transpose(1, 2, 0))))
        (Path(beside) / "pairs").rename(path)
    return f"{len(scenes):,} folders of TIFFs, one for each scene"


def _save_arrays(path: Path, scenes: Sequence[Scene]) -> str:
    counts = {len(scene.shots) for scene in scenes}
    if len(counts) > 1 or max(counts) > len(SHOT_ROLES):
        raise ValueError(
            f"an .npz needs as many shots of each scene, {len(SHOT_ROLES)} at most; these have {min(counts)} to "
            f"{max(counts)}: give a folder (no suffix)"
        )
    sides = np.min([scene.pictures[0].shape[-2:] for scene in scenes], axis=0)
    middles = [_middle(scene, sides) for scene in scenes]
    arrays: dict[str, Planes] = {
        role: np.stack([scene.shots[place] for scene in middles])
        for place, role in enumerate(SHOT_ROLES[: counts.pop()])
    }
    cleans = [scene.clean for scene in middles if scene.clean is not None]
    if cleans:
        arrays["clean"] = np.stack(cleans)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # no array is named allow_pickle
    write_bytes(path, file.getbuffer())
    return f"arrays {' and '.join(arrays)}, {len(scenes):,} × {sides[1]}×{sides[0]} pixels"


def _middle(scene: Scene, sides: Planes) -> Scene:
    top, left = ((length - side) // 2 for length, side in zip(scene.pictures[0].shape[-2:], sides.tolist()))
    return scene.window((..., slice(top, top + int(sides[0])), slice(left, left + int(sides[1]))))
