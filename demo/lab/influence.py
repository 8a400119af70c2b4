"""Experiment 5: which noisy pixels does the net look at to make a denoised one?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from n2n import Noise2Noise, noise
from n2n.analysis import Learner, influence
from n2n.figures import BLUE, INK, VERMILLION, End, style
from n2n.nets import tiling
from n2n.training import named_recipe

from ..content import samples
from ..work.picture_files import write_map, write_picture
from . import claims, material
from .experiment import SEED, Amount, Choice, Experiment, Screen, Value, budget
from .material import photograph, spot
from .race import alone

SIDE = 96  # pixels, a multiple of the net's 32: nothing has to be added around the picture
FAR = 40  # pixels: as far as the figure goes
BRIGHTEST = 0.999  # quantile of the votes that is the brightest colour: the pixel's own may be far above all others
EVERY = 1.0  # seconds of training between two screens
BEFORE, NOW = "before learning", "now"
STYLES = {BEFORE: (VERMILLION, "--", "s"), NOW: (BLUE, "-", "o")}  # of their curves


@dataclass(frozen=True)
class Seen:
    """A noisy picture (1, 3, H, W) and the pixel that is asked about, by row and column."""

    noisy: Tensor
    spot: tuple[int, int]


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """The votes for a pixel: of a net as it is, or about every second while one learns."""
    seed, kind = int(chosen["seed"]), f"gaussian:{float(chosen['level']):g}"
    noisy = noise.parse(kind)(photograph(str(chosen["picture"]), SIDE).expand(-1, 3, -1, -1), noise.generator(seed, 0))
    seen = Seen(noisy, spot(chosen, SIDE))
    if chosen["net"] == "shipped":
        model = Noise2Noise.load(material.SHIPPED, "cpu")
        yield _screen(folder, seen, model, {NOW: _cast(model, seen)}, 0, 1.0)
        return
    settings = named_recipe("fast", seconds=float(chosen["seconds"]), evaluations=1, seed=seed)
    learner = Learner.fresh("net", material.fresh(kind), settings)
    before, learns = _cast(learner.model, seen), chosen["net"] == "learning"
    yield _screen(folder, seen, learner.model, {BEFORE: before}, 0, 0.0 if learns else 1.0)
    if learns:
        yield from _learning(stop, folder, seen, learner, before)


def _learning(stop: Callable[[], bool], folder: Path, seen: Seen, learner: Learner, before: Tensor) -> Iterator[Screen]:
    """The votes now beside those before the first step, about every second."""
    for progress in alone(learner, stop, EVERY):
        share = 1.0 if progress.done else min(1.0, progress.seconds / learner.recipe.seconds)
        votes = {BEFORE: before, NOW: _cast(learner.model, seen)}
        yield _screen(folder, seen, learner.model, votes, progress.step, share)


def _cast(model: Noise2Noise, seen: Seen) -> Tensor:
    """All votes for the pixel, (1, 1, H, W)."""
    return influence.votes(model.net, seen.noisy, *seen.spot)


def _screen(
    folder: Path, seen: Seen, model: Noise2Noise, votes: Mapping[str, Tensor], step: int, share: float
) -> Screen:
    """Pictures and figure of the votes at some moments, the last of which is the net's that denoises."""
    parts = {moment: each.abs() / each.abs().sum() for moment, each in votes.items()}
    moment, latest = list(parts.items())[-1]
    most = float(latest.quantile(BRIGHTEST)) or float(latest.max())
    framed = {
        "noisy": influence.marked(seen.noisy, *seen.spot),
        f"denoised {moment}": influence.marked(tiling.denoise(model.fast, seen.noisy), *seen.spot),
    }
    pictures = [write_picture(_file(folder, role, step), role, picture, None) for role, picture in framed.items()]
    for moment, each in parts.items():
        role = f"votes {moment}"
        pictures.append(write_map(_file(folder, role, step), role, each, most))
    shares = {moment: 100 * influence.within(each, *seen.spot).numpy() for moment, each in parts.items()}
    figure = style.svg(_figure(shares), "Share of the votes by distance")
    notes = (
        "A vote: how much brighter the framed denoised pixel gets where a noisy pixel gets brighter. Black: no vote; "
        f"bright yellow: {style.number(100 * most)} % of all votes, or more.",
        f"{100 * influence.against(votes[moment]):.0f} % of the votes count against: brighter there, darker here.",
    )
    return Screen(_headline(shares, step), figure, tuple((each,) for each in pictures), notes, share=share)


def _file(folder: Path, role: str, step: int) -> Path:
    return folder / f"{role.replace(' ', '_')}_{step:06d}.png"


def _headline(shares: Mapping[str, np.ndarray], step: int) -> str:
    """From how far away half of the votes come, and the pixel's own share; after how many steps of learning."""
    *earlier, latest = shares.values()
    half, own = _half(latest), f"{latest[0]:.0f} %"
    said = f"the pixel itself has {own} of the votes"
    if half:
        said = f"half of the votes come from within {half:.1f} pixels; the pixel itself has {own} of them"
    said = f"After {claims.counted(step)}, {said}" if step else said[0].upper() + said[1:]
    return said + "".join(f", {each[0]:.0f} % {BEFORE}" for each in earlier) + "."


def _half(shares: np.ndarray) -> float:
    """The distance in pixels within which half of the votes lie; 0 where the pixel itself has as many."""
    until = int(np.argmax(shares >= 50)) + 1
    return float(np.interp(50, shares[:until], np.arange(until)))


def _figure(shares: Mapping[str, np.ndarray]) -> Figure:
    """The share of the votes within r pixels over r; a mark where it reaches half."""
    figure, (axes,) = style.panels(1, style.TALL, "distance from the pixel, in pixels")
    axes.axhline(50, color=INK, linewidth=1.2, linestyle=":")
    ends = []
    for moment, share in shares.items():
        colour, line, marker = STYLES[moment]
        until = share[: FAR + 1]
        axes.plot(until, color=colour, linestyle=line, linewidth=2.2)
        axes.plot(_half(share), max(50, share[0]), color=colour, marker=marker, markersize=8)
        ends.append(End(f"{moment.split()[0]}\n{until[-1]:.0f} %", until[-1], colour))
    style.finish(axes, "Votes from within this distance, % of all", FAR, 0, 100, ends)
    return figure


EXPERIMENT = Experiment(
    key="look",
    title="What does it look at?",
    question="Which noisy pixels make up one denoised pixel?",
    words=(
        "Noisy pixels vote on how bright a denoised pixel becomes. A fresh net copies, so the pixel itself has all "
        "votes; learning hands them to its neighbours."
    ),
    controls=(
        Choice("picture", "Picture", tuple((each.label, key) for key, each in samples.SAMPLES.items()), "cat"),
        Amount("level", "Gaussian noise, σ of 255", 5, 50, 5, 25),
        Choice(
            "net",
            "The net",
            (
                ("a built-in model", "shipped"),
                ("a fresh net while it learns", "learning"),
                ("a fresh net before it learns", "fresh"),
            ),
            "shipped",
        ),
        budget(10, 20),
        Amount("x", "Pixel, % across", 0, 100, 1, 50, "or click into a picture"),
        Amount("y", "Pixel, % down", 0, 100, 1, 50),
        SEED,
    ),
    work=work,
    trains=lambda chosen: chosen["net"] == "learning",
    picks=("x", "y"),
)
