"""A training inside a job: what it yields while it learns, what it leaves behind, how far to trust it."""

import math
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from n2n import Noise2Noise, Pairs, Progress, Recipe, UNetConfig
from n2n.data import reader
from n2n.machine import host
from n2n.measure import Denoiser
from n2n.nets import Header, tiling, weights
from n2n.training import BestWeights, adaptive_threads, fraction, last_path, loggers, summary, train

from .picture_files import PictureRow, PictureRows, write_pair, write_picture
from .reliability import Reliability, assess
from .subsets import crop_middles, limit_shots, preview_pairs, spread_scenes

BEST, LOGS = "model.safetensors", "tensorboard"  # what a training leaves in its folder
HELD = 200  # scenes that are measured on, at most
HELD_PIXELS = 2**18  # of them all: measuring takes half a second
HELD_SHOTS = 5  # of each
LEAST_SIDE = 128  # pixels of the middle of a large picture that is measured on, where there are many
PREVIEW_SECONDS = 1.0  # between two previews
AGAIN, PAUSE = 5, 1.0  # how often weights that could not be written are tried again, and the seconds between
Result = TypeVar("Result")


@dataclass(frozen=True)
class TrainingSettings:
    """What to learn, and from where. `evaluations` of the recipe is the number of snapshots."""

    recipe: Recipe
    config: UNetConfig | None = None  # where the net starts at random; None: the net that goes with the recipe
    start: str | None = None  # name of a built-in model, instead of random weights
    resume: bool = False  # go on from what lies in the folder
    device: str = "auto"


@dataclass(frozen=True)
class Preview:
    """The same few pictures of the hold-out each time, a row each: noisy, denoised, target, and clean if there is."""

    step: int
    seconds: float
    rows: PictureRows
    snapshot: Path | None  # the weights of this step, where the hold-out was measured


@dataclass(frozen=True)
class TrainingResult:
    """The end: of the budget, or because it was asked for."""

    weights: Path  # the best
    last: Path  # to go on from
    tensorboard: Path  # folder of logs
    header: Header  # of the best weights
    reliability: Reliability
    stopped: bool  # before the budget was used up
    lost: tuple[str, ...] = ()  # what could not be written, a sentence each


def learn(
    stop: Callable[[], bool], files: Sequence[Path], folder: Path, settings: TrainingSettings
) -> Iterator[Progress | Preview | TrainingResult]:
    """Trains on pairs and yields every Progress, a Preview from time to time, and at the end a TrainingResult.

    Everything is written below `folder`, which exists: weights, snapshots, previews, logs. With `settings.resume` it
    goes on from there. Raises ValueError, OSError, Diverged.
    """
    data, recipe, out = reader.read_shots(*files), settings.recipe, folder / BEST
    device = host.device(settings.device)
    if settings.start:
        model = Noise2Noise.load(settings.start, device)
        data = model.adapted(data)
    else:
        model = Noise2Noise.for_pairs(data, recipe, settings.config, device)
    learnt, held = data.hold_out(recipe.hold_out, recipe.seed)
    measured, lost, kept = to_measure(held), Lost(), BestWeights()
    previews = Previews(held, folder / "previews", partial(tiling.denoise, model.fast), lost)
    stream = train(
        *(model.net, learnt, measured, recipe),
        out=out,
        resume=settings.resume,
        stop=stop,
        start=settings.start,
        best=kept,
    )
    progress = None
    try:
        for progress in logged(adaptive_threads(stream), folder / LOGS, model, measured, lost):
            yield progress
            if previews.due(progress):
                snapshot = lost.without("snapshots", partial(_snapshot, model, out, progress))
                yield previews.drawn(progress, snapshot)
    except OSError:  # of the weights themselves
        if progress is None or not (kept.weights and out.exists()):
            raise
        lost.add("ended" if _saved_again(out, kept, folder) else "older")
    best = Noise2Noise.load(out, device)
    stopped = progress is not None and fraction(recipe, progress.step, progress.steps, progress.seconds) < 1
    found = lost.without("pictures", lambda: assess(best, held, folder / "trust"))
    found = found or Reliability((), "", None, (), not held.has_clean)
    yield TrainingResult(out, last_path(out), folder / LOGS, best.header, found, stopped, lost.told())


# What is said of what could not be written.
SAID = {
    "pictures": "Some pictures could not be written",
    "snapshots": "Some weights for the time machine could not be written",
    "logs": "TensorBoard's logs could not be written to the end",
    "ended": "The training ended early, with the best weights until then, because the next could not be written",
    "older": "The training ended early, and its best weights are lost but for those of an earlier step",
}


