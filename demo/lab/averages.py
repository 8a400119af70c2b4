"""Experiment 2: which average of many noisy copies is the clean picture, and which one does a net learn?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from n2n import noise
from n2n.analysis import Averages, Learner, distances, marked, pixel_averages
from n2n.data import Batch, Scene, pairs
from n2n.figures import BLUE, GREEN, INK, PURPLE, VERMILLION, style
from n2n.measure import PEAK_DB
from n2n.nets import tiling
from n2n.training import Progress, fraction, named_recipe

from ..content import samples
from ..work.picture_files import PictureFile, PictureRows, write_picture
from . import claims
from .experiment import SEED, Amount, Answer, Choice, Experiment, Screen, Value, budget
from .material import photograph, spot
from .race import train_alone

SIDE = 64  # pixels: a net knows a picture of this size by heart in seconds
INTERVAL = 2.0  # seconds of training between two screens
GROWING = 0.3  # share of the progress bar for the copies; the rest is for the training
BATCH = 2  # pairs in a step: many small steps learn a single picture sooner than few large ones
FEWEST, APART = 16, 1.0  # copies, and dB between the best average and the next, from which an answer is given
BIN = 8  # values in a bar of the histogram
LOSSES = {"l2": "squared error (l2)", "l1": "absolute error (l1)", "l0": "annealed error (l0)"}
# Marks in the histogram: colour, line, marker, and the height of the line as a multiple of the highest bar.
MARKS: dict[str, tuple[str, str | tuple[int, tuple[int, int]], str, float]] = {
    "clean": (INK, "-", "", 1.45),
    "mean": (BLUE, "--", "o", 1.34),
    "median": (VERMILLION, "-.", "s", 1.23),
    "mode": (GREEN, ":", "^", 1.12),
    "net": (PURPLE, (0, (1, 1)), "D", 1.01),
}


@dataclass(frozen=True)
class Moment:
    """The copies at one moment, and their averages; pictures are (1, 1, H, W)."""

    noisy: Tensor  # a copy that the net denoises and never learns from
    clean: Tensor
    copies: Tensor  # (K, 1, H, W)
    found: Averages
    spot: tuple[int, int]  # row and column of the pixel whose values are drawn

    @property
    def pair(self) -> Batch:
        """The noisy copy and the clean picture, to measure with."""
        return Batch(("",), self.noisy, None, self.clean)


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Averages more and more copies in three ways; then trains a net on pairs of these copies."""
    seed, seconds, most = int(chosen["seed"]), float(chosen["seconds"]), int(chosen["copies"])
    model, clean = noise.parse(str(chosen["noise"])), photograph(str(chosen["picture"]), SIDE).mean(1, keepdim=True)
    rng, copies = noise.generator(seed, 0), torch.empty(0, *clean.shape[1:])
    noisy = model(clean, noise.generator(seed, 1))
    for many in (2**power for power in range(most.bit_length())):
        copies = torch.cat([copies, *model.shots(clean, many - len(copies), rng)])
        moment = Moment(
            noisy, clean, copies, Averages(*(part[None] for part in pixel_averages(copies))), spot(chosen, SIDE)
        )
        pictures = _pictures(folder, moment)
        share = GROWING * many / most if seconds else many / most
        found = answer(pictures, many) if many == most else None
        yield Screen(_growth(pictures, many), _svg(moment, None), _rows(pictures), share=share, answer=found)
        if stop():
            return
    if seconds:
        yield from _train(stop, folder, moment, pictures, _learner(moment, chosen))


def _rows(pictures: Mapping[str, PictureFile]) -> PictureRows:
    return (tuple(pictures.values()),)


def _pictures(folder: Path, moment: Moment) -> dict[str, PictureFile]:
    """The noisy copy, the clean picture with the pixel framed, and the three averages, by role."""
    front, pair = f"{len(moment.copies)}_", moment.pair
    seen = {"noisy": moment.noisy, "clean": marked(moment.clean, *moment.spot), **moment.found._asdict()}
    return {
        role: write_picture(folder / f"{front}{role}.png", role, picture, pair if role != "clean" else None)
        for role, picture in seen.items()
    }


def _growth(pictures: Mapping[str, PictureFile], many: int) -> str:
    """Which average is closest to the clean picture, by the PSNR under the pictures."""
    copies = "One copy" if many == 1 else f"{many} copies"
    measured = {name: pictures[name].psnr for name in Averages._fields}
    psnr = {name: round(value, 1) for name, value in measured.items() if value is not None}
    if len(set(psnr.values())) == 1:
        return f"{copies}: mean, median and mode are alike."
    figures = [f"{name} {'exact' if value >= PEAK_DB else f'{value:.1f} dB'}" for name, value in psnr.items()]
    best = _those(psnr, max(psnr.values()))
    return f"{copies}: {best} closest to the clean picture ({', '.join(figures)})."


def answer(pictures: Mapping[str, PictureFile], many: int) -> Answer | None:
    """Which average of so many copies is the clean picture; None where that cannot be told."""
    best, second, _ = sorted(((pictures[name].psnr or 0.0, name) for name in Averages._fields), reverse=True)
    if many < FEWEST or best[0] - second[0] < APART:
        return None
    good = "exactly" if best[0] >= PEAK_DB else f"to {best[0]:.1f} dB"
    return Answer(f"For this noise the {best[1]}: of {many} copies, it comes {good} to the clean picture.", best[1])


def _those(values: Mapping[str, float], best: float) -> str:
    """'the mean is', or 'the median and the mode are' where several have the best value."""
    names = [f"the {name}" for name, value in values.items() if value == best]
    return " and ".join(names) + (" are" if len(names) > 1 else " is")


