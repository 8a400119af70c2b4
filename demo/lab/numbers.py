"""Experiment 7: the loss hardly falls, so is anything learnt? And how good is a net, without clean pictures?"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from n2n import Noise2Noise, Pairs
from n2n.analysis import Learner
from n2n.figures import BLUE, VERMILLION, End, curves, style
from n2n.measure import PEAK_DB, Estimate, estimate, metrics
from n2n.nets import tiling
from n2n.training import History, named_recipe

from . import claims, material
from .experiment import SEED, Amount, Answer, Experiment, Screen, Value, always, budget
from .race import train_alone

MUCH = 0.6  # of the excess loss: a fall that counts as most of it
NOISE = "pixelate:8"  # the course's: independent, with zero mean
FEWEST = 4  # pairs with which an interval is meaningful
INTERVAL = 1.0  # seconds of training between two screens
PAUSE = 0.7  # seconds between two screens, so that each can be seen
MARGIN = 2.5  # dB that the figure shows above and below the truth, at most


class Comparison(NamedTuple):
    """The estimate from the first `pairs` of the hold-out, and the truth."""

    pairs: int
    estimate: Estimate  # from the two noisy shots alone
    truth: float  # pooled PSNR against the clean pictures, dB


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Trains, with a screen about every second; then estimates from twice as many pairs at each screen."""
    yield Screen("One net learns from noisy pairs.", share=0.0)
    seconds, seed = float(chosen["seconds"]), int(chosen["seed"])
    settings = named_recipe("fast", seconds=seconds, evaluations=1, seed=seed)
    learner, history = Learner.fresh("net", material.pairs_to_learn(NOISE, seed=seed), settings), History()
    for progress in train_alone(learner, stop, INTERVAL, history.add):
        loss = style.svg(curves.loss_figure(history), "Loss and excess loss")
        yield Screen(fallen(history, progress.done), loss, share=min(1.0, progress.seconds / seconds))
    held = material.pairs_to_measure(NOISE, seed=seed, scenes=int(chosen["pairs"]))
    found = compare(*_denoised(learner.model, held))
    for place, latest in enumerate(found):
        if place:
            time.sleep(PAUSE)
        if stop():
            return
        grows = style.svg(growth_figure(found, place + 1), "Estimated and true PSNR")
        last = answer(history, latest) if latest is found[-1] else None
        yield Screen(describe(latest), loss, notes=(fallen(history, True),), beside=grows, share=1.0, answer=last)


def falls(history: History) -> tuple[float, float, float]:
    """The fractions by which the loss and the excess loss fell, against a net that changes nothing, whose loss is twice
    the noise floor; and the fraction of the remaining loss that is noise. 1 is all of it.

    The noise floor is the mean over all steps, the excess loss its moving average.
    """
    points = history.points
    counts = [point.count for point in points]
    floor = sum(point.floor * point.count for point in points) / sum(counts)
    excess = np.array([point.excess for point in points], dtype=np.float64)
    excess_loss = float(curves.smoothed(excess, np.array(counts, dtype=np.float64))[-1])
    return (floor - excess_loss) / (2 * floor), 1 - excess_loss / floor, floor / (floor + excess_loss)


def fallen(history: History, done: bool) -> str:
    """The same in a sentence; `done` after the training."""
    if (steps := sum(point.count for point in history.points)) < claims.STEPS:
        return f"{claims.too_early(steps, done)}."
    loss, excess, noise = falls(history)
    changes = (f"{'fell' if fall >= 0 else 'rose'} by {100 * abs(fall):.0f} %" for fall in (loss, excess))
    return (
        "Against a net that changes nothing, the loss {}, the excess loss {}: {:.0f} % of the loss that is left is "
        "noise that nobody can remove."
    ).format(*changes, 100 * min(noise, 1))


def compare(
    denoised: torch.Tensor, source: torch.Tensor, target: torch.Tensor, clean: torch.Tensor
) -> list[Comparison]:
    """(N, C, H, W) four times → estimate and truth for the first 4, 8, 16 … pairs, and for all.

    With fewer than 4, which N may be, the interval is meaningless.
    """
    counts = [FEWEST * 2**times for times in range(20) if FEWEST * 2**times < len(source)] + [len(source)]
    found = []
    for count in counts:
        errors = estimate.block_errors(denoised[:count], source[:count], target[:count])
        truth = metrics.to_psnr(metrics.squared_error(denoised[:count], clean[:count]).mean())
        found.append(Comparison(count, estimate.estimate([errors]), float(truth)))
    return found


