"""Figures of a History: loss and PSNR over time, as SVG that takes the colours of its page, and as PNG."""

import html
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from .evaluate import Measurement
from .history import History
from .metrics import PEAK_DB

WIDTH, PANEL, TALL = 6.0, 2.0, 2.8  # inches: of a figure; height of each of two panels, of one alone
LEFT, RIGHT, TOP, BOTTOM, BETWEEN = 0.8, 1.35, 0.35, 0.6, 0.45  # inches around the panels
FONT = 13  # points: 11 pixels where the figure is shown 360 pixels wide
FONTS = ["DejaVu Sans", "Verdana"]  # equally wide, and one of them is on most machines
INK = "#1b1c1d"  # used for nothing else, so that svg() can put the page's own colour in its place
BLUE, VERMILLION = "#2e86c8", "#d55e00"  # of Okabe and Ito; the blue lighter, to be seen on a dark page as well
DECAY = 0.85  # of the moving average, for each full point
YOUNG = 6  # points: the average's memory grows by a sixth of a point with each, until DECAY ends that
CREST = 95  # percentile of the loss that the linear axis still shows; its start is far above
UNDER = 3.0  # dB under the noisy input, or the latest value, that the axis shows
MARKERS = 20  # on a line at most
_settings = Lock()  # matplotlib's settings belong to the whole process


@dataclass(frozen=True)
class _End:
    """What is written beside the right end of a line."""

    text: str
    value: float  # where the line ends, in data units
    colour: str


def loss_figure(history: History) -> Figure:
    """Loss with the noise floor of the same batches, and below, on a logarithmic axis, how far it lies above; over
    seconds of training. Faint: the points; strong: their moving average.
    """
    points = history.points
    if not points:
        return _message("waiting for the first step", 2, PANEL)
    table = [(point.seconds, point.loss, point.excess, point.floor, point.count) for point in points]
    seconds, loss, excess, floor, counts = np.array(table).T
    figure, (above, below) = _panels(2, PANEL)
    _draw_loss(above, seconds, loss, smoothed(loss, counts), float(np.average(floor, weights=counts)))
    _draw_excess(below, seconds, excess, smoothed(excess, counts))
    return figure


def psnr_figure(history: History) -> Figure:
    """PSNR of the hold-out over seconds of training, pooled over all pixels: against the clean pictures where there
    are some, and as estimated without, with its 95 % interval; dashed, that of the noisy input.
    """
    if not history.measurements:
        return _message("waiting for the first measurement", 1, TALL)
    _, seconds, measured = zip(*history.measurements)
    last, every = measured[-1], math.ceil(len(measured) / MARKERS)
    if not (last.denoised or last.estimated):
        return _message("no PSNR: there are no clean pictures,\nand this noise is not zero on average", 1, TALL)
    figure, (axes,) = _panels(1, TALL)
    noisy = last.noisy.psnr_pooled if last.noisy else last.estimated.noisy
    axes.axhline(noisy, color=INK, linewidth=1.5, linestyle="--")
    ends, shown = [_End(f"noisy\n{noisy:.1f} dB", noisy, INK)], [noisy]
    if last.estimated:
        ends.append(_draw_estimate(axes, seconds, measured, every))
        shown += [measurement.estimated.psnr for measurement in measured] + [last.estimated.low, last.estimated.high]
    if last.denoised:
        denoised = [measurement.denoised.psnr_pooled for measurement in measured]
        axes.plot(seconds, denoised, "o-", color=BLUE, linewidth=2.2, markersize=6, markevery=every)
        ends.append(_End(f"denoised\n{denoised[-1]:.1f} dB", denoised[-1], BLUE))
        shown += denoised
    known = [value for value in shown if value < PEAK_DB] or [0.0, PEAK_DB]
    least = max(min(known), min(noisy, ends[-1].value) - UNDER)
    caption = "hold-out PSNR, dB" + " (shaded: 95 % interval)" * bool(last.estimated)
    _finish(axes, caption, seconds[-1], least, max(known), ends)
    return figure


def svg(figure: Figure, title: str) -> str:
    """An <svg> for a page: as wide as its place, no background, ink in the colour of the page's text.

    `title` is its accessible name, and keeps its inner references apart from those of the page's other figures: each
    needs another.
    """
    file = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": title, "font.sans-serif": FONTS}
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with _settings, matplotlib.rc_context(settings):
        figure.savefig(file, format="svg", facecolor="none", metadata=metadata)
    drawn = file.getvalue().partition("</defs>")[2]  # before it stands a style for all elements, the page's as well
    drawn = re.sub(r'<g id="[^"]+">', "<g>", drawn).replace(INK, "currentColor")
    width, height = figure.get_size_inches() * 72
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" width="100%" '
        f'viewBox="0 0 {width:g} {height:g}" stroke-linejoin="round"><title>{html.escape(title)}</title>{drawn}'
    )


