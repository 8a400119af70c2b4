"""Experiment 3: what happens when an assumption of Noise2Noise is broken, and does the pair doctor see it?"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from n2n import Pairs, breaking, doctor, infer, plots, threads
from n2n.breaking import MARGIN, WAYS, Shots
from n2n.doctor import Verdict
from n2n.evaluate import Measurement, measure
from n2n.lanes import Lane, lane, side_by_side
from n2n.pairs import Batch
from n2n.plots import INK, End
from n2n.recipe import recipe

from .. import shown
from ..shown import Shown
from . import material
from .experiment import SEED, Amount, Choice, Experiment, Screen, Value, budget
from .race import EVERY, REST, ROWS, STYLES

SIDE = 48  # pixels
SCENES, HELD = 500, 64
GOOD, BROKEN, TAUGHT = "good pairs", "broken pairs", "clean target"
NOT_BROKEN = (
    "No assumption of Noise2Noise is broken here: noise may be alike from pixel to pixel, as long as it is not in both "
    "shots. The third net shows what clean targets would do for it.",
)
MOST = "100 % is " + "; ".join(f"{way.most:g} {way.unit}" for way in WAYS.values()) + "."
THIRD = (("none", "none"), ("broken shots, clean targets", "clean"))
ROOM = 1.0  # dB under the worst net, or the noisy pictures, that the figure shows


@dataclass
class Runner:
    """A lane, other pictures with noise like its own to measure it on, and what came of it."""

    lane: Lane
    held: Pairs
    seconds: list[float] = field(default_factory=list)
    measured: list[Measurement] = field(default_factory=list)

    @property
    def psnr(self) -> float:
        """As last measured, dB, mean over pictures."""
        return self.measured[-1].denoised.psnr


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """What the pair doctor says of the broken pairs; then the trainings, a screen after each look at them."""
    key, seed = str(chosen["way"]), int(chosen["seed"])
    way, amount = WAYS[key], WAYS[key].amount(float(chosen["much"]))
    yield Screen("The pair doctor looks at the broken pairs.", share=0.0)
    clean = (material.learnt, SCENES, seed), (material.measured, HELD, seed + 1)
    learnt, held = (breaking.broken(_pictures(*which), key, amount, which[-1]) for which in clean)
    verdicts = tuple(doctor.examine(breaking.to_pairs(learnt, BROKEN)))
    said = word_of(verdicts)
    notes = f"{way.words}: {amount:.3g} {way.unit}.", str(breaking.noise_of(learnt)), *NOT_BROKEN * (not way.breaks)
    some = shown.first_pairs(shown.spread(breaking.to_pairs(held, BROKEN), ROWS))
    rows = tuple(shown.draw_pair(folder, place, pair, "noisy") for place, pair in enumerate(some))
    yield Screen(f"The pair doctor says before any training: {said}.", "", rows, notes, verdicts, 0.0)
    if stop():
        return
    runners = _runners(learnt, held, chosen, third=chosen["third"] == "clean" or not way.breaks)
    for share, steps in _race(runners, stop):
        headline = f"{_gap(runners, steps)} The pair doctor had said: {said}."
        figure = plots.svg(_figure(runners), "PSNR of the hold-out")
        told, rows = (*notes, *map(_estimate, runners[:2])), _rows(runners, folder, steps)
        yield Screen(headline, figure, rows, told, verdicts, share)


def _pictures(cut: Callable[..., Pairs], scenes: int, seed: int) -> np.ndarray:
    """Clean ones, (N, C, H, W), with the margin that `broken` cuts off."""
    return cut("gaussian:25", seed=seed, side=SIDE + 2 * MARGIN, scenes=scenes).scenes.clean


def _runners(learnt: Shots, held: Shots, chosen: Mapping[str, Value], third: bool) -> list[Runner]:
    """Nets that start alike; the third learns from the broken first shots and clean targets."""
    seed = int(chosen["seed"])
    settings = recipe("fast", seconds=float(chosen["seconds"]), evaluations=1, seed=seed)
    broken = [breaking.to_pairs(shots, BROKEN) for shots in (learnt, held)]
    good = [breaking.to_pairs(breaking.good(shots.clean, seed + i), GOOD) for i, shots in enumerate((learnt, held))]
    runners = [Runner(lane(name, data, settings), other) for name, (data, other) in ((BROKEN, broken), (GOOD, good))]
    if third:
        runners.append(Runner(lane(TAUGHT, broken[0], replace(settings, clean_targets=True)), broken[1]))
    return runners


def _race(runners: Sequence[Runner], stop: Callable[[], bool]) -> Iterator[tuple[float, int]]:
    """Trains in turns, and yields (share, steps) after each look, about every second. Unlike in race.race, each net is
    measured on pictures of its own: with the noise that it learnt.
    """
    lanes = [runner.lane for runner in runners]

    def look(seconds: float) -> None:
        for runner in runners:
            runner.seconds.append(seconds)
            runner.measured.append(measure(partial(infer.denoise, runner.lane.model.fast), runner.held))

    look(0.0)
    yield 0.0, 0
    due = 0.0  # seconds of training at which it is looked at next
    for progress in threads.chosen(each[0] for each in side_by_side(lanes, None, stop)):
        if progress.seconds >= due and not progress.done:
            began = time.perf_counter()
            look(progress.seconds)
            yield progress.seconds / lanes[0].recipe.seconds, progress.step
            took = time.perf_counter() - began
            due = progress.seconds + took + max(EVERY, REST * took)
    look(progress.seconds)
    yield 1.0, progress.step


def word_of(verdicts: Sequence[Verdict]) -> str:
    """The worst that the pair doctor found, the first of several: 'shift, 1.85 px'."""
    order = ("red", "amber")
    wrong = sorted((found for found in verdicts if found.level in order), key=lambda found: order.index(found.level))
    return f"{wrong[0].check}, {wrong[0].value:.3g} {wrong[0].unit}" if wrong else "nothing wrong"


def _gap(runners: Sequence[Runner], steps: int) -> str:
    """How far the broken pairs are from the good ones; and the net with clean targets, where it runs."""
    if not steps:
        return "All nets start from the same random weights."
    broken, good, *taught = (runner.psnr for runner in runners)
    told = f"After {steps:,} step{'s' * (steps > 1)} the net with broken pairs is {_apart(broken - good)} the good one"
    return "; ".join([told, *(f"with clean targets instead, {_apart(psnr - good)} it" for psnr in taught)]) + "."


def _apart(gap: float) -> str:
    return f"{abs(gap):.2f} dB {'behind' if gap < 0 else 'ahead of'}"


def _estimate(runner: Runner) -> str:
    """What the two shots alone would make one believe, and the truth."""
    found = runner.measured[-1]
    return (
        f"{runner.lane.name.capitalize()}: estimated without clean pictures {found.estimated.psnr:.1f} dB, in truth "
        f"{found.denoised.psnr_pooled:.1f} dB, pooled over all pixels."
    )


def _rows(runners: Sequence[Runner], folder: Path, step: int) -> tuple[tuple[Shown, ...], ...]:
    """For each scene shown: the broken picture, what each net makes of its own, and the clean one."""

    def draw(role: str, place: int, picture: Tensor, pair: Batch | None) -> Shown:
        return shown.draw(folder / f"{place}_{role.replace(' ', '_')}_{step:06d}.png", role, picture, pair)

    rows, each = [], [shown.first_pairs(shown.spread(runner.held, ROWS)) for runner in runners]
    for place, pairs in enumerate(zip(*each)):
        row = [draw("noisy", place, pairs[0].source, pairs[0])]
        for runner, pair in zip(runners, pairs):
            row.append(draw(runner.lane.name, place, infer.denoise(runner.lane.model.fast, pair.source), pair))
        rows.append((*row, draw("clean", place, pairs[0].clean, None)))
    return tuple(rows)


def _figure(runners: Sequence[Runner]) -> Figure:
    """PSNR of every net over seconds; dashed, that of good noisy pictures."""
    figure, (axes,) = plots.panels(1, plots.TALL)
    noisy = runners[1].measured[-1].noisy.psnr
    axes.axhline(noisy, color=INK, linewidth=1.5, linestyle="--")
    ends, values = [End(f"noisy\n{noisy:.1f} dB", noisy, INK)], [noisy]
    for runner, (colour, marker, line) in zip(runners, STYLES):
        psnr = [found.denoised.psnr for found in runner.measured]
        every = math.ceil(len(psnr) / 12)
        axes.plot(runner.seconds, psnr, marker + line, color=colour, linewidth=2.2, markevery=every)
        ends.append(End(f"{runner.lane.name}\n{psnr[-1]:.2f} dB", psnr[-1], colour))
        values += psnr
    least, until = min(end.value for end in ends) - ROOM, max(1.0, runners[0].seconds[-1])
    plots.finish(axes, "PSNR of pictures not learnt from, dB", until, least, max(values), ends)
    return figure


EXPERIMENT = Experiment(
    key="break",
    title="Break it",
    question="What if the two shots are not what Noise2Noise needs?",
    words=(
        "Noise2Noise needs two shots of the very same scene, whose noise is independent and zero on average. One net "
        "learns from such pairs and one from pairs with a single thing wrong, each measured on other photographs with "
        "noise like its own."
    ),
    controls=(
        Choice("way", "Break it", tuple((way.words, key) for key, way in WAYS.items()), "shift"),
        Amount("much", "How much, in %", 0, 100, 5, 50, MOST),
        Choice("third", "A third net beside them", THIRD, "none"),
        budget(20, 10, 60),
        SEED,
    ),
    work=work,
    trains=True,
)
