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
from n2n.training import Progress, named_recipe

from ..content import samples
from ..work.picture_files import PictureFile, PictureRows, write_picture
from . import claims
from .experiment import SEED, Amount, Choice, Experiment, Screen, Value, budget
from .material import photograph, spot
from .race import alone

SIDE = 64  # pixels: a net knows a picture of this size by heart in seconds
EVERY = 2.0  # seconds of training between two screens
GROWING = 0.3  # of the progress bar, for the copies; the rest is the training's
BATCH = 2  # pairs a step: many small steps learn one picture sooner than few large ones
BIN = 8  # values that share a bar of the histogram
LOSSES = {"l2": "squared error (l2)", "l1": "absolute error (l1)", "l0": "annealed error (l0)"}
# What is marked in the histogram: its colour, line, marker, and how far its line rises above the highest bar.
MARKS = {
    "clean": (INK, "-", "", 1.45),
    "mean": (BLUE, "--", "o", 1.34),
    "median": (VERMILLION, "-.", "s", 1.23),
    "mode": (GREEN, ":", "^", 1.12),
    "net": (PURPLE, (0, (1, 1)), "D", 1.01),
}


@dataclass(frozen=True)
class Look:
    """What is known of the copies at one moment; pictures are (1, 1, H, W)."""

    pair: Batch  # a copy that the net denoises and never learns from, and the clean picture
    copies: Tensor  # (K, 1, H, W)
    found: Averages
    spot: tuple[int, int]  # row and column of the pixel whose values are drawn


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """The three averages of more and more copies; then a net that learns from pairs of these copies."""
    seed, seconds, most = int(chosen["seed"]), float(chosen["seconds"]), int(chosen["copies"])
    model, clean = noise.parse(str(chosen["noise"])), photograph(str(chosen["picture"]), SIDE).mean(1, keepdim=True)
    rng, copies = noise.generator(seed, 0), torch.empty(0, *clean.shape[1:])
    pair = Batch(("",), model(clean, noise.generator(seed, 1)), None, clean)
    for many in (2**power for power in range(most.bit_length())):
        copies = torch.cat([copies, *model.shots(clean, many - len(copies), rng)])
        look = Look(pair, copies, Averages(*(each[None] for each in pixel_averages(copies))), spot(chosen, SIDE))
        pictures = _pictures(folder, look)
        share = GROWING * many / most if seconds else many / most
        yield Screen(_growth(pictures, many), _svg(look, None), _rows(pictures), share=share)
        if stop():
            return
    if seconds:
        yield from _trained(stop, folder, look, pictures, _learner(look, chosen))


def _rows(pictures: Mapping[str, PictureFile]) -> PictureRows:
    """Each picture a row of its own, as large as the page allows."""
    return tuple((each,) for each in pictures.values())


def _pictures(folder: Path, look: Look) -> dict[str, PictureFile]:
    """The noisy copy, the clean picture with the pixel framed, and the three averages, by role."""
    front, pair = f"{len(look.copies)}_", look.pair
    seen = {"noisy": pair.source, "clean": marked(pair.clean, *look.spot), **look.found._asdict()}
    return {
        role: write_picture(folder / f"{front}{role}.png", role, picture, pair if role != "clean" else None)
        for role, picture in seen.items()
    }


def _growth(pictures: Mapping[str, PictureFile], many: int) -> str:
    """Which average is closest to the clean picture, by the PSNR under the pictures."""
    copies = "One copy" if many == 1 else f"{many} copies"
    psnr = {name: round(pictures[name].psnr, 1) for name in Averages._fields}
    if len(set(psnr.values())) == 1:
        return f"{copies}: mean, median and mode are alike."
    said = [f"{name} {'exact' if value >= PEAK_DB else f'{value:.1f} dB'}" for name, value in psnr.items()]
    best = _those(psnr, max(psnr.values()))
    return f"{copies}: {best} closest to the clean picture ({', '.join(said)})."


def _those(values: Mapping[str, float], best: float) -> str:
    """'the mean is', or 'the median and the mode are' where several have the best value."""
    names = [f"the {name}" for name, value in values.items() if value == best]
    return " and ".join(names) + (" are" if len(names) > 1 else " is")


