"""Experiment 4: how many exposures is one denoised shot worth? It is compared with averages of many shots."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor

from n2n import Noise2Noise, noise
from n2n.analysis import exposures
from n2n.figures import BLUE, INK, VERMILLION, End, style
from n2n.measure import choice, metrics, one_picture
from n2n.noise import Noise

from ..content import samples
from ..work.picture_files import PictureFile, write_picture
from .experiment import SEED, Amount, Answer, Choice, Experiment, Screen, Value, never
from .material import SHIPPED, photograph

SIDE = 192  # pixels
LEAST, MOST = 32, 256  # exposures averaged at the end: at least, and at most while the net is ahead
BINS = ((3.5, "few"), (10.5, "some"), (30.5, "many"), (math.inf, "most"))  # exposures, and the option below them
PICTURES = ("cat", "portrait", "coffee", "histology", "retina", "galaxy", "coins")


@dataclass(frozen=True)
class Net:
    """The first shot, denoised by a network."""

    denoised: Tensor  # (1, C, H, W), white at 1, not clipped
    psnr: float  # dB
    worth: float  # exposures
    warning: str | None  # where the network learnt other noise


def average(clean: Tensor, kind: Noise, count: int, seed: int) -> Tensor:
    """The average of the first `count` shots with a seed, each with noise of its own: (1, C, H, W), not clipped."""
    shots = (kind(clean, noise.generator(seed, number)) for number in range(count))
    return sum(shots, torch.zeros_like(clean)) / count


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Denoises one shot, then averages 1, 2, 4, … shots until that is better; a screen for each average."""
    clean, seed = photograph(str(chosen["picture"]), SIDE), int(chosen["seed"])
    kind = noise.parse(f"gaussian:{chosen['noise']:g}")
    noisy = average(clean, kind, 1, seed)
    net = _denoised(noisy, clean)

    def write(role: str, picture: Tensor, psnr: float | None) -> PictureFile:
        ssim = None if psnr is None else one_picture.measure_displayed(picture, clean).ssim
        file = folder / f"{role.replace(' ', '_')}.png"
        return replace(write_picture(file, role, picture, None), psnr=psnr, ssim=ssim)

    measured = {1: _psnr(noisy, clean)}
    first = [write("one noisy shot", noisy, measured[1]), write("denoised", net.denoised, net.psnr)]
    if 1.5 <= net.worth <= MOST:
        count = round(net.worth)
        picture = average(clean, kind, count, seed)
        first.append(write(f"average of {count}", picture, _psnr(picture, clean)))
    first.append(write("clean", clean, None))
    averages: list[PictureFile] = []
    yield _screen(net, measured, first, averages)
    count, last = 1, _last(net.worth)
    while count < last and not stop():
        count *= 2
        picture = average(clean, kind, count, seed)
        measured[count] = _psnr(picture, clean)
        averages.append(write(f"average of {count}", picture, measured[count]))
        yield _screen(net, measured, first, averages)


def _denoised(noisy: Tensor, clean: Tensor) -> Net:
    model = Noise2Noise.load(SHIPPED, "cpu")
    denoised = model.predict(noisy, data_range=1.0)
    psnr = _psnr(denoised, clean)
    warning = choice.warning(noisy, model.header)
    return Net(denoised, psnr, exposures.worth(psnr, _psnr(noisy, clean)), warning)


def _psnr(picture: Tensor, clean: Tensor) -> float:
    """PSNR in dB of values that are not clipped, since averages of clipped shots do not approach the clean picture."""
    return float(metrics.psnr(picture, clean))


def _last(worth: float) -> int:
    """The power of two from LEAST to MOST at which averaging ends: the first average that is as good as the net."""
    return min(MOST, max(LEAST, 1 << max(0, math.ceil(math.log2(worth)))))


