"""Trainings in an experiment, alone or side by side: PSNR curves, and pictures that improve."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure
from torch import Tensor

from n2n import Pairs
from n2n.analysis import Learner, train_in_turns
from n2n.data import Batch
from n2n.figures import BLUE, GREEN, INK, PURPLE, VERMILLION, End, style
from n2n.measure import Measurement, Quality, measure
from n2n.nets import tiling
from n2n.training import Progress, adaptive_threads, fraction, train

from ..work.picture_files import PictureRow, PictureRows, write_picture
from ..work.subsets import preview_pairs
from . import claims
from .claims import Gap

INTERVAL, RATIO = 0.7, 4  # between two measurements: least seconds of training, and their ratio to measuring
ROWS = 2  # scenes shown
BELOW = 1.0  # dB that the figure shows below the worst net, or the noisy pictures
STYLES = ((VERMILLION, "s", "-"), (BLUE, "o", "-"), (GREEN, "^", "-."), (PURPLE, "D", ":"))  # of the curves, in order
Curve = list[tuple[float, float]]  # (seconds, PSNR in dB)


@dataclass(frozen=True)
class Standing:
    """The race at one moment."""

    share: float  # of the budget, 0 to 1
    steps: int
    curves: Mapping[str, Curve]  # by learner
    measured: Mapping[str, Measurement]  # by learner, the latest
    figure: str  # SVG
    rows: PictureRows

    @property
    def early(self) -> bool:
        """Whether it is too early for any claim."""
        return claims.is_early(self.steps, len(next(iter(self.curves.values()))) - 1)

    def ahead(self, name: str, other: str) -> Gap:
        """By how many dB a learner is ahead of another, mean over pictures, which are the same for both."""
        gaps = [psnr - behind for (_, psnr), (_, behind) in zip(self.curves[name], self.curves[other])]
        (*_, mine), (*_, theirs) = (zip(*self.measured[learner].pictures) for learner in (name, other))
        return claims.gap(gaps[1:] or gaps, [one - two for one, two in zip(mine, theirs)])


def run_race(
    learners: Sequence[Learner], held: Sequence[Pairs], folder: Path, stop: Callable[[], bool]
) -> Iterator[Standing]:
    """Trains the learners in turns; yields their standing before the first step, about every second, and at the end.

    Each is measured on its own set in `held`; all of these have the same clean pictures. Raises OSError.
    """
    curves: dict[str, Curve] = {learner.name: [] for learner in learners}
    previews = [preview_pairs(pairs, ROWS) for pairs in held]

    def measured_standing(share: float, seconds: float, steps: int) -> Standing:
        measured = {}
        for learner, pairs in zip(learners, held):
            measured[learner.name] = measure(partial(tiling.denoise, learner.model.fast), pairs)
            curves[learner.name].append((seconds, against_clean(measured[learner.name].denoised).psnr))
        noisy = against_clean(measured[learners[0].name].noisy).psnr
        figure = style.svg(_figure(curves, noisy), "PSNR of the hold-out")
        rows = tuple(
            _row(folder / f"{place}_{steps:06d}", learners, pairs) for place, pairs in enumerate(zip(*previews))
        )
        return Standing(share, steps, curves, measured, figure, rows)

    yield measured_standing(0.0, 0.0, 0)
    due = 0.0  # seconds of training at the next measurement
    for progress in adaptive_threads(latest[0] for latest in train_in_turns(learners, None, stop)):
        if progress.seconds >= due and not progress.done:
            began = time.perf_counter()
            yield measured_standing(_share(learners[0], progress), progress.seconds, progress.step)
            took = time.perf_counter() - began
            due = progress.seconds + took + max(INTERVAL, RATIO * took)
    yield measured_standing(1.0, progress.seconds, progress.step)


def train_alone(
    learner: Learner,
    stop: Callable[[], bool],
    every: float,
    watch: Callable[[Progress], object] = lambda progress: None,
) -> Iterator[Progress]:
    """Trains one learner; yields its first Progress, one about every `every` seconds, and the last.

    `watch` is called with every Progress.
    """
    due = 0.0
    for progress in adaptive_threads(train(learner.model.net, learner.pairs, None, learner.recipe, stop=stop)):
        watch(progress)
        if progress.seconds >= due or progress.done:
            yield progress
            due = progress.seconds + every


def against_clean(quality: Quality | None) -> Quality:
    """The quality of a measurement against clean pictures. Raises ValueError where there were none."""
    if quality is None:
        raise ValueError("an experiment measures on pairs with clean pictures; these have none")
    return quality


def _share(learner: Learner, progress: Progress) -> float:
    return fraction(learner.recipe, progress.step, progress.steps, progress.seconds)


def _row(front: Path, learners: Sequence[Learner], pairs: Sequence[Batch]) -> PictureRow:
    """The first learner's noisy picture, each learner's denoised one, and the clean one."""
    drawn: list[tuple[str, Tensor, Batch | None]] = [("noisy", pairs[0].source, pairs[0])]
    drawn += [
        (learner.name, tiling.denoise(learner.model.fast, pair.source), pair) for learner, pair in zip(learners, pairs)
    ]
    if pairs[0].clean is not None:
        drawn.append(("clean", pairs[0].clean, None))
    files = (front.with_name(f"{front.name}_{number}.png") for number in range(len(drawn)))
    return tuple(write_picture(file, role, picture, pair) for file, (role, picture, pair) in zip(files, drawn))


def _figure(curves: Mapping[str, Curve], noisy: float) -> Figure:
    """PSNR of every learner over seconds, and as a dashed line that of the noisy input."""
    figure, (axes,) = style.panels(1, style.TALL)
    axes.axhline(noisy, color=INK, linewidth=1.5, linestyle="--")
    ends, values = [End(f"noisy\n{noisy:.1f} dB", noisy, INK)], [noisy]
    for (name, curve), (colour, marker, line) in zip(curves.items(), STYLES):
        seconds, psnr = zip(*curve)
        every = math.ceil(len(curve) / 12)
        axes.plot(seconds, psnr, color=colour, linestyle=line, linewidth=2.2, marker=marker, markevery=every)
        ends.append(End(f"{name}\n{psnr[-1]:.2f} dB", psnr[-1], colour))
        values += psnr
    until = max(1.0, max(curve[-1][0] for curve in curves.values()))
    least = min(end.value for end in ends) - BELOW
    style.finish(axes, "PSNR of pictures not learnt from, dB", until, least, max(values), ends)
    return figure