def _learner(look: Look, chosen: Mapping[str, Value]) -> Learner:
    """A fresh net that will see pairs of the copies, upright: the picture may be known by heart."""
    budget = {"seconds": float(chosen["seconds"]), "batch_size": BATCH, "evaluations": 1}
    settings = named_recipe("fast", loss=str(chosen["loss"]), seed=int(chosen["seed"]), augment=False, **budget)
    scene = Scene("copies", tuple(look.copies.numpy()))
    return Learner.fresh(LOSSES[settings.loss], pairs.gather([scene], "copies"), settings)


def _trained(
    stop: Callable[[], bool], folder: Path, look: Look, pictures: Mapping[str, PictureFile], learner: Learner
) -> Iterator[Screen]:
    """Where the net's answer to the noisy copy lies: after the first step, every EVERY seconds, and at the end. What
    was said of the averages stays.
    """
    answer, looks = _growth(pictures, len(look.copies)), []
    for progress in alone(learner, stop, EVERY):
        net = tiling.denoise(learner.model.fast, look.pair.source)
        looks.append(distances(net, look.found))
        drawn = write_picture(folder / f"net_{progress.step:06d}.png", "net", net, look.pair)
        said = f"{answer} {_landed(learner.name, progress, looks)}"
        used = min(1.0, progress.seconds / learner.recipe.seconds)
        share = 1.0 if progress.done else GROWING + (1 - GROWING) * used
        yield Screen(said, _svg(look, net), _rows(pictures | {"net": drawn}), (_far(looks[-1]),), share=share)


def _landed(loss: str, progress: Progress, looks: Sequence[Mapping[str, float]]) -> str:
    """Which average the net's picture is nearest to, or may be."""
    if claims.is_early(progress.step, len(looks)):
        return f"The net: {claims.early(progress.step, progress.done).lower()}."
    names = " or ".join(f"the {name}" for name in claims.nearest(looks))
    return f"After {claims.counted(progress.step)} with {loss}, the net's picture is nearest to {names}."


def _far(distance: Mapping[str, float]) -> str:
    said = ", ".join(f"{name} {255 * value:.1f}" for name, value in distance.items())
    return f"From the net's picture to each average: {said} (root mean square; white is 255)."


def _svg(look: Look, net: Tensor | None) -> str:
    return style.svg(_figure(look, net), "Values of one pixel in all copies")


def _figure(look: Look, net: Tensor | None) -> Figure:
    """How often each value of the pixel occurs, and where the averages, the clean value and the net's lie."""
    at = (0, 0, *look.spot)
    values = 255 * look.copies[:, 0, look.spot[0], look.spot[1]].numpy()
    seen = {"clean": look.pair.clean, **look.found._asdict()} | ({} if net is None else {"net": net})
    marks = {name: 255 * float(picture[at]) for name, picture in seen.items()}
    figure, (axes,) = style.panels(1, style.TALL, "value of the pixel: 0 is black, 255 white")
    low, high = min(0.0, *values, *marks.values()), max(255.0, *values, *marks.values())
    counts, edges = np.histogram(values, np.arange(np.floor(low / BIN) * BIN, high + BIN, BIN))
    axes.stairs(counts, edges, fill=True, color=INK, alpha=0.25)
    for name, value in marks.items():
        colour, line, marker, height = MARKS[name]
        look = {"color": colour, "linestyle": line, "linewidth": 2.2, "marker": marker, "markevery": [1]}
        axes.plot([value] * 2, [0, height * counts.max()], label=f"{name}\n{value:.0f}", **look)
    style.finish(axes, "Copies by the value of the framed pixel", high, 0, 1.45 * counts.max(), [])
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.5 * counts.max()))
    words = {"fontsize": style.FONT, "labelcolor": INK, "frameon": False, "labelspacing": 0.4, "handlelength": 1.6}
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.05), **words)
    return figure


EXPERIMENT = Experiment(
    key="average",
    title="Which average wins?",
    question="Which average of many noisy copies is the clean picture?",
    words=(
        "Mean, median and mode are three kinds of average, and the kind of noise decides which of them finds the clean "
        "picture. A net that learns from noisy targets learns an average of them: its loss decides which."
    ),
    controls=(
        Choice("picture", "Picture, in grey", tuple((each.label, key) for key, each in samples.SAMPLES.items()), "cat"),
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
        Choice("copies", "Noisy copies", tuple((str(each), str(each)) for each in (4, 16, 64, 256)), "256"),
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
