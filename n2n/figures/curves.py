"""Figures of a training's History: loss and PSNR over seconds of training."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..measure import PEAK_DB, POOLED, Estimate
from ..training import History
from .style import BLUE, FONT, INK, PANEL, TALL, VERMILLION, End, finish, message, number, panels

DECAY = 0.85  # of the moving average, per full point
YOUNG = 6  # points: among the first ones the moving average decays faster, by n / (n + YOUNG) at the n-th
CREST = 95  # percentile of the loss at which the linear axis ends; the first losses are far above
UNDER = 3.0  # dB below the noisy input, or the latest value, at which the axis begins
MARKERS = 20  # on a line, at most

Values = npt.NDArray[np.float64]


def loss_figure(history: History) -> Figure:
    """Loss and noise floor over seconds of training; below, on a logarithmic axis, the excess of the loss over it.

    Faint lines are the points, strong ones their moving average.
    """
    points = history.points
    if not points:
        return message("waiting for the first step", 2, PANEL)
    table = [(point.seconds, point.loss, point.excess, point.floor, point.count) for point in points]
    seconds, loss, excess, floor, counts = np.array(table).T
    figure, (above, below) = panels(2, PANEL)
    _draw_loss(above, seconds, loss, smoothed(loss, counts), float(np.average(floor, weights=counts)))
    _draw_excess(below, seconds, excess, smoothed(excess, counts))
    return figure


def psnr_figure(history: History) -> Figure:
    """PSNR of the hold-out, pooled over all pixels, over seconds of training; the dashed line is the noisy input.

    It is measured against clean pictures, if there are some, and estimated without them, with a 95 % interval.
    """
    if not history.measurements:
        return message("nothing measured yet", 1, TALL)
    seconds = [seconds for _, seconds, _ in history.measurements]
    measured = [measurement for _, _, measurement in history.measurements]
    every = math.ceil(len(measured) / MARKERS)
    if not measured[-1].pooled:
        return message("no PSNR: there are no clean pictures,\nand this noise is not zero on average", 1, TALL)
    noisy, _ = measured[-1].pooled
    figure, (axes,) = panels(1, TALL)
    axes.axhline(noisy, color=INK, linewidth=1.5, linestyle="--")
    ends, shown = [End(f"noisy\n{noisy:.1f} dB", noisy, INK)], [noisy]
    estimates = [measurement.estimated for measurement in measured if measurement.estimated]
    denoised = [measurement.denoised.psnr_pooled for measurement in measured if measurement.denoised]
    if estimates:
        ends.append(_draw_estimate(axes, seconds, estimates, every, faint=bool(denoised)))
        shown += [estimate.psnr for estimate in estimates] + [estimates[-1].low, estimates[-1].high]
    if denoised:
        axes.plot(seconds, denoised, "o-", color=BLUE, linewidth=2.2, markersize=6, markevery=every)
        ends.append(End(f"denoised\n{denoised[-1]:.1f} dB", denoised[-1], BLUE))
        shown += denoised
    known = [value for value in shown if value < PEAK_DB] or [0.0, PEAK_DB]
    least = max(min(known), min(noisy, ends[-1].value) - UNDER)
    if estimates:
        axes.set_xlabel("seconds (shaded: 95 % interval)", fontsize=FONT, color=INK)
    finish(axes, f"hold-out PSNR in dB, {POOLED}", seconds[-1], least, max(known), ends)
    return figure


def smoothed(values: Values | Sequence[float], counts: Values | Sequence[float]) -> Values:
    """The exponential moving average of points that are means over `counts` steps; both (N,) → (N,).

    It decays faster at the beginning, where the loss falls faster than the average could follow.
    """
    averages, average, full = np.empty(len(values)), 0.0, max(counts)
    for place, (value, count) in enumerate(zip(values, counts)):
        keep = min(DECAY, place / (place + YOUNG)) ** (count / full)
        average = keep * average + (1 - keep) * value
        averages[place] = average
    return averages


def _draw_loss(axes: Axes, seconds: Values, loss: Values, average: Values, floor: float) -> None:
    _draw_line(axes, seconds, loss, average, BLUE, "o")
    ends, least = [End(f"loss\n{number(average[-1])}", average[-1], BLUE)], average.min()
    if math.isfinite(floor):
        axes.axhline(floor, color=INK, linewidth=1.5, linestyle="--")
        ends.append(End(f"noise floor\n{number(floor)}", floor, INK))
        least = min(least, floor)
    most = max(np.percentile(loss, CREST), average[-1])
    finish(axes, "loss: difference from the target", seconds[-1], least, most, ends)


def _draw_excess(axes: Axes, seconds: Values, excess: Values, average: Values) -> None:
    """Draws the excess on a logarithmic axis, which leaves out values of zero or less."""
    caption = "excess loss: what can still be learnt"
    axes.set_yscale("log")
    if not (average > 0).any():
        words = "not known for this kind of loss" if np.isnan(average).all() else "none: the loss is at the noise floor"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=FONT, color=INK)
        finish(axes, caption, seconds[-1], 1e-4, 1e-2, [])
        return
    kept, smooth = (np.where(values > 0, values, np.nan) for values in (excess, average))
    _draw_line(axes, seconds, kept, smooth, VERMILLION, "s")
    least = max(np.nanmin(smooth), np.nanpercentile(smooth, 10) / 4)  # a dip to almost 0 would stretch the axis
    text, latest = (number(average[-1]), average[-1]) if average[-1] > 0 else ("0 or less", least)
    ends = [End(f"excess\n{text}", latest, VERMILLION)]
    finish(axes, caption, seconds[-1], least, np.nanmax(smooth), ends)


def _draw_line(axes: Axes, x: Values, values: Values, average: Values, colour: str, marker: str) -> None:
    axes.plot(x, values, color=colour, linewidth=0.8, alpha=0.45)
    axes.plot(x, average, color=colour, linewidth=2.2, marker=marker, markersize=6, markevery=[-1])


def _draw_estimate(
    axes: Axes, seconds: Sequence[float], estimates: Sequence[Estimate], every: int, *, faint: bool
) -> End:
    """Draws estimates and their interval. Without a finite estimate, the value is 100 dB and leaves the axis."""
    low, value, high = np.array([(estimate.low, estimate.psnr, estimate.high) for estimate in estimates]).T
    axes.fill_between(seconds, low, high, color=VERMILLION, alpha=0.2, linewidth=0)
    width, size = (1.2, 4) if faint else (2.2, 6)
    axes.plot(seconds, value, "^-.", color=VERMILLION, linewidth=width, markersize=size, markevery=every, zorder=3)
    known = f"{value[-1]:.1f}" if value[-1] < PEAK_DB else f"over {low[-1]:.1f}"
    return End(f"estimate\n{known} dB", value[-1], VERMILLION)
