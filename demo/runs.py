"""What is known of an upload, and of a training: what was asked for, and everything that came of it so far."""

import math
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from n2n import Progress, weights
from n2n.doctor import Verdict
from n2n.history import History
from n2n.recipe import net_config, recipe

from . import gathering, gpu, learning, samples, settings
from .learning import Learnt, Preview, Settings
from .looking import Speed, Strip, Understood, Verdicts
from .shown import Shown

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


@dataclass
class Looks:
    """What is known of an upload so far."""

    understood: Understood | None = None
    strip: tuple[tuple[Shown, ...], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    speed: Speed | None = None

    def add(self, item: object) -> None:
        """Takes one item of `looking.look`."""
        match item:
            case Understood():
                self.understood = item
            case Strip():
                self.strip = item.rows
            case Verdicts():
                self.verdicts = item.verdicts
            case Speed():
                self.speed = item


@dataclass
class Run:
    """A training: what was asked for, and everything that came of it so far."""

    data: tuple[Path, ...]
    folder: Path
    settings: Settings
    names: tuple[str, ...]  # of the data, as the person knows them
    renamed: bool = False  # they were of one name, and are told apart by these
    history: History = field(default_factory=History)
    previews: list[Preview] = field(default_factory=list)
    progress: Progress | None = None
    learnt: Learnt | None = None

    @property
    def seconds(self) -> float:
        """How long this sitting trains."""
        return self.settings.recipe.seconds - (self.progress.seconds if self.progress else 0.0)

    def add(self, item: object) -> None:
        """Takes one item of `learning.learn`."""
        match item:
            case Progress():
                self.progress = item
                self.history.add(item)
            case Preview():
                self.previews.append(item)
            case Learnt():
                self.learnt = item

    @property
    def weights(self) -> Path:
        """The best so far. Raises ValueError before the first were measured."""
        if not (self.snapshots() or self.learnt):
            raise ValueError("the training was stopped before anything was learnt; press Train to begin again")
        return self.folder / learning.BEST

    @property
    def logs(self) -> Path:
        """Folder of TensorBoard's logs."""
        return self.folder / learning.LOGS

    def snapshots(self) -> list[Preview]:
        """The previews whose weights were kept, in order; on a full disk they may have made room."""
        return [preview for preview in self.previews if preview.snapshot and preview.snapshot.exists()]

    def continued(self, seconds: float) -> "Run":
        """The same training, going on for so many seconds. Raises ValueError where they are too many."""
        _check_seconds(seconds)
        more = replace(self.settings.recipe, seconds=math.ceil(self.progress.seconds + seconds))  # whole in its command
        return replace(self, settings=replace(self.settings, recipe=more, resume=True), learnt=None)


def settings_of(seconds: float, recipe_name: str, width: int, start: str | None, **changes: object) -> Settings:
    """The settings of a training. Raises ValueError naming what is out of range."""
    _check_seconds(seconds)
    if start is not None and start not in weights.shipped():  # a program could ask for any file of this computer
        raise ValueError(f"there are no weights '{start}'; allowed: {', '.join(weights.shipped())}, or none")
    evaluations = int(min(30, max(6, seconds / 5)))
    chosen = recipe(recipe_name, seconds=seconds, evaluations=evaluations, **changes)
    return Settings(chosen, net_config(recipe_name, width=width), start, device=gpu.DEVICE)


def _check_seconds(seconds: float) -> None:
    if not 1 <= seconds <= settings.JOB_SECONDS:
        raise ValueError(f"{seconds:g} seconds of training; this page allows 1 to {settings.JOB_SECONDS:g}")


class Brought(NamedTuple):
    """What is given to a training."""

    data: tuple[Path, ...]  # to read
    names: tuple[str, ...]  # as the person knows them
    renamed: bool = False  # two of one name, told apart here


def brought(uploaded: tuple[str, ...], folder: Path, shared: Path) -> Brought:
    """Uploads, linked into `folder`, or the sample pairs, which lie in `shared`. Raises ValueError where they are too
    many, or a mixture.
    """
    if uploaded == (samples.PAIRS,):
        return Brought((gathering.sample_pairs(shared),), (samples.PAIRS,))
    if len(uploaded) > settings.UPLOAD_FILES:
        raise ValueError(
            f"{len(uploaded)} files; this page takes up to {settings.UPLOAD_FILES}. Put them into one .zip instead"
        )
    files = [Path(file) for file in uploaded]
    if gone := next((file for file in files if not file.exists()), None):
        raise ValueError(
            f"'{gone.name}' is not here any more: files are kept for {settings.FILE_SECONDS / 60:.0f} minutes after "
            "their last use; please bring it again"
        )
    data = gathering.gathered(files, folder)
    called = {Path(upload).name: upload.called for upload in uploaded if isinstance(upload, Upload)}
    kept = [path.name for path in folder.iterdir()]
    renamed = not {file.name for file in files}.issuperset(kept)
    return Brought(data, tuple(sorted(called.get(name, name) for name in kept)), renamed)
