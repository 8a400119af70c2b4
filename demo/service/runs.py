"""The record of one training."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from n2n import Progress, Recipe
from n2n.training import History

from ..work import train
from ..work.picture_files import PictureRows
from ..work.ready import ReadyMade
from ..work.train import Preview, TrainingResult, TrainingSettings
from .uploads import TrainingData


@dataclass
class Run:
    """The settings of a training, and all its results so far."""

    data: TrainingData
    folder: Path
    settings: TrainingSettings
    page: str = ""  # the address at which others open the page, where it is known
    history: History = field(default_factory=History)
    previews: list[Preview] = field(default_factory=list)
    progress: Progress | None = None
    result: TrainingResult | None = None
    resumed: bool = False  # it went on where another one had ended
    moved: str | None = None  # that it lost its machine, in a sentence
    ready: ReadyMade | None = None

    @property
    def trained_seconds(self) -> float:
        """How long it has trained."""
        return self.progress.seconds if self.progress else 0.0

    @property
    def seconds_left(self) -> float:
        """How much longer it may train, by its budget in seconds; 0 without one."""
        return (self.settings.recipe.seconds or 0.0) - self.trained_seconds

    def add(self, item: object) -> None:
        """Records one item of `train.learn`."""
        match item:
            case Recipe():
                self.settings = replace(self.settings, recipe=item)
            case Progress():
                if self.progress and item.step <= self.progress.step:  # gone back to its checkpoint
                    self.previews = [preview for preview in self.previews if preview.step < item.step]
                self.progress = item
                self.history.add(item)
            case Preview():
                self.previews.append(item)
            case ReadyMade():
                self.ready = item
            case TrainingResult():
                self.result = item

    @property
    def weights(self) -> Path:
        """The file of the best weights so far. Raises ValueError before any were measured."""
        if not (self.snapshots() or self.result):
            raise ValueError("the training was stopped before anything was learnt; press Train to begin again")
        return self.folder / train.BEST

    @property
    def logs(self) -> Path:
        """The folder of TensorBoard's logs."""
        return self.folder / train.LOGS

    @property
    def pictures(self) -> PictureRows:
        """The newest pictures."""
        return next((preview.rows for preview in reversed(self.previews) if preview.rows), ())

    def snapshots(self) -> list[Preview]:
        """The previews whose weights are kept, in order; on a full disk some may have been removed."""
        return [preview for preview in self.previews if preview.snapshot and preview.snapshot.exists()]

    def moments(self) -> list[Preview]:
        """The snapshots of which there are pictures, too."""
        return [preview for preview in self.snapshots() if preview.rows]

    def continued(self, seconds: float) -> "Run":
        """The same training, to go on for so many seconds."""
        more = replace(self.settings.recipe, seconds=math.ceil(self.trained_seconds + seconds))  # whole in its command
        return replace(self, settings=replace(self.settings, recipe=more), result=None, resumed=True)
