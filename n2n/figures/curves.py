"""Figures of a History: loss and PSNR over seconds of training."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..measure import PEAK_DB, POOLED, Measurement
from ..training import History
from .style import BLUE, FONT, INK, PANEL, TALL, VERMILLION, End, finish, message, number, panels

DECAY = 0.85  # of the moving average, for each full point
YOUNG = 6  # points: the average's memory grows by a sixth of a point with each, until DECAY ends that
CREST = 95  # percentile of the loss that the linear axis still shows; its start is far above
UNDER = 3.0  # dB under the noisy input, or the latest value, that the axis shows
MARKERS = 20  # on a line at most


def loss_figure(history: History) -> Figure:
    """Loss with the noise floor of the same batches, and below, on a logarithmic axis, how far it lies above; over
    seconds of training. Faint: the points; strong: their moving average.
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
    """PSNR of the hold-out over seconds of training, pooled over all pixels: against the clean pictures where there
    are some, and as estimated without, with its 95 % interval; dashed, that of the noisy input.
    """
    if not history.measurements:
        return message("waiting for the first measurement", 1, TALL)
    _, seconds, measured = zip(*history.measurements)
    last, every = measured[-1], math.ceil(len(measured) / MARKERS)
    if not (last.denoised or last.estimated):
        return message("no PSNR: there are no clean pictures,\nand this noise is not zero on average", 1, TALL)
    figure, (axes,) = panels(1, TALL)
    noisy = last.noisy.psnr_pooled if last.noisy else last.estimated.noisy
    axes.axhline(noisy, color=INK, linewidth=1.5, linestyle="--")
    ends, shown = [End(f"noisy\n{noisy:.1f} dB", noisy, INK)], [noisy]
    if last.estimated:
        ends.append(_draw_estimate(axes, seconds, measured, every))
        shown += [measurement.estimated.psnr for measurement in measured] + [last.estimated.low, last.estimated.high]
    if last.denoised:
        denoised = [measurement.denoised.psnr_pooled for measurement in measured]
        axes.plot(seconds, denoised, "o-", color=BLUE, linewidth=2.2, markersize=6, markevery=every)
        ends.append(End(f"denoised\n{denoised[-1]:.1f} dB", denoised[-1], BLUE))
        shown += denoised
    known = [value for value in shown if value < PEAK_DB] or [0.0, PEAK_DB]
    least = max(min(known), min(noisy, ends[-1].value) - UNDER)
    if last.estimated:
        axes.set_xlabel("seconds (shaded: 95 % interval)", fontsize=FONT, color=INK)
    finish(axes, f"hold-out PSNR in dB, {POOLED}", seconds[-1], least, max(known), ends)
    return figure


def smoothed(values: Sequence[float], counts: Sequence[float]) -> np.ndarray:
    """Exponential moving average of points that are means of `counts` steps. It forgets faster at the beginning, where
    the loss falls faster than its average could follow.
    """
    averages, average, full = [], 0.0, max(counts)
    for place, (value, count) in enumerate(zip(values, counts)):
        keep = min(DECAY, place / (place + YOUNG)) ** (count / full)
        average = keep * average + (1 - keep) * value
        averages.append(average)
    return np.array(averages)


def _draw_loss(axes: Axes, seconds: np.ndarray, loss: np.ndarray, average: np.ndarray, floor: float) -> None:
    _draw_line(axes, seconds, loss, average, BLUE, "o")
    ends, least = [End(f"loss\n{number(average[-1])}", average[-1], BLUE)], average.min()
    if math.isfinite(floor):
        axes.axhline(floor, color=INK, linewidth=1.5, linestyle="--")
        ends.append(End(f"noise floor\n{number(floor)}", floor, INK))
        least = min(least, floor)
    most = max(np.percentile(loss, CREST), average[-1])
    finish(axes, "loss: difference from the target", seconds[-1], least, most, ends)


def _draw_excess(axes: Axes, seconds: np.ndarray, excess: np.ndarray, average: np.ndarray) -> None:
    """Values of zero or less have no place on a logarithmic axis."""
    caption = "excess loss: what can still be learnt"
    axes.set_yscale("log")
    if not (average > 0).any():
        words = "not known for this kind of loss" if np.isnan(average).all() else "none: the loss is at the noise floor"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=FONT, color=INK)
        finish(axes, caption, seconds[-1], 1e-4, 1e-2, [])
        return
    kept, smooth = (np.where(values > 0, values, np.nan) for values in (excess, average))
    _draw_line(axes, seconds, kept, smooth, VERMILLION, "s")
    least = max(np.nanmin(smooth), np.nanpercentile(smooth, 10) / 4)  # a dip to almost zero goes down without end
    text, latest = (number(average[-1]), average[-1]) if average[-1] > 0 else ("0 or less", least)
    ends = [End(f"excess\n{text}", latest, VERMILLION)]
    finish(axes, caption, seconds[-1], least, np.nanmax(smooth), ends)


def _draw_line(axes: Axes, x: np.ndarray, values: np.ndarray, average: np.ndarray, colour: str, marker: str) -> None:
    axes.plot(x, values, color=colour, linewidth=0.8, alpha=0.45)
    axes.plot(x, average, color=colour, linewidth=2.2, marker=marker, markersize=6, markevery=[-1])


def _draw_estimate(axes: Axes, seconds: Sequence[float], measured: Sequence[Measurement], every: int) -> End:
    """Thin where the truth is drawn as well. An estimate that the noise drowns is 100 dB and leaves the axis."""
    low, value, high = np.array([(m.estimated.low, m.estimated.psnr, m.estimated.high) for m in measured]).T
    axes.fill_between(seconds, low, high, color=VERMILLION, alpha=0.2, linewidth=0)
    width, size = (1.2, 4) if measured[-1].denoised else (2.2, 6)
    axes.plot(seconds, value, "^-.", color=VERMILLION, linewidth=width, markersize=size, markevery=every, zorder=3)
    known = f"{value[-1]:.1f}" if value[-1] < PEAK_DB else f"over {low[-1]:.1f}"
    return End(f"estimate\n{known} dB", value[-1], VERMILLION)
