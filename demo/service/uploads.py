"""What a person brings to a training: uploaded files under their own names, or the sample pairs."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .. import settings
from ..content import samples
from ..work import pairs

LONGEST_NAME = 255  # letters of a file's, as on most disks


class Upload(str):
    """The path of an uploaded file, which knows what the file is called where it comes from."""

    called: str

    def __new__(cls, path: str, called: str | None = None) -> "Upload":
        upload = super().__new__(cls, path)
        plain = "".join(letter for letter in called or "" if letter.isprintable())
        upload.called = re.split(r"[/\\]", plain)[-1][:LONGEST_NAME] or Path(path).name
        return upload

    def __getnewargs__(self) -> tuple[str, str]:
        return str(self), self.called


class Uploads(NamedTuple):
    """What is given to a training."""

    data: tuple[Path, ...]  # to read
    names: tuple[str, ...]  # as the person knows them
    renamed: bool = False  # two of one name, told apart here


def gathered(paths: Sequence[str], folder: Path, shared: Path) -> Uploads:
    """Uploads, linked into `folder`, or the sample pairs, which lie in `shared`. Raises ValueError where they are too
    many, or a mixture.
    """
    if tuple(paths) == (samples.PAIRS,):
        return Uploads((pairs.sample_pairs(shared),), (samples.PAIRS,))
    limits = settings.limits()
    if len(paths) > limits.upload_files:
        raise ValueError(
            f"{len(paths)} files; this page takes up to {limits.upload_files}. Put them into one .zip instead"
        )
    files = [Path(path) for path in paths]
    if gone := next((file for file in files if not file.exists()), None):
        raise ValueError(
            f"'{gone.name}' is not here any more: files are kept for {limits.file_seconds / 60:.0f} minutes after "
            "their last use; please bring it again"
        )
    data = pairs.gather(files, folder)
    called = {Path(upload).name: upload.called for upload in paths if isinstance(upload, Upload)}
    kept = [path.name for path in folder.iterdir()]
    renamed = not {file.name for file in files}.issuperset(kept)
    return Uploads(data, tuple(sorted(called.get(name, name) for name in kept)), renamed)