def png(figure: Figure) -> bytes:
    """The figure on white, as a PNG file of 150 dots per inch."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=150, facecolor="white")
    return file.getvalue()


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
    ends, least = [_End(f"loss\n{_number(average[-1])}", average[-1], BLUE)], average.min()
    if math.isfinite(floor):
        axes.axhline(floor, color=INK, linewidth=1.5, linestyle="--")
        ends.append(_End(f"noise floor\n{_number(floor)}", floor, INK))
        least = min(least, floor)
    most = max(np.percentile(loss, CREST), average[-1])
    _finish(axes, "loss: difference from the target", seconds[-1], least, most, ends)


def _draw_excess(axes: Axes, seconds: np.ndarray, excess: np.ndarray, average: np.ndarray) -> None:
    """Values of zero or less have no place on a logarithmic axis."""
    caption = "excess loss: what can still be learnt"
    axes.set_yscale("log")
    if not (average > 0).any():
        words = "not known for this kind of loss" if np.isnan(average).all() else "none: the loss is at the noise floor"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=FONT, color=INK)
        _finish(axes, caption, seconds[-1], 1e-4, 1e-2, [])
        return
    kept, smooth = (np.where(values > 0, values, np.nan) for values in (excess, average))
    _draw_line(axes, seconds, kept, smooth, VERMILLION, "s")
    least = max(np.nanmin(smooth), np.nanpercentile(smooth, 10) / 4)  # a dip to almost zero goes down without end
    text, latest = (_number(average[-1]), average[-1]) if average[-1] > 0 else ("0 or less", least)
    ends = [_End(f"excess\n{text}", latest, VERMILLION)]
    _finish(axes, caption, seconds[-1], least, np.nanmax(smooth), ends)


def _draw_line(axes: Axes, x: np.ndarray, values: np.ndarray, average: np.ndarray, colour: str, marker: str) -> None:
    axes.plot(x, values, color=colour, linewidth=0.8, alpha=0.45)
    axes.plot(x, average, color=colour, linewidth=2.2, marker=marker, markersize=6, markevery=[-1])


def _draw_estimate(axes: Axes, seconds: Sequence[float], measured: Sequence[Measurement], every: int) -> _End:
    """Thin where the truth is drawn as well. An estimate that the noise drowns is 100 dB and leaves the axis."""
    low, value, high = np.array([(m.estimated.low, m.estimated.psnr, m.estimated.high) for m in measured]).T
    axes.fill_between(seconds, low, high, color=VERMILLION, alpha=0.2, linewidth=0)
    width, size = (1.2, 4) if measured[-1].denoised else (2.2, 6)
    axes.plot(seconds, value, "^-.", color=VERMILLION, linewidth=width, markersize=size, markevery=every, zorder=3)
    known = f"{value[-1]:.1f}" if value[-1] < PEAK_DB else f"over {low[-1]:.1f}"
    return _End(f"estimate\n{known} dB", value[-1], VERMILLION)


def _message(text: str, count: int, height: float) -> Figure:
    """Words in a figure as large as the one that will come in its place."""
    figure, panels = _panels(count, height)
    for axes in panels:
        axes.set_axis_off()
    figure.text(0.5, 0.5, text, ha="center", va="center", fontsize=FONT, color=INK)
    return figure


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure with panels of `height` inches one below the other, their margins fixed."""
    total = TOP + count * height + (count - 1) * BETWEEN + BOTTOM
    figure, panels = Figure(figsize=(WIDTH, total)), []
    for row in range(count):
        bottom = BOTTOM + (count - 1 - row) * (height + BETWEEN)
        box = (LEFT / WIDTH, bottom / total, 1 - (LEFT + RIGHT) / WIDTH, height / total)
        axes = figure.add_axes(box, facecolor="none")
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["bottom", "left"]].set_color(INK)
        axes.tick_params(colors=INK, labelsize=FONT, labelbottom=row == count - 1, bottom=False, left=False)
        axes.grid(color=INK, alpha=0.15)
        panels.append(axes)
    panels[-1].set_xlabel("seconds", fontsize=FONT, color=INK)
    panels[-1].xaxis.set_label_coords(0.5, -0.35 / height)
    return figure, panels


def _finish(axes: Axes, caption: str, until: float, least: float, most: float, ends: Sequence[_End]) -> None:
    """The caption, limits that hold least and most, few ticks, and the words at the line ends."""
    axes.set_title(caption, loc="left", y=1.02, fontsize=FONT, color=INK)
    axes.set_xlim(0, 1.02 * until)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 5, 10)))
    if axes.get_yscale() == "log":
        most = max(1.5 * most, 4 * least)
        axes.set_ylim(least / 1.5, most)
        steps = (1.0,) if most > 50 * least else (1.0, 2.0, 5.0)
        axes.yaxis.set_major_locator(LogLocator(subs=steps))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(_tick))
    else:
        room = 0.08 * (most - least) or 0.1 * abs(most) or 1.0
        axes.set_ylim(least - room, most + room)
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=(1, 2, 5, 10)))
        axes.ticklabel_format(style="plain", useOffset=False)
    _name_ends(axes, ends)


def _name_ends(axes: Axes, ends: Sequence[_End]) -> None:
    """Writes two lines of words right of each line's end, moved up or down until none covers another."""
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = np.array([to_axes.transform((0, end.value))[1] for end in ends]).clip(0, 1)
    gap = 2.5 * FONT / (72 * axes.get_position().height * axes.figure.get_figheight())
    for end, at, place in zip(ends, wanted, spread(wanted, gap)):
        leader = Line2D([1, 1.035], [at, place], color=end.colour, linewidth=1.2, transform=axes.transAxes)
        axes.add_artist(leader).set_clip_on(False)
        axes.text(1.045, place, end.text, transform=axes.transAxes, va="center", fontsize=FONT, color=INK)


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Places from 0 to 1, at least `gap` apart where they fit, in the order of the wanted ones and close to them."""
    order = np.argsort(wanted, kind="stable")
    places = np.array(wanted, dtype=float)
    for lower, upper in pairwise(order):
        places[upper] = max(places[upper], places[lower] + gap)
    ceiling = 1.0
    for index in order[::-1]:
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - gap
    return places.tolist()


def _number(value: float) -> str:
    """Three digits, never a power of ten: '0.000480'."""
    return f"{value:.{max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0}f}"


def _tick(value: float, _: int) -> str:
    return np.format_float_positional(value, precision=1, fractional=False, trim="-")