def describe(found: Comparison) -> str:
    """The sentence with the estimate from the pairs alone, and the truth."""
    estimate = found.estimate
    known = f"{estimate.psnr:.1f} dB" if estimate.psnr < PEAK_DB else "more than the noise lets one tell"
    high = f"and {estimate.high:.1f} dB" if estimate.high < PEAK_DB else "and no upper end"
    return (
        f"From {found.pairs} noisy pairs alone: {known}, between {estimate.low:.1f} {high}; the truth, which needs "
        f"clean pictures: {found.truth:.1f} dB."
    )


def answer(history: History, found: Comparison) -> Answer | None:
    """How much was learnt, and how well that is known; None where the estimate misses the truth, or it is too early."""
    if sum(point.count for point in history.points) < claims.STEPS:
        return None
    _, excess, _ = falls(history)
    if not found.estimate.low <= found.truth <= found.estimate.high:
        return None
    option, words = ("most", "Most of what can be learnt") if excess >= MUCH else ("little", "A little")
    fell = f"the excess loss {'fell' if excess >= 0 else 'rose'} by {100 * abs(excess):.0f} %"
    return Answer(f"{words}: {fell}, and the noisy pairs alone tell the PSNR, {found.truth:.1f} dB.", option)


def growth_figure(found: Sequence[Comparison], count: int) -> Figure:
    """Estimated PSNR over the number of pairs, on a logarithmic axis, with its 95 % interval, and the true one.

    The first `count` are drawn; the axes have room for all.
    """
    figure, (axes,) = style.panels(1, style.TALL, "hold-out pairs")
    most, last = found[-1].pairs, found[-1].truth
    bounds = [value for one in found for value in (one.estimate.low, one.truth, one.estimate.high)]
    seen = [min(max(value, last - MARGIN), last + MARGIN) for value in bounds]
    counts = [one.pairs for one in found[:count]]
    low, estimate, high = zip(*((one.low, one.psnr, one.high) for _, one, _ in found[:count]))
    truth = [one.truth for one in found[:count]]
    axes.fill_between(counts, low, high, color=VERMILLION, alpha=0.2, linewidth=0)
    axes.vlines(counts, low, high, color=VERMILLION, linewidth=1.2)
    axes.plot(counts, estimate, "^-.", color=VERMILLION, linewidth=2.2, markersize=7)
    axes.plot(counts, truth, "o-", color=BLUE, linewidth=2.2, markersize=6)
    text = f"{estimate[-1]:.1f}" if estimate[-1] < PEAK_DB else f"over {low[-1]:.1f}"
    ends = [End(f"estimate\n{text} dB", estimate[-1], VERMILLION), End(f"truth\n{truth[-1]:.1f} dB", truth[-1], BLUE)]
    caption = "hold-out PSNR, dB (shaded: 95 % interval)"
    style.finish(axes, caption, most, min(seen), max(seen), ends)
    axes.set_xscale("log")
    axes.set_xlim(min(FEWEST, most) / 1.2, 1.1 * most)
    axes.xaxis.set_major_locator(FixedLocator([most // 4**times for times in range(9) if most // 4**times >= FEWEST]))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    return figure


def _denoised(model: Noise2Noise, held: Pairs) -> tuple[torch.Tensor, ...]:
    """Denoised, source, target and clean of all pairs, (N, C, H, W) each."""
    batches = list(held.batches())
    denoised = torch.cat([tiling.denoise(model.fast, batch.source) for batch in batches])
    return denoised, *(torch.cat(part) for part in list(zip(*batches))[1:])


EXPERIMENT = Experiment(
    key="numbers",
    title="By the numbers",
    question="The loss hardly falls. Is anything learnt, and how good is it?",
    words=(
        "One net learns from noisy pairs. Its loss compares with noisy targets, and hardly falls; beside it, the loss "
        "without the noise of the targets."
    ),
    why=(
        "The noise of the target stays in the loss however good the net is: what is learnt shows in the excess loss, "
        "which is the loss less half the mean squared difference of the two shots. The same subtraction tells how good "
        "the net is on pairs it has not seen, without any clean picture."
    ),
    poll=(
        ("Hardly anything", "little"),
        ("Most of what can be learnt", "most"),
        ("Only clean pictures tell", "unknown"),
    ),
    recorded={"seconds": "60"},
    controls=(budget(20, 10, 60), Amount("pairs", "Hold-out pairs", 4, 500, 4, 256), SEED),
    work=work,
    trains=always,
)
