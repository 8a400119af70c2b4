"""A training in a job: yields progress and previews, writes weights and logs, and assesses the result."""

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from n2n import Noise2Noise, Pairs, Progress, Recipe, UNetConfig
from n2n.data import Scene
from n2n.nets import Header, tiling, weights
from n2n.reading import read_shots_or_one
from n2n.remedies import UNTREATED, Remedies, remedied
from n2n.training import (
    BestWeights,
    adaptive_threads,
    fraction,
    last_path,
    likely_causes,
    loggers,
    no_better,
    summary,
    train,
)

from . import finish, one_shot
from .live import LivePictures, whole_pictures
from .picture_files import PictureRows
from .ready import ReadyMade, ready_made
from .reliability import Reliability, assess
from .subsets import to_measure

BEST, LOGS = "model.safetensors", "tensorboard"  # weights and logs in the folder of a training
AGAIN, PAUSE = 5, 1.0  # attempts to write weights that could not be written, and the seconds between them
Result = TypeVar("Result")


@dataclass(frozen=True)
class TrainingSettings:
    """How to train, and where to start. `evaluations` of the recipe is the number of snapshots."""

    recipe: Recipe
    config: UNetConfig | None = None  # of the net; None: the one that goes with the recipe
    start: str | None = None  # name of a built-in model, instead of random weights
    device: str = "auto"
    axes: str | None = None  # letters that overrule those of stacks
    remedies: Remedies = UNTREATED  # for shots that lie apart, or differ in brightness


@dataclass(frozen=True)
class Preview:
    """Whole pictures, the same each time, a row each: noisy, denoised, target, and clean if there is one."""

    step: int
    seconds: float
    rows: PictureRows  # none where drawing them would have taken too long
    snapshot: Path | None  # the weights of this step, if the hold-out was measured


@dataclass(frozen=True)
class TrainingResult:
    """The result of a training that has used up its budget, or was stopped."""

    weights: Path  # the best
    last: Path  # to go on from
    tensorboard: Path  # folder of logs
    header: Header  # of the best weights
    reliability: Reliability
    stopped: bool  # before the budget was used up
    failures: tuple[str, ...] = ()  # a sentence for each kind of file that could not be written
    causes: tuple[str, ...] = ()  # why the weights are no better than the noisy pictures, where they are not
    picture: Path | None = None  # the first of the pictures that are seen, denoised as a whole


def learn(
    stop: Callable[[], bool], files: Sequence[Path], folder: Path, settings: TrainingSettings
) -> Iterator[Recipe | ReadyMade | Progress | Preview | TrainingResult]:
    """Trains. Yields another recipe where the data want one, what a ready-made net reaches, every Progress, some
    Previews, and a TrainingResult.

    Weights, snapshots, previews and logs are written below `folder`, which exists. Where a checkpoint lies there, the
    training goes on from it. Raises ValueError, OSError, Diverged.
    """
    shots = read_shots_or_one(*files, axes=settings.axes)
    data: Pairs = remedied(shots, settings.remedies)[0] if settings.remedies.options else shots
    recipe, out = one_shot.recipe_for(data, settings.recipe), folder / BEST
    resume = last_path(out).exists()
    if recipe is not settings.recipe:
        yield recipe
    model, data = _model(data, recipe, settings)
    learnt, held = data.hold_out(recipe.hold_out, recipe.seed) if recipe.hold_out else (data, data)
    measured, failures, kept = to_measure(held) if recipe.hold_out else None, WriteFailures(), BestWeights()
    if measured and not (resume or settings.start) and (ready := ready_made(measured)):
        yield ready
    shown, denoise = whole_pictures(data, held), partial(tiling.denoise, model.fast)
    live = failures.attempt("pictures", lambda: LivePictures(shown, folder / "previews", denoise, recipe.seconds))
    stream = train(
        *(model.net, learnt, measured, recipe),
        out=out,
        resume=resume,
        stop=stop,
        start=settings.start,
        best=kept,
    )
    if live and not resume:
        yield Preview(0, 0.0, tuple(live.originals), None)
    progress = None
    try:
        for progress in logged(adaptive_threads(stream), folder / LOGS, model, measured, failures):
            yield progress
            snapshot = failures.attempt("snapshots", partial(_snapshot, model, out, progress))
            drawn = live and live.due(progress) and failures.attempt("pictures", partial(live.draw, progress))
            if snapshot or drawn:
                yield Preview(progress.step, progress.seconds, drawn or (), snapshot)
    except OSError:  # while writing the weights themselves
        if progress is None or not (kept.weights and out.exists()):
            raise
        failures.add("ended" if _saved_again(out, kept, folder) else "older")
    best = Noise2Noise.load(out, settings.device)
    scene = shots.scenes[0] if len(shots) == 1 else held.scenes[0]
    yield from _ended(best, data, held, scene, folder, live, failures, progress, recipe)


