"""The reader of noisy pairs, from files, folders, archives and loose pictures."""

from contextlib import ExitStack
from pathlib import Path

from ..data import Pairs, Photographs, Scene, Shots, gather, with_noise
from ..files import formats
from ..noise import Noise
from .arrays import read_arrays
from .folders import read_photos, read_pictures
from .frames import PictureReader, pictures_only
from .shapes import PAIRED as SHAPES
from .sources import files_of


def read(
    *paths: str | Path, noise: Noise | None = None, roles: tuple[str, ...] | None = None, axes: str | None = None
) -> Pairs:
    """Reads pairs from a file, a folder, an archive or loose pictures, with a description and notes on what was found.

    `noise` makes the pictures clean photographs from which noisy pairs are drawn; the words of sources.SAMPLES
    stand for photographs of scikit-image. `roles`, such as ("source", "clean"), are those of arrays, of folders, or of
    the pictures of each scene, in their order, where names do not tell; `axes`, such as TYX, overrule those of TIFF
    stacks. Raises ValueError or OSError saying what is wrong, what is allowed and what to do.
    """
    if roles and noise:
        raise ValueError("roles are for shots that were taken; with a noise model every picture is a clean one")
    if axes and noise:
        raise ValueError("axes are for stacks of shots; with a noise model every picture is a clean one")
    return read_shots(*paths, roles=roles, axes=axes) if noise is None else read_photographs(*paths, noise=noise)


def read_shots(*paths: str | Path, roles: tuple[str, ...] | None = None, axes: str | None = None) -> Shots:
    """Reads noisy shots that were taken, as `read` does."""
    name = ", ".join(map(str, paths))
    if _are_arrays(paths):
        if axes:
            raise ValueError(f"axes are for TIFF stacks; '{name}' holds arrays, whose shapes tell: {SHAPES}")
        stacked, notes = read_arrays(Path(paths[0]), roles)
        return gather(stacked, name, notes)
    reader = PictureReader(axes)
    with ExitStack() as stack:
        scenes = read_pictures(files_of([Path(path) for path in paths], stack), name, reader, roles)
    return gather(scenes, name, reader.notes)


def read_one_shots(*paths: str | Path, axes: str | None = None) -> Shots:
    """Reads noisy pictures as scenes of one shot each, for the methods that need no second one. Raises as `read`."""
    name = ", ".join(map(str, paths))
    if _are_arrays(paths):
        raise ValueError(f"'{name}' holds arrays; bring single shots as pictures or a stack of them")
    reader = PictureReader(axes)
    with ExitStack() as stack:
        files = pictures_only(files_of([Path(path) for path in paths], stack), name)
        shots = [(str(path), shot) for path, load in files.items() for shot in reader.frames(str(path), load)]
    return gather([Scene(name, (shot,)) for name, shot in shots], name, reader.notes)


def read_shots_or_one(*paths: str | Path, axes: str | None = None) -> Shots:
    """Reads noisy shots as `read` does; one picture alone, in a single file, as a scene of one shot."""
    if len(paths) == 1 and formats.is_picture(Path(paths[0])) and Path(paths[0]).is_file():
        alone = read_one_shots(*paths, axes=axes)
        if len(alone) == 1:
            return alone
    return read_shots(*paths, axes=axes)


def read_photographs(*paths: str | Path, noise: Noise) -> Photographs:
    """Reads clean photographs, from which noisy pairs are drawn, as `read` does."""
    name = ", ".join(map(str, paths))
    if _are_arrays(paths):
        raise ValueError(f"'{name}' holds arrays; a noise model is for folders of clean photographs")
    reader = PictureReader()
    with ExitStack() as stack:
        scenes = read_photos(files_of([Path(path) for path in paths], stack), name, reader)
    return with_noise(scenes, name, noise, reader.notes)


def _are_arrays(paths: tuple[str | Path, ...]) -> bool:
    return len(paths) == 1 and formats.holds_arrays(paths[0])
