"""Measures the referee against the truth: its order of denoisers, its intervals, and whether cheating is told.

Run `PYTHONPATH=. .venv/bin/python tests/measure_score.py [order cheaters]`; BM3D takes part where bm3d is
installed. Exit status 1: something is not as it is asked for.
"""

import itertools
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import skimage
import torch
from measuring import Figure, print_figures
from torch import Tensor

import n2n
from n2n import Noise2Noise
from n2n.measure import baselines
from n2n.noise import generator, parse
from n2n.referee import blocks
from n2n.referee.scoreboard import Score

NOISES = ("gaussian:25", "gaussian:50", "poisson:30", "speckle:0.2", "poisson:30+gaussian:10", "camera:6")
WITH_MEAN = 514  # shots whose mean is the truth, to 1/512 of their noise: noise out of a camera moves it
SIDE = 128  # pixels: BM3D takes seconds for more
CHEATS = (
    "second shot",
    "mean of both",
    "blurred mean",
    "median of the mean",
    "a third of the second shot",
    "ours, mean",
)


@cache
def photographs() -> dict[str, Tensor]:
    """Pieces of four photographs, (1, 3, SIDE, SIDE) in [0, 1]."""
    data = skimage.data
    pictures = {
        "face": data.astronaut()[20:, 130:],
        "cup": data.coffee()[100:, 150:],
        "cat": data.chelsea()[20:, 100:],
        "gravel": data.gravel()[..., None].repeat(3, 2),
    }
    cut = {name: picture[:SIDE, :SIDE].transpose(2, 0, 1)[None] / 255 for name, picture in pictures.items()}
    return {name: torch.from_numpy(picture.astype(np.float32)) for name, picture in cut.items()}


@cache
def net() -> Noise2Noise:
    """Ours."""
    return Noise2Noise.load("gaussian-small", "cpu")


def eight_bits(shot: Tensor) -> Tensor:
    """Cut off and rounded as in a file of 8 bits."""
    return (shot.clamp(0, 1) * 255).round() / 255


def denoised(shot: Tensor) -> dict[str, Tensor]:
    """What six denoisers, or seven, make of a shot."""
    classical = {name: method for name, method in baselines.installed().items() if name != "blur"}
    return {name: baselines.denoise(method, shot) for name, method in classical.items()} | {"ours": net().restore(shot)}


def cheated(first: Tensor, second: Tensor) -> dict[str, Tensor]:
    """What is made with the help of the second shot."""
    mean = (first + second) / 2
    ours = net().restore(first)
    made = (
        second + 1e-3,
        mean,
        baselines.denoise(baselines.blur, mean),
        baselines.denoise(baselines.median, mean),
        ours + (second - ours) / 3,
        net().restore(mean),
    )
    return dict(zip(CHEATS, made))


def shots(count: int) -> Iterator[tuple[str, str, Tensor, Tensor, Tensor]]:
    """Noise, photograph, two shots and the picture that their noise lies about; every other pair in 8 bits."""
    for spec in NOISES:
        noise, rng = parse(spec), generator(1)
        for (name, photograph), place in itertools.product(photographs().items(), range(count)):
            drawn = noise.shots(photograph, WITH_MEAN if spec.startswith("camera") else 2, rng)
            truth = torch.stack(drawn[2:]).mean(0) if len(drawn) > 2 else photograph
            keep = eight_bits if place % 2 else torch.clone
            yield spec, name, keep(drawn[0]), keep(drawn[1]), truth


def scored(first: Tensor, second: Tensor, results: Mapping[str, Tensor], truth: Tensor) -> Score:
    """The score of results."""
    return n2n.score(first, second, results, truth, data_range=1.0)


def errors_of(score: Score) -> dict[str, np.ndarray]:
    """The estimated errors of all blocks of each result, (N,)."""
    return {one.name: np.concatenate([part.ravel() for part in one.maps]) for one in score.ranked}


def order(_: Path, quick: bool) -> Iterator[Figure]:
    """The order of the denoisers, every two of them, and how often the intervals hold the truth."""
    wrong: list[str] = []
    refused: list[str] = []
    held, leads = defaultdict(list), defaultdict(list)
    apart = 0
    for spec, name, first, second, truth in shots(1 if quick else 2):
        score = scored(first, second, denoised(first), truth)
        ranked, errors = score.ranked, errors_of(score)
        refused += [f"{spec} on {name}: {one.problem}" for one in score.refused]
        held[spec] += [one.estimate.low <= one.true <= one.estimate.high for one in ranked]
        for one, other in itertools.combinations(ranked, 2):
            lead, by = blocks.lead(one.name, other.name, errors), one.true - other.true
            leads[spec].append(lead.low <= by <= lead.high)
            apart += abs(by) > lead.reach
            if by < -lead.reach:
                wrong.append(f"{spec} on {name}: {one.name} before {other.name}, which is {-by:.2f} dB better")
    print(*wrong, *refused, sep="\n")
    yield Figure("order: twos of results", sum(map(len, leads.values())))
    yield Figure("order: of these, the truth differs by more than the interval", apart)
    yield Figure("order: of those, ranked wrongly", len(wrong), "", 0)
    yield Figure("order: honest results that were refused", len(refused), "", 0)
    for spec in NOISES:
        yield Figure(f"order: PSNR in its interval, {spec}", percent(held[spec]), "%")
        yield Figure(f"order: lead in its interval, {spec}", percent(leads[spec]), "%")
    yield Figure("order: PSNR in its interval", percent(itertools.chain(*held.values())), "%")
    yield Figure("order: lead in its interval", percent(itertools.chain(*leads.values())), "%", 93, least=True)


def percent(found: Iterable[bool]) -> float:
    """How many of these are true, in %."""
    return 100 * float(np.mean(list(found)))


def cheaters(_: Path, quick: bool) -> Iterator[Figure]:
    """How many results that hold the second shot are told."""
    told: dict[str, list[bool]] = {name: [] for name in CHEATS}
    for _, _, first, second, truth in shots(1 if quick else 4):
        for one in scored(first, second, cheated(first, second), truth).results:
            told[one.name].append(one.code == "not allowed")
    for name, found in told.items():
        yield Figure(f"cheaters: told, {name}", percent(found), "%", 90, least=True)


PARTS = {"order": order, "cheaters": cheaters}

if __name__ == "__main__":
    sys.exit(print_figures(PARTS, "Measures the referee against the truth, beside what is asked for."))
