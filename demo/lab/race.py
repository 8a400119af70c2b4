"""Trainings, alone or side by side, as an experiment shows them: PSNR curves, and the same pictures getting better."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from n2n import Pairs
from n2n.analysis import Learner, train_in_turns
from n2n.data import Batch
from n2n.figures import BLUE, GREEN, INK, PURPLE, VERMILLION, End, style
from n2n.measure import Measurement, measure
from n2n.nets import tiling
from n2n.training import Progress, adaptive_threads, train

from ..work.picture_files import PictureRow, PictureRows, write_picture
from ..work.subsets import preview_pairs
from . import claims
from .claims import Gap

EVERY, REST = 0.7, 4  # seconds of training between two looks at the race, at least; and as a multiple of a look
ROWS = 2  # scenes shown
UNDER = 1.0  # dB under the worst net, or the noisy pictures, that the figure shows
STYLES = ((VERMILLION, "s", "-"), (BLUE, "o", "-"), (GREEN, "^", "-."), (PURPLE, "D", ":"))  # of the learners
Curve = list[tuple[float, float]]  # (seconds, PSNR in dB)


@dataclass(frozen=True)
class Standing:
    """The race at one moment."""

    share: float  # of the budget
    steps: int
    curves: Mapping[str, Curve]  # by learner
    measured: Mapping[str, Measurement]  # by learner, the latest
    figure: str  # SVG
    rows: PictureRows

    @property
    def early(self) -> bool:
        """Whether nothing can be claimed yet."""
        return claims.is_early(self.steps, len(next(iter(self.curves.values()))) - 1)

    def ahead(self, name: str, other: str) -> Gap:
        """How far a learner is ahead of another in dB, mean over pictures, which are the same for both."""
        looks = [psnr - behind for (_, psnr), (_, behind) in zip(self.curves[name], self.curves[other])]
        (*_, mine), (*_, theirs) = (zip(*self.measured[each].pictures) for each in (name, other))
        return claims.gap(looks[1:] or looks, [one - two for one, two in zip(mine, theirs)])


def race(
    learners: Sequence[Learner], held: Sequence[Pairs], folder: Path, stop: Callable[[], bool]
) -> Iterator[Standing]:
    """Trains the learners in turns and says how they stand: before the first step, about every second, and at the end.

    Each is measured on its own of `held`, which have the same clean pictures. Raises OSError.
    """
    curves: dict[str, Curve] = {learner.name: [] for learner in learners}
    seen = [preview_pairs(each, ROWS) for each in held]

    def look(share: float, seconds: float, steps: int) -> Standing:
        measured = {}
        for learner, pairs in zip(learners, held):
            found = measured[learner.name] = measure(partial(tiling.denoise, learner.model.fast), pairs)
            curves[learner.name].append((seconds, found.denoised.psnr))
        figure = style.svg(_figure(curves, measured[learners[0].name].noisy.psnr), "PSNR of the hold-out")
        rows = tuple(_row(folder / f"{place}_{steps:06d}", learners, pairs) for place, pairs in enumerate(zip(*seen)))
        return Standing(share, steps, curves, measured, figure, rows)

    yield look(0.0, 0.0, 0)
    due = 0.0  # seconds of training at which it is looked at next
    for progress in adaptive_threads(each[0] for each in train_in_turns(learners, None, stop)):
        if progress.seconds >= due and not progress.done:
            began = time.perf_counter()
            yield look(progress.seconds / learners[0].recipe.seconds, progress.seconds, progress.step)
            took = time.perf_counter() - began
            due = progress.seconds + took + max(EVERY, REST * took)
    yield look(1.0, progress.seconds, progress.step)


def alone(
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


def _row(front: Path, learners: Sequence[Learner], pairs: Sequence[Batch]) -> PictureRow:
    """The first learner's noisy picture, what each learner makes of its own, and the clean one."""
    drawn = [("noisy", pairs[0].source, pairs[0])]
    drawn += [
        (learner.name, tiling.denoise(learner.model.fast, pair.source), pair) for learner, pair in zip(learners, pairs)
    ]
    drawn += [("clean", pairs[0].clean, None)]
    files = (front.with_name(f"{front.name}_{number}.png") for number in range(len(drawn)))
    return tuple(write_picture(file, role, picture, pair) for file, (role, picture, pair) in zip(files, drawn))


def _figure(curves: Mapping[str, Curve], noisy: float) -> Figure:
    """PSNR of every learner over seconds; dashed, that of the noisy input."""
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
    least = min(end.value for end in ends) - UNDER
    style.finish(axes, "PSNR of pictures not learnt from, dB", until, least, max(values), ends)
    return figure
