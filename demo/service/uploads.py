"""The data of a training: uploaded files under their own names, or the sample pairs."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from n2n.remedies import UNTREATED, Remedies

from .. import settings
from ..content import samples
from ..work import pairs

LONGEST_NAME = 255  # letters of a file's name, as on most disks


class Upload(str):
    """The path of an uploaded file, which remembers the file's name on the visitor's computer."""

    original_name: str

    def __new__(cls, path: str, original_name: str | None = None) -> "Upload":
        upload = super().__new__(cls, path)
        plain = "".join(letter for letter in original_name or "" if letter.isprintable())
        upload.original_name = re.split(r"[/\\]", plain)[-1][:LONGEST_NAME] or Path(path).name
        return upload

    def __reduce__(self) -> tuple[type["Upload"], tuple[str, str]]:
        return Upload, (str(self), self.original_name)


class Brought(NamedTuple):
    """Uploads that can be trained on, and what is done about their faults before."""

    paths: tuple[str, ...] = ()  # none while that is not known
    remedies: Remedies = UNTREATED
    wanted: Remedies = UNTREATED  # what would be done about all of them


class TrainingData(NamedTuple):
    """The files that a training reads."""

    files: tuple[Path, ...]  # to read
    names: tuple[str, ...]  # on the visitor's computer
    renamed: bool = False  # two files had the same name, and have different ones here


def gather(paths: Sequence[str], folder: Path, shared: Path) -> TrainingData:
    """Uploads, linked into `folder`, or the sample pairs, which lie in `shared`. Raises ValueError where they are too
    many, or do not belong together.
    """
    if tuple(paths) == (samples.PAIRS,):
        return TrainingData((pairs.sample_pairs(shared),), (samples.PAIRS,))
    limits = settings.limits()
    if len(paths) > limits.upload_files:
        raise ValueError(
            f"{len(paths)} files; this page takes up to {limits.upload_files}. Put them into one .zip instead"
        )
    files = [Path(path) for path in paths]
    if missing := next((file for file in files if not file.exists()), None):
        raise ValueError(
            f"'{missing.name}' is not here any more: files are kept for {limits.file_seconds / 60:.0f} minutes after "
            "their last use; please bring it again"
        )
    data = pairs.gather(files, folder)
    names = {Path(upload).name: upload.original_name for upload in paths if isinstance(upload, Upload)}
    kept = [path.name for path in folder.iterdir()]
    renamed = not {file.name for file in files}.issuperset(kept)
    return TrainingData(data, tuple(sorted(names.get(name, name) for name in kept)), renamed)
