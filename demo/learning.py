"""A training inside a job: what it yields while it learns, what it leaves behind, how far to trust it."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from n2n import Noise2Noise, Pairs, Progress, Recipe, host, infer, pairs, threads, watch, weights
from n2n.checkpoint import last_path, summary
from n2n.evaluate import Denoiser
from n2n.train import train

from . import shown
from .shown import Shown
from .trusting import Trust, trusted

BEST, LOGS = "model.safetensors", "tensorboard"  # what a training leaves in its folder
HELD = 200  # scenes that are measured on, at most
HELD_PIXELS = 2**18  # of them all: measuring takes half a second
HELD_SHOTS = 5  # of each
LEAST_SIDE = 128  # pixels of the middle of a large picture that is measured on, where there are many
PREVIEW_SECONDS = 1.0  # between two previews


@dataclass(frozen=True)
class Settings:
    """What to learn, and from where. `evaluations` of the recipe is the number of snapshots."""

    recipe: Recipe
    width: int = 24  # feature maps; read where the net starts at random
    start: str | None = None  # name of a built-in model, instead of random weights
    resume: bool = False  # go on from what lies in the folder
    device: str = "auto"


@dataclass(frozen=True)
class Preview:
    """The same few pictures of the hold-out each time, a row each: noisy, denoised, target, and clean if there is."""

    step: int
    seconds: float
    rows: tuple[tuple[Shown, ...], ...]
    snapshot: Path | None  # the weights of this step, where the hold-out was measured


@dataclass(frozen=True)
class Learnt:
    """The end: of the budget, or because it was asked for."""

    weights: Path  # the best
    last: Path  # to go on from
    tensorboard: Path  # folder of logs
    header: dict[str, object]  # of the best weights
    trust: Trust
    stopped: bool  # before the budget was used up


def learn(
    stop: Callable[[], bool], files: Sequence[Path], folder: Path, settings: Settings
) -> Iterator[Progress | Preview | Learnt]:
    """Trains on pairs and yields every Progress, a Preview from time to time, and at the end a Learnt.

    Everything is written below `folder`, which exists: weights, snapshots, previews, logs. With `settings.resume` it
    goes on from there. Raises ValueError, OSError, Diverged.
    """
    data, recipe, out = pairs.read(*files), settings.recipe, folder / BEST
    device = host.device(settings.device)
    if settings.start:
        model = Noise2Noise.load(settings.start, device)
        data, recipe = model.adapted(data), replace(recipe, **model.settings({}))
    else:
        model = Noise2Noise.for_pairs(data, recipe, settings.width, device)
    learnt, held = data.hold_out(recipe.hold_out, recipe.seed)
    measured = to_measure(held)
    previews = Previews(held, folder / "previews", partial(infer.denoise, model.fast))
    stream = train(
        model.net, learnt, measured, recipe, out=out, resume=settings.resume, stop=stop, start=settings.start
    )
    progress = None
    for progress in watch.tensorboard(threads.chosen(stream), folder / LOGS, model.net, measured):
        yield progress
        if previews.due(progress):
            snapshot = _snapshot(model, out, progress) if progress.validation else None
            yield previews.drawn(progress, snapshot)
    best = Noise2Noise.load(out, device)
    stopped = progress is not None and recipe.fraction(progress.step, progress.steps, progress.seconds) < 1
    found = trusted(best, held, folder / "trust")
    yield Learnt(out, last_path(out), folder / LOGS, best.header, found, stopped)


def to_measure(held: Pairs) -> Pairs:
    """So much of the hold-out that measuring is quick: middles of large pictures, some of many scenes, a few shots."""
    few = shown.first_shots(held, HELD_SHOTS)
    side = max(LEAST_SIDE, int(math.sqrt(HELD_PIXELS / len(few) / max(1, few.shots.max() - 1))))
    cut = shown.middle(few, side)
    pixels = (cut.sizes.prod(axis=1) * np.maximum(1, cut.shots - 1)).mean()
    return shown.spread(cut, min(HELD, max(1, int(HELD_PIXELS / pixels))))


def _snapshot(model: Noise2Noise, out: Path, progress: Progress) -> Path:
    """The weights as they are now, with what the last checkpoint, which was written at this step, tells of them."""
    header = weights.load(last_path(out))[1] | {"psnr": summary(progress.validation)}
    header.pop("mark")
    header.pop("facts", None)
    path = out.parent / "snapshots" / f"step_{progress.step:06d}.safetensors"
    path.parent.mkdir(exist_ok=True)
    weights.save(path, model.net.state_dict(), header)
    return path


class Previews:
    """The pictures that get better before one's eyes; noisy, target and clean are written once."""

    def __init__(self, held: Pairs, folder: Path, denoise: Denoiser) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.denoise, self.drawn_at = folder, denoise, -math.inf
        self.pairs = shown.first_pairs(shown.middle(shown.spread(held, shown.ROWS), shown.SIDE))
        self.brought = [shown.draw_pair(folder, place, pair, "noisy") for place, pair in enumerate(self.pairs)]

    def due(self, progress: Progress) -> bool:
        """At the first step, each time a second has gone by, and whenever the hold-out was measured."""
        return progress.validation is not None or progress.seconds - self.drawn_at >= PREVIEW_SECONDS

    def drawn(self, progress: Progress, snapshot: Path | None) -> Preview:
        """Denoises them with the net as it is now. Raises OSError."""
        rows = []
        for place, (pair, (noisy, *others)) in enumerate(zip(self.pairs, self.brought)):
            file = self.folder / f"{place}_denoised_{progress.step:06d}.png"
            rows.append((noisy, shown.draw(file, "denoised", self.denoise(pair.source), pair), *others))
        self.drawn_at = progress.seconds
        return Preview(progress.step, progress.seconds, tuple(rows), snapshot)