def _screen(net: Net, measured: Mapping[int, float], first: list[PictureFile], averages: list[PictureFile]) -> Screen:
    figure = style.svg(_figure(measured, net), "PSNR of averages")
    notes = [net.warning] if net.warning else []
    if len(measured) > 1:
        gains = [after - before for before, after in pairwise(measured.values())]
        span = " to ".join(dict.fromkeys(f"{gain:.2f}" for gain in (min(gains), max(gains))))
        notes.append(f"Measured: each doubling of the exposures gained {span} dB; theory: {10 * math.log10(2):.2f} dB.")
    notes.append("PSNR is measured before the pixels are cut off at black and white for the screen.")
    return Screen(
        _headline(net.worth),
        figure,
        (tuple({seen.role: seen for seen in (*first, *averages)}.values()),),
        tuple(notes),
        share=math.log2(max(measured)) / _steps(net.worth),
        answer=answer(net) if max(measured) >= _last(net.worth) else None,
    )


def answer(net: Net) -> Answer | None:
    """How many exposures the net replaces; None where it learnt other noise."""
    if net.warning or net.worth > MOST:
        return None
    option = next(option for most, option in BINS if net.worth < most)
    return Answer(f"About {net.worth:.1f}: it takes the average of so many shots to be as good.", option)


def _steps(worth: float) -> float:
    """The number of doublings until averaging ends."""
    return math.log2(_last(worth))


def _headline(worth: float) -> str:
    if worth < 1:
        return f"One shot through the net is worth about {worth:.2f} exposures: less than the shot itself."
    return f"One shot through the net is worth about {worth:.1f} exposures."


def _figure(measured: Mapping[int, float], net: Net) -> Figure:
    """PSNR over exposures, on a logarithmic axis: averages as measured and in theory, and the net."""
    figure, (axes,) = style.panels(1, style.TALL, "exposures averaged")
    doublings, noisy = max(5.0, _steps(net.worth)), measured[1]
    top = noisy + 10 * math.log10(2) * doublings
    axes.plot([0, doublings], [noisy, top], color=INK, linewidth=1.2)
    axes.axhline(net.psnr, color=VERMILLION, linewidth=2.2, linestyle="--")
    places = [math.log2(count) for count in measured]
    axes.plot(places, list(measured.values()), "o", color=BLUE, markersize=8, clip_on=False, zorder=3)
    ends = [End("averages,\nin theory", top, INK), End(f"net\n{net.psnr:.1f} dB", net.psnr, VERMILLION)]
    style.finish(axes, "PSNR, dB (dots: measured)", doublings, min(noisy, net.psnr), max(top, net.psnr), ends)
    axes.set_xlim(-0.15, 1.02 * doublings)
    axes.set_xticks(range(int(doublings) + 1), [str(2**power) for power in range(int(doublings) + 1)])
    if 1 <= net.worth <= MOST:
        _cross(figure, net)
    return figure


def _cross(figure: Figure, net: Net) -> None:
    """Marks the number of exposures at which the averages reach the net."""
    axes, place = figure.axes[0], math.log2(net.worth)
    axes.plot(place, net.psnr, "D", color=VERMILLION, markersize=9, zorder=4)
    axes.vlines(place, axes.get_ylim()[0], net.psnr, color=VERMILLION, linewidth=1.5, linestyle=":")
    low = axes.get_ylim()[0] + 0.06 * (axes.get_ylim()[1] - axes.get_ylim()[0])
    axes.text(place + 0.1, low, f"{net.worth:.1f}", fontsize=style.FONT, color=INK)


EXPERIMENT = Experiment(
    key="exposures",
    title="Worth how many?",
    question="How many real exposures is one shot through the network worth?",
    words=(
        "Averaging many shots removes noise without guessing. The network has one shot only; where its PSNR meets the "
        "line of the averages, one reads how many exposures it replaces."
    ),
    why=(
        "Each doubling of the exposures gains 3 dB and no more. The net gains all of its dB at once, with what it "
        "learnt from other pictures: is that always welcome?"
    ),
    poll=(("1 to 3", "few"), ("4 to 10", "some"), ("11 to 30", "many"), ("more than 30", "most")),
    controls=(
        Choice("picture", "Picture", tuple((samples.SAMPLES[key].label, key) for key in PICTURES), PICTURES[0]),
        Amount("noise", "Noise σ of one shot, of 255", 5, 75, 5, 25),
        SEED,
    ),
    work=work,
    trains=never,
)
