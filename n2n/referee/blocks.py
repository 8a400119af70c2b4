"""The error of results block by block: where each lost, and whether two of them differ beyond chance."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy
import torch.nn.functional as F
from torch import Tensor

from ..measure import PEAK_DB, estimate
from .shots import ShotPair

SMALLEST, LARGEST = 8, 32  # pixels: sides of a block
WANTED, MOST = 1024, 4096  # blocks of all scenes together
DRAWS, SEED = 1000, 0

Table = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lead:
    """By how much a result is better than another one, with the 95 % interval of a paired bootstrap over blocks."""

    over: str  # the name of the other one
    db: float
    low: float
    high: float
    sure: bool  # whether they differ beyond chance

    @property
    def reach(self) -> float:
        """Half the width of the interval in dB."""
        return (self.high - self.low) / 2


def side_for(pixels: int) -> int:
    """The side of the blocks in pixels, for so many pixels in all scenes."""
    side = min(LARGEST, max(SMALLEST, math.isqrt(pixels // WANTED)))
    return max(side, math.ceil(math.sqrt(pixels / MOST)))


def error_blocks(picture: Tensor, shots: ShotPair, side: int) -> Table:
    """The estimated mean squared error of each whole block of a result, (1, C, H, W) → (rows, columns); noise makes
    some of them negative.
    """
    excess = estimate.excess(picture, *shots.unbiased)[:, None]
    side = min(side, *excess.shape[-2:])
    blocks: Table = F.avg_pool2d(excess, side)[0, 0].numpy()
    return blocks


def lead(better: str, other: str, errors: Mapping[str, Table]) -> Lead | None:
    """The lead of one result over another from the errors of the same blocks, (N,) each; None for a single block."""
    pair = errors[better], errors[other]
    if len(pair[0]) < 2:
        return None
    in_db, power = (_interval(statistic, pair) for statistic in (_gain, _less))
    return Lead(other, float(_gain(*pair)), *in_db, sure=power[0] > 0 or power[1] < 0)


def _interval(statistic: Callable[..., Table], pair: tuple[Table, Table]) -> tuple[float, float]:
    """The interval of a statistic of two results, whose blocks are drawn together."""
    drawn = scipy.stats.bootstrap(
        pair, statistic, n_resamples=DRAWS, paired=True, method="percentile", rng=np.random.default_rng(SEED), batch=100
    ).confidence_interval
    return float(drawn.low), float(drawn.high)


def _less(one: Table, other: Table, axis: int = -1) -> Table:
    """By how much the mean squared error of one result is less than that of another."""
    less: Table = (other - one).mean(axis=axis)
    return less


def _gain(one: Table, other: Table, axis: int = -1) -> Table:
    """The same in dB; an error of nothing counts as that of 100 dB."""
    errors = [part.mean(axis=axis).clip(10 ** (-PEAK_DB / 10)) for part in (other, one)]
    gain: Table = 10 * np.log10(errors[0] / errors[1])
    return gain
