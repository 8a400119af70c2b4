"""Trainings side by side as an experiment shows them: PSNR curves, and the same pictures getting better."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from n2n import Pairs, infer, plots, threads
from n2n.evaluate import measure
from n2n.lanes import Lane, side_by_side
from n2n.pairs import Batch
from n2n.plots import BLUE, INK, VERMILLION, End

from .. import shown
from ..shown import Shown

EVERY, REST = 0.7, 4  # seconds of training between two looks at the race, at least; and as a multiple of a look
ROWS = 2  # scenes shown
STYLES = ((VERMILLION, "s", "-"), (BLUE, "o", "-"), ("#009e73", "^", "-."), ("#8a5fa8", "D", ":"))  # of the lanes
Curve = list[tuple[float, float]]  # (seconds, PSNR in dB)


@dataclass(frozen=True)
class Standing:
    """The race at one moment."""

    share: float  # of the budget
    seconds: float
    steps: int
    noisy: float  # dB, of the hold-out before denoising, mean over pictures
    curves: Mapping[str, Curve]  # by lane
    figure: str  # SVG
    rows: tuple[tuple[Shown, ...], ...]

    def latest(self, name: str) -> float:
        """PSNR of a lane as last measured, dB."""
        return self.curves[name][-1][1]


def race(lanes: Sequence[Lane], held: Pairs, folder: Path, stop: Callable[[], bool]) -> Iterator[Standing]:
    """Trains the lanes in turns and says how they stand, measured on `held`, which has clean pictures: once before the
    first step, then about every second, and at the end. Raises OSError.
    """
    curves: dict[str, Curve] = {lane.name: [] for lane in lanes}
    pairs = shown.first_pairs(shown.middle(shown.spread(held, ROWS), shown.SIDE))
    brought = [shown.draw_pair(folder, place, pair._replace(target=None), "noisy") for place, pair in enumerate(pairs)]

    def look(share: float, seconds: float, step: int) -> Standing:
        for lane in lanes:
            found = measure(partial(infer.denoise, lane.model.fast), held)
            curves[lane.name].append((seconds, found.denoised.psnr))
        rows = []
        for place, (pair, (noisy, *clean)) in enumerate(zip(pairs, brought)):
            files = [folder / f"{place}_{number}_{step:06d}.png" for number in range(len(lanes))]
            rows.append((noisy, *(_draw(file, lane, pair) for file, lane in zip(files, lanes)), *clean))
        figure = plots.svg(_figure(curves, found.noisy.psnr), "PSNR of the hold-out")
        return Standing(share, seconds, step, found.noisy.psnr, curves, figure, tuple(rows))

    yield look(0.0, 0.0, 0)
    due = 0.0  # seconds of training at which it is looked at next
    for progress in threads.chosen(each[0] for each in side_by_side(lanes, None, stop)):
        if progress.seconds >= due and not progress.done:
            began = time.perf_counter()
            yield look(progress.seconds / lanes[0].recipe.seconds, progress.seconds, progress.step)
            took = time.perf_counter() - began
            due = progress.seconds + took + max(EVERY, REST * took)
    yield look(1.0, progress.seconds, progress.step)


def _draw(file: Path, lane: Lane, pair: Batch) -> Shown:
    return shown.draw(file, lane.name, infer.denoise(lane.model.fast, pair.source), pair)


def _figure(curves: Mapping[str, Curve], noisy: float) -> Figure:
    """PSNR of every lane over seconds; dashed, that of the noisy input."""
    figure, (axes,) = plots.panels(1, plots.TALL)
    axes.axhline(noisy, color=INK, linewidth=1.5, linestyle="--")
    ends, values = [End(f"noisy\n{noisy:.1f} dB", noisy, INK)], [noisy]
    for (name, curve), (colour, marker, line) in zip(curves.items(), STYLES):
        seconds, psnr = zip(*curve)
        every = math.ceil(len(curve) / 12)
        axes.plot(seconds, psnr, color=colour, linestyle=line, linewidth=2.2, marker=marker, markevery=every)
        ends.append(End(f"{name}\n{psnr[-1]:.2f} dB", psnr[-1], colour))
        values += psnr
    until = max(1.0, max(curve[-1][0] for curve in curves.values()))
    plots.finish(axes, "PSNR of pictures not learnt from, dB", until, max(min(values), noisy - 4), max(values), ends)
    return figure