def _model(data: Pairs, recipe: Recipe, settings: TrainingSettings) -> tuple[Noise2Noise, Pairs]:
    """The net to train, and the data as it takes them. Raises ValueError where it cannot."""
    if not settings.start:
        return Noise2Noise.for_pairs(data, recipe, settings.config, settings.device), data
    model = Noise2Noise.load(settings.start, settings.device)
    adapted = model.adapted(data)
    model.check_channels(adapted)
    return model, adapted


def _ended(
    best: Noise2Noise,
    data: Pairs,
    held: Pairs,
    scene: Scene,
    folder: Path,
    live: LivePictures | None,
    failures: "WriteFailures",
    last: Progress | None,
    recipe: Recipe,
) -> Iterator[Preview | TrainingResult]:
    """The last pictures, and the result; `scene` is the one that is denoised as a whole."""
    steps, out = last.step if last else best.header.steps or 0, folder / BEST
    drawn = live and failures.attempt("pictures", partial(live.drawn, best.restore, "best"))
    if last and drawn:
        yield Preview(best.header.steps or steps, last.seconds, drawn, None)
    assessed = partial(assess, best, held, folder / "reliability")
    reliability = failures.attempt("pictures", assessed) if recipe.hold_out else one_shot.UNMEASURED
    picture = failures.attempt("pictures", partial(finish.write, best, data, scene, folder))
    yield TrainingResult(
        weights=out,
        last=last_path(out),
        tensorboard=folder / LOGS,
        header=best.header,
        reliability=reliability or Reliability((), "", None, (), not held.has_clean),
        stopped=last is not None and fraction(recipe, last.step, last.steps, last.seconds) < 1,
        failures=failures.sentences(),
        causes=tuple(likely_causes(data, steps)) if no_better(best.header.psnr) else (),
        picture=picture,
    )


# The sentences on files that could not be written, without the reason.
SENTENCES = {
    "pictures": "Some pictures could not be written",
    "snapshots": "Some weights for the time machine could not be written",
    "logs": "TensorBoard's logs could not be written to the end",
    "ended": "The training ended early, with the best weights until then, because the next could not be written",
    "older": "The training ended early, and its best weights are lost but for those of an earlier step",
}


class WriteFailures:
    """The kinds of files that could not be written; a training goes on without them."""

    def __init__(self) -> None:
        self._kinds: dict[str, None] = {}

    def add(self, kind: str) -> None:
        """Records a failure; `kind` is a key of SENTENCES."""
        self._kinds[kind] = None

    def attempt(self, kind: str, make: Callable[[], Result]) -> Result | None:
        """Returns `make()`; records the failure and returns None where it raises OSError."""
        try:
            return make()
        except OSError:
            self.add(kind)
            return None

    def sentences(self) -> tuple[str, ...]:
        """A sentence for each kind of file."""
        return tuple(f"{SENTENCES[kind]}: the server's disk is full, or cannot be written to." for kind in self._kinds)


def logged(
    stream: Iterable[Progress], folder: Path, model: Noise2Noise, measured: Pairs | None, failures: WriteFailures
) -> Iterator[Progress]:
    """Passes the stream on and writes TensorBoard's logs, until they can no longer be written."""
    newest: deque[Progress] = deque()
    logs = loggers.tensorboard((newest.popleft() for _ in iter(lambda: len(newest), 0)), folder, model.net, measured)
    writing = True
    try:
        for progress in stream:
            newest.append(progress)
            writing = writing and failures.attempt("logs", lambda: next(logs)) is not None
            yield progress
    finally:
        failures.attempt("logs", logs.close)


def _saved_again(out: Path, kept: BestWeights, folder: Path) -> bool:
    """Writes the best weights after all, in the space that logs and snapshots free; whether that worked."""
    for place in (LOGS, "snapshots"):
        shutil.rmtree(folder / place, ignore_errors=True)
    for _ in range(AGAIN):
        try:
            weights.save(out, kept.weights, kept.header)
            return True
        except OSError:
            time.sleep(PAUSE)
    return False


def _snapshot(model: Noise2Noise, out: Path, progress: Progress) -> Path | None:
    """Writes the current weights, with the header of the checkpoint that was written at this step; None where the
    hold-out was not measured.
    """
    if not progress.validation:
        return None
    header = replace(weights.load(last_path(out))[1].without_checkpoint(), psnr=summary(progress.validation))
    path = out.parent / "snapshots" / f"step_{progress.step:06d}.safetensors"
    path.parent.mkdir(exist_ok=True)
    weights.save(path, model.net.state_dict(), header)
    return path