def _learner(moment: Moment, chosen: Mapping[str, Value]) -> Learner:
    """A fresh net that will see pairs of the copies, upright: the picture may be known by heart."""
    budget = {"seconds": float(chosen["seconds"]), "batch_size": BATCH, "evaluations": 1}
    settings = named_recipe("fast", loss=str(chosen["loss"]), seed=int(chosen["seed"]), augment=False, **budget)
    scene = Scene("copies", tuple(moment.copies.numpy()))
    return Learner.fresh(LOSSES[settings.loss], pairs.gather([scene], "copies"), settings)


def _train(
    stop: Callable[[], bool], folder: Path, moment: Moment, pictures: Mapping[str, PictureFile], learner: Learner
) -> Iterator[Screen]:
    """Trains the net and compares its picture with the averages: after the first step, every INTERVAL seconds, and at
    the end. The sentence on the averages stays.
    """
    grown = _growth(pictures, len(moment.copies))
    looks: list[dict[str, float]] = []
    for progress in train_alone(learner, stop, INTERVAL):
        net = tiling.denoise(learner.model.fast, moment.noisy)
        looks.append(distances(net, moment.found))
        drawn = write_picture(folder / f"net_{progress.step:06d}.png", "net", net, moment.pair)
        headline = f"{grown} {_nearest(learner.name, progress, looks)}"
        used = fraction(learner.recipe, progress.step, progress.steps, progress.seconds)
        share = 1.0 if progress.done else GROWING + (1 - GROWING) * used
        shown = headline, _svg(moment, net), _rows({**pictures, "net": drawn}), (_far(looks[-1]),)
        yield Screen(*shown, share=share, answer=answer(pictures, len(moment.copies)))


def _nearest(loss: str, progress: Progress, looks: Sequence[Mapping[str, float]]) -> str:
    """The sentence on which average the net's picture is nearest to, or may be."""
    if claims.is_early(progress.step, len(looks)):
        return f"The net: {claims.too_early(progress.step, progress.done).lower()}."
    names = " or ".join(f"the {name}" for name in claims.nearest(looks))
    return f"After {claims.step_count(progress.step)} with {loss}, the net's picture is nearest to {names}."


def _far(distance: Mapping[str, float]) -> str:
    figures = ", ".join(f"{name} {255 * value:.1f}" for name, value in distance.items())
    return f"From the net's picture to each average: {figures} (root mean square; white is 255)."


def _svg(moment: Moment, net: Tensor | None) -> str:
    return style.svg(_figure(moment, net), "Values of one pixel in all copies")


def _figure(moment: Moment, net: Tensor | None) -> Figure:
    """How often each value of the pixel occurs, and where the averages, the clean value and the net's lie."""
    at = (0, 0, *moment.spot)
    values = 255 * moment.copies[:, 0, moment.spot[0], moment.spot[1]].numpy()
    seen = {"clean": moment.clean, **moment.found._asdict()} | ({} if net is None else {"net": net})
    marks = {name: 255 * float(picture[at]) for name, picture in seen.items()}
    figure, (axes,) = style.panels(1, style.TALL, "value of the pixel: 0 is black, 255 white")
    low, high = min(0.0, *values, *marks.values()), max(255.0, *values, *marks.values())
    counts, edges = np.histogram(values, np.arange(np.floor(low / BIN) * BIN, high + BIN, BIN))
    axes.stairs(counts, edges, fill=True, color=INK, alpha=0.25)
    for name, value in marks.items():
        colour, line, marker, height = MARKS[name]
        [mark] = axes.plot([value] * 2, [0, height * counts.max()], label=f"{name}\n{value:.0f}")
        mark.set(color=colour, linestyle=line, linewidth=2.2, marker=marker, markevery=[1])
    style.finish(axes, "Copies by the value of the framed pixel", high, 0, 1.45 * counts.max(), [])
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.5 * counts.max()))
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.0, 1.05),
        fontsize=style.FONT,
        labelcolor=INK,
        frameon=False,
        labelspacing=0.4,
        handlelength=1.6,
    )
    return figure


EXPERIMENT = Experiment(
    key="average",
    title="Which average?",
    question="Which average of many noisy copies is the clean picture?",
    words=(
        "Every copy is the same picture with fresh noise. The mean adds them up, the median is the value in the "
        "middle, the mode the most frequent one."
    ),
    why=(
        "The kind of noise decides which average finds the clean picture. A net that learns from noisy targets learns "
        "an average of them: its loss decides which."
    ),
    recorded={"seconds": "0"},
    poll=(("The mean", "mean"), ("The median", "median"), ("The mode", "mode")),
    controls=(
        Choice(
            "picture",
            "Picture, in grey",
            tuple((sample.label, key) for key, sample in samples.WITHOUT_NOISE.items()),
            "cat",
        ),
        Choice(
            "noise",
            "Noise",
            (
                ("impulse: 70 % of the pixels get a random grey", "impulse:0.7"),
                ("text over a quarter of the picture", "text:0.25"),
                ("Gaussian, σ = 50", "gaussian:50"),
            ),
            "impulse:0.7",
        ),
        Choice("copies", "Noisy copies", tuple((str(many), str(many)) for many in (4, 16, 64, 256)), "256"),
        budget(20, 0, 40),
        Choice("loss", "The net's loss", tuple((words, loss) for loss, words in LOSSES.items()), "l2"),
        Amount("x", "Pixel, % across", 0, 100, 1, 33, "or click into a picture"),
        Amount("y", "Pixel, % down", 0, 100, 1, 39),
        SEED,
    ),
    work=work,
    trains=lambda chosen: float(chosen["seconds"]) > 0,
    picks=("x", "y"),
)
