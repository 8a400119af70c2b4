"""The style of all figures: panels with labels at the ends of lines, as SVG in the colours of a page and as PNG."""

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

WIDTH, PANEL, TALL = 6.0, 2.0, 2.8  # inches: width of a figure, height of each of two panels, and of a single one
LEFT, RIGHT, TOP, BOTTOM, BETWEEN = 0.8, 1.35, 0.35, 0.6, 0.45  # inches around the panels
FONT = 13  # points: 11 pixels where the figure is shown 360 pixels wide
FONTS = ["DejaVu Sans", "Verdana"]  # equally wide; most machines have one of them
INK = "#1b1c1d"  # not used for anything else, so that svg() can replace it with the page's text colour
# The palette of Okabe and Ito, with another purple, and a lighter blue that is visible on dark pages as well.
BLUE, VERMILLION, GREEN, PURPLE = "#2e86c8", "#d55e00", "#009e73", "#8a5fa8"
_settings = Lock()  # matplotlib's settings are shared by the whole process


@dataclass(frozen=True)
class End:
    """The label at the right end of a line."""

    text: str
    value: float  # where the line ends, in data units
    colour: str


def message(text: str, count: int, height: float) -> Figure:
    """A figure with a text, as large as the figure with `count` panels that will replace it; height in inches."""
    figure, rows = panels(count, height)
    for axes in rows:
        axes.set_axis_off()
    figure.text(0.5, 0.5, text, ha="center", va="center", fontsize=FONT, color=INK)
    return figure


def panels(count: int, height: float, across: str = "seconds") -> tuple[Figure, list[Axes]]:
    """A figure with panels of `height` inches below each other and fixed margins; `across` labels the x axis."""
    total = TOP + count * height + (count - 1) * BETWEEN + BOTTOM
    figure, rows = Figure(figsize=(WIDTH, total)), []
    for row in range(count):
        bottom = BOTTOM + (count - 1 - row) * (height + BETWEEN)
        box = (LEFT / WIDTH, bottom / total, 1 - (LEFT + RIGHT) / WIDTH, height / total)
        axes = figure.add_axes(box, facecolor="none")
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["bottom", "left"]].set_color(INK)
        axes.tick_params(colors=INK, labelsize=FONT, labelbottom=row == count - 1, bottom=False, left=False)
        axes.grid(color=INK, alpha=0.15)
        rows.append(axes)
    rows[-1].set_xlabel(across, fontsize=FONT, color=INK)
    rows[-1].xaxis.set_label_coords(0.5, -0.35 / height)
    return figure, rows


def finish(axes: Axes, caption: str, until: float, least: float, most: float, ends: Sequence[End]) -> None:
    """Sets the caption, limits from 0 to `until` and around `least` to `most`, a few ticks, and labels at line ends."""
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


def _name_ends(axes: Axes, ends: Sequence[End]) -> None:
    """Writes the label, of two lines, next to each line's end, moved up or down so that none covers another."""
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted: list[float] = np.array([to_axes.transform((0, end.value))[1] for end in ends]).clip(0, 1).tolist()
    gap = 2.5 * FONT / 72 * axes.figure.dpi / axes.bbox.height
    for end, at, place in zip(ends, wanted, apart(wanted, gap)):
        leader = Line2D([1, 1.035], [at, place], color=end.colour, linewidth=1.2, transform=axes.transAxes)
        axes.add_artist(leader).set_clip_on(False)
        axes.text(1.045, place, end.text, transform=axes.transAxes, va="center", fontsize=FONT, color=INK)


def apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places from 0 to 1, at least `gap` apart if they fit, in the order of the wanted ones and close to them."""
    order = np.argsort(wanted, kind="stable")
    places = np.array(wanted, dtype=float)
    for lower, upper in pairwise(order):
        places[upper] = max(places[upper], places[lower] + gap)
    ceiling = 1.0
    for index in order[::-1]:
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - gap
    moved: list[float] = places.tolist()
    return moved


def number(value: float) -> str:
    """The value with three digits, without an exponent: '0.000480'."""
    return f"{value:.{max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0}f}"


def _tick(value: float, _: int) -> str:
    return np.format_float_positional(value, precision=1, fractional=False, trim="-")


def svg(figure: Figure, title: str) -> str:
    """An <svg> for a page: as wide as its container, without background, with INK in the page's text colour.

    `title` is its accessible name. It also keeps inner references apart from those of other figures on the page, so
    each figure needs its own.
    """
    file = io.StringIO()
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    settings = matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "font.sans-serif": FONTS})
    with _settings, settings:
        figure.savefig(file, format="svg", facecolor="none", metadata=metadata)
    drawn = file.getvalue().partition("</defs>")[2]  # what comes before is a style that would apply to the whole page
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
