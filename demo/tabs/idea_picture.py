"""The figure that explains the idea, from real pixels: what a net learns, and why noisy targets are enough."""

import io
from functools import lru_cache
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import numpy.typing as npt
import torch
from gradio.themes.utils.colors import slate
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Polygon
from PIL import Image
from torch import Tensor

from n2n import Noise2Noise
from n2n.files import EIGHT_BITS, to_pixels, to_tensor
from n2n.noise import generator, parse

from ..content import samples
from ..widgets.theme import ACCENT

NOISE = "gaussian:50"
COUNTS = (1, 4, 16, 64, 256)  # shots averaged
FACE = (100, 70, 400, 295)  # of the cat: left, top, right, bottom
SIZE = (80, 60)  # pixels of a tile: larger ones make the page slow to load, noise cannot be compressed

# The picture is laid out in units that are about CSS pixels on a phone.
WIDTH, HEIGHT = 360, 387
TILE = (100, 75)
COLUMNS = (10, 130, 250)  # left edges of the tiles
ROWS = (46, 199, 302)  # top edges
POINT = 0.72  # points of type in a unit: 100 units are an inch

INK, LINE = slate.c800, ACCENT.c600


class Tile(NamedTuple):
    """A small picture under its title."""

    title: str
    pixels: npt.NDArray[np.uint8]  # (60, 80, 3), clipped
    psnr: float | None  # dB against the clean picture, before clipping; None for the clean picture itself


@lru_cache(maxsize=1)
def make_tiles() -> tuple[Tile, ...]:
    """Source, denoised and target; then the averages of COUNTS noisy shots; last the clean picture."""
    face = np.asarray(Image.fromarray(samples.read("cat").pixels).resize(SIZE, Image.Resampling.BOX, FACE))
    clean = to_tensor(face, EIGHT_BITS)
    shots = parse(NOISE).shots(clean, max(COUNTS), generator(0))
    denoised = Noise2Noise.load("gaussian-small", "cpu").predict(shots[0], data_range=1.0)
    averages = {count: torch.cat(shots[:count]).mean(0, keepdim=True) for count in COUNTS}
    return (
        _tile("a noisy shot, y₁", shots[0], clean),
        _tile("denoised, f(y₁)", denoised, clean),
        _tile("another shot, y₂", shots[1], clean),
        *(_tile(f"{count} shot{'s' * (count > 1)}", average, clean) for count, average in averages.items()),
        Tile("clean", face, None),
    )


def _tile(title: str, picture: Tensor, clean: Tensor) -> Tile:
    return Tile(title, to_pixels(picture, np.dtype(np.uint8), EIGHT_BITS), Noise2Noise.psnr(picture, clean))


def draw() -> Figure:
    """The tiles on a white card: three that show the learning, six that show why it works."""
    drawn = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=300, facecolor="white")
    drawn.suppressComposite = True  # in an SVG each tile keeps its own pixels
    page = drawn.add_axes((0, 0, 1, 1))
    for place, tile in enumerate(make_tiles()):
        _show(page, tile, COLUMNS[place % 3], ROWS[place // 3])
    page.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="auto")
    page.axis("off")
    _write(page, 10, 16, "Learning: guess one noisy shot from another", 12, weight="bold")
    _write(page, 10, 169, "Why it works: the average of many shots is clean", 12, weight="bold")
    _arrows(page)
    return drawn


def _show(page: Axes, tile: Tile, left: float, top: float) -> None:
    width, height = TILE
    corners = FancyBboxPatch((left, top), width, height, boxstyle="round,pad=0,rounding_size=4", fill=False, lw=0)
    page.add_patch(corners)
    picture = page.imshow(
        tile.pixels, extent=(left, left + width, top + height, top), interpolation="none", aspect="auto"
    )
    picture.set_clip_path(corners)
    _write(page, left + width / 2, top - 9, tile.title, 10.5, ha="center")
    if tile.psnr is not None:
        chip = {"boxstyle": "round,pad=0.25,rounding_size=0.3", "fc": "#0f172a", "ec": "none", "alpha": 0.78}
        _write(page, left + 24, top + height - 10, f"{tile.psnr:.1f} dB", 9.5, color="white", ha="center", bbox=chip)


def _write(page: Axes, x: float, y: float, text: str, size: float, **style: Any) -> None:  # noqa: ANN401
    usual = {"color": INK, "va": "center", "family": "sans-serif", "fontsize": size * POINT}
    page.text(x, y, text, **{**usual, **style})


def _arrows(page: Axes) -> None:
    """Source → net → denoised ↔ target, and back to the net, which their difference trains."""
    (_, second, third), middle, bottom = COLUMNS, ROWS[0] + TILE[1] / 2, ROWS[0] + TILE[1]
    net, turn = second - 10, bottom + 12
    hourglass = [(net - 7, -11), (net, -3), (net + 7, -11), (net + 7, 11), (net, 3), (net - 7, 11)]
    page.add_patch(Polygon([(x, middle + y) for x, y in hourglass], closed=True, fc=LINE, ec=LINE, lw=0.5))
    _write(page, net, middle - 19, "net", 9.5, color=LINE, ha="center", weight="bold")
    line = {"color": LINE, "lw": 1.1, "shrinkA": 0, "shrinkB": 0}
    page.annotate(
        "", (third - 2, middle), (third - 18, middle), arrowprops=line | {"arrowstyle": "<|-|>", "mutation_scale": 7}
    )
    ends = [second + TILE[0] / 2, third + TILE[0] / 2]
    for x in ends:
        page.plot((x, x), (bottom + 3, turn), color=LINE, lw=1.1)
    page.plot((net, ends[1]), (turn, turn), color=LINE, lw=1.1)
    page.annotate("", (net, middle + 14), (net, turn), arrowprops=line | {"arrowstyle": "-|>", "mutation_scale": 7})
    _write(page, (net + ends[1]) / 2, turn + 10, "their difference trains the net", 10.5, color=LINE, ha="center")


@lru_cache(maxsize=1)
def svg() -> bytes:
    """The figure as an SVG: its text stays sharp at any size."""
    file = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": NOISE}):
        draw().savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def description() -> str:
    """The figure in words, for those who do not see it."""
    source, denoised, target, *averages, _ = make_tiles()
    steps = ", ".join(f"{tile.title} {tile.psnr:.1f} dB" for tile in averages)
    return (
        f"Above: a noisy picture of a cat ({source.psnr:.1f} dB) goes through the net and comes out denoised "
        f"({denoised.psnr:.1f} dB); it is compared with another noisy picture of the same cat ({target.psnr:.1f} dB), "
        f"and their difference trains the net. Below: averages of noisy shots come ever closer to the clean picture: "
        f"{steps}."
    )
