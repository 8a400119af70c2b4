"""The record of one training: what was asked for, and everything that came of it so far."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from n2n import Progress
from n2n.training import History

from ..work import train
from ..work.train import Preview, TrainingResult, TrainingSettings


@dataclass
class Run:
    """A training: what was asked for, and everything that came of it so far."""

    data: tuple[Path, ...]
    folder: Path
    settings: TrainingSettings
    names: tuple[str, ...]  # of the data, as the person knows them
    renamed: bool = False  # they were of one name, and are told apart by these
    history: History = field(default_factory=History)
    previews: list[Preview] = field(default_factory=list)
    progress: Progress | None = None
    learnt: TrainingResult | None = None

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
            case TrainingResult():
                self.learnt = item

    @property
    def weights(self) -> Path:
        """The best so far. Raises ValueError before the first were measured."""
        if not (self.snapshots() or self.learnt):
            raise ValueError("the training was stopped before anything was learnt; press Train to begin again")
        return self.folder / train.BEST

    @property
    def logs(self) -> Path:
        """Folder of TensorBoard's logs."""
        return self.folder / train.LOGS

    def snapshots(self) -> list[Preview]:
        """The previews whose weights were kept, in order; on a full disk they may have made room."""
        return [preview for preview in self.previews if preview.snapshot and preview.snapshot.exists()]

    def continued(self, seconds: float) -> "Run":
        """The same training, going on for so many seconds."""
        more = replace(self.settings.recipe, seconds=math.ceil(self.progress.seconds + seconds))  # whole in its command
        return replace(self, settings=replace(self.settings, recipe=more, resume=True), learnt=None)
