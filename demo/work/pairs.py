"""Data for a training: uploads gathered in a folder, and sample pairs like the course's."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from n2n import noise
from n2n.data import make
from n2n.files import formats
from n2n.reading import is_hidden, reader

PHOTOGRAPHS = "course-samples"
NOISE = "pixelate:8"  # the course's: one of 8×8 pixels
SIDE = 32  # pixels
SCENES, FEW = 2000, 60  # to learn from; to show the format


def gather(files: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """Links uploaded files into a new `folder`; returns the paths for `n2n.reading.read_shots`.

    A single file is returned alone. Of several pictures, whose folders a browser does not send, the names must show
    which belong together; two with one name get the endings _1 and _2. Raises ValueError with advice, OSError.
    """
    names = _checked([file for file in files if not is_hidden(Path(file.name))])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, file in names.items():
        link(file, folder / name)
    return (folder / next(iter(names)),) if len(names) == 1 else (folder,)


def _checked(files: Sequence[Path]) -> dict[str, Path]:
    """The files that will be read, by their new names. Raises ValueError."""
    if not files:
        raise ValueError("no file yet; bring two shots of a scene or more, or an archive of them")
    if len(files) == 1:
        return {files[0].name: files[0]}
    for file in files:
        if formats.is_kind(file, *formats.SETS):
            raise ValueError(
                f"'{file.name}' was brought with {len(files) - 1} other files; bring one archive or one file of arrays "
                "alone, or pictures only"
            )
    pictures = [file for file in files if formats.is_picture(file)]
    if not pictures:
        raise ValueError(
            f"none of the {len(files)} files is a picture; allowed: {', '.join(formats.pictures())}, or an archive"
        )
    return dict(zip(_names(pictures), pictures))


def _names(pictures: list[Path]) -> list[str]:
    """A unique name for each picture. Raises ValueError where the endings _1 and _2 are not enough."""
    stems = [picture.stem.lower() for picture in pictures]
    twice = next((picture.stem for picture in pictures if stems.count(picture.stem.lower()) > 1), None)
    if twice is None:
        return [picture.name for picture in pictures]
    if len(pictures) == 2:
        return [f"{picture.stem}_{place}{picture.suffix}" for place, picture in enumerate(pictures, start=1)]
    raise ValueError(
        f"{stems.count(twice.lower())} of the {len(pictures)} files are named '{twice}', and a browser does not tell "
        "their folders; put the folders into one .zip and bring that"
    )


def link(file: Path, place: Path) -> None:
    """Makes `place` a hard link to the file, or a copy, and replaces what was there. Raises OSError."""
    place.unlink(missing_ok=True)
    try:
        os.link(file, place)
    except OSError:  # another disk, or one that has no links
        shutil.copyfile(file, place)


def sample_pairs(folder: Path) -> Path:
    """2,000 pairs of 32×32 pixels with their clean pictures, as `.npz` in `folder`, created on the first call.

    Raises OSError.
    """
    path = folder / "sample-pairs.npz"
    if not path.exists():
        make.save_pairs(path, _made(SCENES))
    return path


def sample_archive(folder: Path) -> Path:
    """A `.zip` with the folders source, target and clean of 60 PNG files each, as an example. Raises OSError."""
    path = folder / "sample-pairs.zip"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=folder) as beside:
            pictures = Path(beside) / "sample-pairs"
            make.save_pairs(pictures, _made(FEW))
            Path(shutil.make_archive(str(pictures), "zip", pictures)).replace(path)
    return path


def _made(scenes: int) -> dict[str, np.ndarray]:
    photographs = reader.read_photographs(PHOTOGRAPHS, noise=noise.parse(NOISE))
    return make.make_pairs(photographs, scenes, SIDE, shots=2, clean=True, seed=0)