class Lost:
    """What could not be written; a training goes on without it."""

    def __init__(self) -> None:
        self._kinds: dict[str, None] = {}

    def add(self, kind: str) -> None:
        """`kind` is one of SAID."""
        self._kinds[kind] = None

    def without(self, kind: str, make: Callable[[], Result]) -> Result | None:
        """What it makes; None where the disk, or another obstacle to writing, prevents it."""
        try:
            return make()
        except OSError:
            self.add(kind)
            return None

    def told(self) -> tuple[str, ...]:
        """A sentence for each kind."""
        return tuple(f"{SAID[kind]}: the server's disk is full, or cannot be written to." for kind in self._kinds)


def logged(
    stream: Iterable[Progress], folder: Path, model: Noise2Noise, measured: Pairs, lost: Lost
) -> Iterator[Progress]:
    """Passes the stream on and writes TensorBoard's logs, which are given up where they cannot be written."""
    newest: deque[Progress] = deque()
    logs = loggers.tensorboard((newest.popleft() for _ in iter(lambda: len(newest), 0)), folder, model.net, measured)
    writing = True
    try:
        for progress in stream:
            newest.append(progress)
            writing = writing and lost.without("logs", lambda: next(logs)) is not None
            yield progress
    finally:
        lost.without("logs", logs.close)


def _saved_again(out: Path, kept: BestWeights, folder: Path) -> bool:
    """Whether the best weights could be written after all, in the room that logs and snapshots leave."""
    for place in (LOGS, "snapshots"):
        shutil.rmtree(folder / place, ignore_errors=True)
    for _ in range(AGAIN):
        try:
            weights.save(out, kept.weights, kept.header)
            return True
        except OSError:
            time.sleep(PAUSE)
    return False


def to_measure(held: Pairs) -> Pairs:
    """So much of the hold-out that measuring is quick: middles of large pictures, some of many scenes, a few shots."""
    few = limit_shots(held, HELD_SHOTS)
    side = max(LEAST_SIDE, int(math.sqrt(HELD_PIXELS / len(few) / max(1, few.shots.max() - 1))))
    cut = crop_middles(few, side)
    pixels = (cut.sizes.prod(axis=1) * np.maximum(1, cut.shots - 1)).mean()
    return spread_scenes(cut, min(HELD, max(1, int(HELD_PIXELS / pixels))))


def _snapshot(model: Noise2Noise, out: Path, progress: Progress) -> Path | None:
    """The weights as they are now, with what the last checkpoint, which was written at this step, tells of them; None
    where the hold-out was not measured.
    """
    if not progress.validation:
        return None
    header = replace(weights.load(last_path(out))[1].without_checkpoint(), psnr=summary(progress.validation))
    path = out.parent / "snapshots" / f"step_{progress.step:06d}.safetensors"
    path.parent.mkdir(exist_ok=True)
    weights.save(path, model.net.state_dict(), header)
    return path


class Previews:
    """The pictures that get better before one's eyes; noisy, target and clean are written once."""

    def __init__(self, held: Pairs, folder: Path, denoise: Denoiser, lost: Lost) -> None:
        self.folder, self.denoise, self.lost, self.drawn_at = folder, denoise, lost, -math.inf
        self.rows: PictureRows = ()  # as they were drawn last
        self.pairs = preview_pairs(held)
        self.brought = lost.without("pictures", self._bring) or []

    def _bring(self) -> list[PictureRow]:
        self.folder.mkdir(exist_ok=True)
        return [write_pair(self.folder, place, pair, "noisy") for place, pair in enumerate(self.pairs)]

    def due(self, progress: Progress) -> bool:
        """At the first step, each time a second has gone by, and whenever the hold-out was measured."""
        return progress.validation is not None or progress.seconds - self.drawn_at >= PREVIEW_SECONDS

    def drawn(self, progress: Progress, snapshot: Path | None) -> Preview:
        """Denoises them with the net as it is now; where that cannot be written they stay as they were."""
        self.rows = self.lost.without("pictures", lambda: self._draw(progress.step)) or self.rows
        self.drawn_at = progress.seconds
        return Preview(progress.step, progress.seconds, self.rows, snapshot)

    def _draw(self, step: int) -> PictureRows:
        rows = []
        for place, (pair, (noisy, *others)) in enumerate(zip(self.pairs, self.brought)):
            file = self.folder / f"{place}_denoised_{step:06d}.png"
            rows.append((noisy, write_picture(file, "denoised", self.denoise(pair.source), pair), *others))
        return tuple(rows)
