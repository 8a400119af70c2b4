"""Experiment 5: which noisy pixels does a net use for a denoised one?"""

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
from n2n.training import fraction, named_recipe

from ..work.colour_maps import ColourMap
from ..work.picture_files import write_map, write_picture
from . import claims, material
from .experiment import SEED, Amount, Answer, Choice, Experiment, Screen, Value, budget
from .material import photograph, spot
from .race import train_alone

SIDE = 96  # pixels: a multiple of the net's 32, so that the picture needs no padding
FAR = 40  # pixels: the greatest distance in the figure
BRIGHTEST = 0.999  # quantile of the votes with the brightest colour, since the pixel's own may be far above all others
INTERVAL = 1.0  # seconds of training between two screens
OWN, NEAR = 50.0, 8.0  # % of the votes, and pixels within which half of them lie: what counts as itself, as near
BEFORE, NOW = "before learning", "now"
STYLES = {BEFORE: (VERMILLION, "--", "s"), NOW: (BLUE, "-", "o")}  # of their curves


@dataclass(frozen=True)
class Subject:
    """A noisy picture (1, 3, H, W), and the row and column of the denoised pixel in question."""

    noisy: Tensor
    spot: tuple[int, int]


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Shows the votes for a pixel: those in a given net, or about every second while one learns."""
    seed, kind = int(chosen["seed"]), f"gaussian:{float(chosen['level']):g}"
    noisy = noise.parse(kind)(photograph(str(chosen["picture"]), SIDE).expand(-1, 3, -1, -1), noise.generator(seed, 0))
    subject = Subject(noisy, spot(chosen, SIDE))
    if chosen["net"] == "shipped":
        model = Noise2Noise.load(material.SHIPPED, "cpu")
        yield _screen(folder, subject, model, {NOW: _votes(model, subject)}, 0, 1.0)
        return
    settings = named_recipe("fast", seconds=float(chosen["seconds"]), evaluations=1, seed=seed)
    learner = Learner.fresh("net", material.fresh_noise(kind), settings)
    before, learns = _votes(learner.model, subject), chosen["net"] == "learning"
    yield _screen(folder, subject, learner.model, {BEFORE: before}, 0, 0.0 if learns else 1.0)
    if learns:
        yield from _learning(stop, folder, subject, learner, before)


def _learning(
    stop: Callable[[], bool], folder: Path, subject: Subject, learner: Learner, before: Tensor
) -> Iterator[Screen]:
    """Shows the votes beside those before the first step, about every second."""
    for progress in train_alone(learner, stop, INTERVAL):
        used = fraction(learner.recipe, progress.step, progress.steps, progress.seconds)
        votes = {BEFORE: before, NOW: _votes(learner.model, subject)}
        yield _screen(folder, subject, learner.model, votes, progress.step, 1.0 if progress.done else used)


def _votes(model: Noise2Noise, subject: Subject) -> Tensor:
    """All votes for the pixel, (1, 1, H, W)."""
    return influence.votes(model.net, subject.noisy, *subject.spot)


def _screen(
    folder: Path, subject: Subject, model: Noise2Noise, votes: Mapping[str, Tensor], step: int, share: float
) -> Screen:
    """Pictures and a figure of the votes at some moments; the model denoises as at the last one."""
    parts = {moment: cast.abs() / cast.abs().sum() for moment, cast in votes.items()}
    moment, latest = list(parts.items())[-1]
    colours = ColourMap(100 * (float(latest.quantile(BRIGHTEST)) or float(latest.max())), "% of all votes")
    framed = {
        "noisy": influence.marked(subject.noisy, *subject.spot),
        f"denoised {moment}": influence.marked(tiling.denoise(model.fast, subject.noisy), *subject.spot),
    }
    pictures = [write_picture(_file(folder, role, step), role, picture, None) for role, picture in framed.items()]
    for moment, part in parts.items():
        role = f"votes {moment}"
        pictures.append(write_map(_file(folder, role, step), role, 100 * part, colours))
    shares = {moment: 100 * influence.within(part, *subject.spot).numpy() for moment, part in parts.items()}
    figure = style.svg(_figure(shares), "Share of the votes by distance")
    notes = (
        "A vote: how much brighter the framed denoised pixel gets where a noisy pixel gets brighter.",
        f"{100 * influence.against(votes[moment]):.0f} % of the votes count against: brighter there, darker here.",
    )
    found = answer(shares[moment], step, moment == BEFORE) if share == 1 else None
    return Screen(_headline(shares, step), figure, (tuple(pictures),), notes, share=share, answer=found)


def _file(folder: Path, role: str, step: int) -> Path:
    return folder / f"{role.replace(' ', '_')}_{step:06d}.png"


def _headline(shares: Mapping[str, np.ndarray], step: int) -> str:
    """The distance from which half of the votes come, and the pixel's own share, after so many steps of learning."""
    *earlier, latest = shares.values()
    half, own = _half(latest), f"{latest[0]:.0f} %"
    sentence = f"the pixel itself has {own} of the votes"
    if half:
        sentence = f"half of the votes come from within {half:.1f} pixels; the pixel itself has {own} of them"
    sentence = f"After {claims.step_count(step)}, {sentence}" if step else sentence[0].upper() + sentence[1:]
    return sentence + "".join(f", {share[0]:.0f} % {BEFORE}" for share in earlier) + "."


def answer(shares: np.ndarray, step: int, fresh: bool) -> Answer | None:
    """Where the votes come from; None for a net that has hardly learnt."""
    own, half = shares[0], _half(shares)
    if 0 < step < claims.STEPS:
        return None
    if own >= OWN:
        words = "a fresh net copies: " if fresh else ""
        return Answer(f"Mostly the pixel itself; {words}it has {own:.0f} % of the votes.", "itself")
    option, words = ("near", "Its neighbours") if half <= NEAR else ("far", "Pixels from far around")
    return Answer(f"{words}: half of the votes come from within {half:.1f} pixels, {own:.0f} % from itself.", option)


def _half(shares: np.ndarray) -> float:
    """The distance in pixels within which half of the votes lie; 0 where the pixel itself has as many."""
    until = int(np.argmax(shares >= 50)) + 1
    return float(np.interp(50, shares[:until], np.arange(until)))


def _figure(shares: Mapping[str, np.ndarray]) -> Figure:
    """The share of the votes within r pixels over r, with a mark where it reaches half."""
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
    title="What it looks at",
    question="Which noisy pixels make up one denoised pixel?",
    words=(
        "Noisy pixels vote on how bright a denoised pixel becomes: the more it changes with one of them, the larger "
        "its vote."
    ),
    why="A fresh net copies, so the pixel itself has all votes; learning hands them to its neighbours.",
    poll=(("Mostly the pixel itself", "itself"), ("Its neighbours, a few pixels away", "near"), ("All around", "far")),
    controls=(
        material.PICTURE,
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
