"""Checks of the pair doctor: do both shots show the same scene, the same way round, in the same colours?"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..remedies import exposure, likeness, registration
from .verdicts import CropPair, Sample, Verdict, judged, listed

CELLS = 8  # least cells along a picture, whose means show the scene without its noise
LARGEST_CELL = 8  # pixels
UNLIKE, ALIKE = 0.5, 0.7  # correlations of the cells of other scenes at most, and of the same scene at least
STRUCTURE = 10.0  # power of cells from which on they show more than white noise, relative to that
COARSE = 0.3  # power of the difference that stays when cells are joined by fours; noise of short reach keeps a quarter
DOUBTED = 16  # pairs that are registered at most, to see whether the scene has only moved

Numbers = npt.NDArray[np.floating]
# The other seven ways to lay a square on itself, in words, and how to undo them.
TURNS: dict[str, Callable[[Numbers], Numbers]] = {
    "mirrored left to right": np.fliplr,
    "upside down": np.flipud,
    "turned by 180°": lambda cells: np.rot90(cells, 2),
    "transposed": np.transpose,
    "turned by 90°": lambda cells: np.rot90(cells),
    "turned by 270°": lambda cells: np.rot90(cells, 3),
    "mirrored at the other diagonal": lambda cells: np.rot90(cells, 2).T,
}


def same_file(sample: Sample) -> Verdict:
    """The share of pairs whose shots are equal in every pixel, in %."""
    share = 100 * len(sample.identical) / max(1, len(sample.identical) + len(sample.crops))
    found = f"Both shots are the same picture in {share:.3g} % of the pairs."
    then = (
        f"From those ({listed(sample.identical)}) a network learns to change nothing, so that no noise goes. "
        "Bring two separate exposures, or leave these pairs out."
    )
    return judged("duplicate shots", share, "% of pairs", (1e-9, 5), found, then)


class Likeness(NamedTuple):
    """How alike the shots of a pair are, by the means of their cells."""

    correlation: float
    coarse: float  # share of the power of their difference that stays when cells are joined by fours
    surely_coarse: float  # the share that noise of short reach hardly ever has
    structure: float  # power of the difference of cells, relative to that of white noise
    turned: str  # in words, where the second shot is more alike when it is turned or mirrored; or empty


def same_scene(sample: Sample) -> Verdict:
    """The share of pairs, in %, whose shots show other scenes, or the same one another way round.

    The difference of two shots of a scene is noise: small and of short reach. That of other scenes has the power of the
    scenes themselves, and as they do it has most of it in large areas.
    """
    found = [(pair, _likeness(pair)) for pair in sample.crops]
    usual = float(np.median([likeness.correlation for _, likeness in found]))
    turned = {pair.name: likeness.turned for pair, likeness in found if likeness.turned}
    doubted = [pair for pair, likeness in found if pair.name not in turned and _is_other(likeness, usual)]
    other = [pair.name for place, pair in enumerate(doubted) if place >= DOUBTED or not _has_moved(pair)]
    wrong = [*turned, *other]
    share = 100 * len(wrong) / len(sample.crops)
    told = f"The shots show the same scene, the same way round, in {100 - share:.3g} % of the pairs."
    then = ""
    if other:
        then += f"These pairs show two different scenes: {listed(other)}. "
    if turned:
        words = sorted(set(turned.values()))
        then += f"In these the second shot is {' or '.join(words)}: {listed(list(turned))}. "
    then += "Nothing is learnt from them but blur. "
    then += (
        "Turn the shots back, or leave these pairs out." if turned else "Pair the files rightly, or leave these out."
    )
    return judged("same scene", share, "% of pairs do not", (1e-9, 5), told, then)


def _is_other(likeness: Likeness, usual: float) -> bool:
    if likeness.correlation >= UNLIKE or likeness.structure < STRUCTURE:
        return False
    return likeness.coarse > (0.45 if usual > ALIKE else likeness.surely_coarse)


def _has_moved(pair: CropPair) -> bool:
    """Whether both shots show the same scene after all, from elsewhere."""
    motion, _ = registration.find_motion(*pair.grey)
    return likeness(*pair.grey, motion, smooth=4) > ALIKE


def _likeness(pair: CropPair) -> Likeness:
    side = _cell(pair)
    one, two = (_cells(shot[None], side)[0] for shot in pair.grey)
    one, two = one - one.mean(), two - two.mean()
    difference = one - two
    joined = _cells(difference[None], min(2, *difference.shape))
    power = float(difference.var())
    white = float(np.subtract(*pair.grey).var()) / side**2
    correlation = _correlation(one, two)
    ways = {words: undo(two) for words, undo in TURNS.items()}
    alike = {words: _correlation(one, cells) for words, cells in ways.items() if cells.shape == one.shape}
    best = max(alike, key=lambda words: alike[words])
    turned = alike[best] > max(UNLIKE, correlation + 0.1 + 3 / np.sqrt(one.size)) and _is_clearly_better(one, two, best)
    surely = COARSE + 4 * COARSE * np.sqrt(2 / joined.size)
    coarse = float(joined.var()) / power if power > 0 else 0.0
    return Likeness(correlation, coarse, surely, power / white if white > 0 else 0.0, best if turned else "")


def _is_clearly_better(one: Numbers, two: Numbers, turned: str) -> bool:
    """Whether the difference loses half its power when the second picture is turned back."""
    return bool(np.var(one - TURNS[turned](two)) < np.var(one - two) / 2)


def _cell(pair: CropPair) -> int:
    """The side in pixels of the cells in which a pair is compared."""
    shortest: int = min(pair.grey[0].shape)
    return max(1, min(LARGEST_CELL, shortest // CELLS))


def _cells(picture: Numbers, side: int) -> Numbers:
    """The means of all whole cells, (C, H, W) → (C, H // side, W // side)."""
    rows, columns = (length // side for length in picture.shape[-2:])
    return exposure.block_means(picture, side).reshape(-1, rows, columns)


def _correlation(one: Numbers, two: Numbers) -> float:
    power = float(np.sqrt(np.mean(one**2) * np.mean(two**2)))
    return float(np.mean(one * two)) / power if power > 0 else 0.0


def same_channels(sample: Sample) -> Verdict:
    """The share of pairs, in %, whose second shot has its channels in another order, such as blue, green, red."""
    channels = sample.crops[0].source.shape[0]
    orders = list(itertools.permutations(range(channels))) if channels == 3 else [tuple(range(channels))]
    swapped = {}
    for pair in sample.crops:
        one, two = (_cells(shot, _cell(pair)) for shot in pair.shots)
        apart = [float(np.mean((one - two[list(order)]) ** 2)) for order in orders] if len(one) == channels else [0.0]
        if min(apart) < apart[0] / 2:
            swapped[pair.name] = orders[int(np.argmin(apart))]
    share = 100 * len(swapped) / len(sample.crops)
    found = f"The channels are in the same order in {100 - share:.3g} % of the pairs."
    order = ", ".join(str(place + 1) for place in next(iter(swapped.values()), ()))
    then = (
        f"In these the second shot has them in the order {order}: {listed(list(swapped))}. "
        "Colours are learnt mixed. Save both shots alike (RGB, not BGR)."
    )
    return judged("same channels", share, "% of pairs do not", (1e-9, 5), found, then)


def amount(sample: Sample) -> Verdict:
    """The pixels of all pairs in the set, in megapixels."""
    value = sample.pixels / 1e6
    found = f"{value:.3g} megapixels of noisy pairs to learn from."
    then = "A network learns so few by heart, noise included. Bring more, or start from a ready-made model (--start)."
    return judged("amount", value, "megapixels", (1, 0.1), found, then)
