"""Whether a result knows the noise of the second shot.

With y2 = x + e2, and e2 independent of the first shot y1, whatever is made of y1 alone, and of a result F made of y1
alone, misses y2 by at least that noise:

    E|u(y1, F) − y2|² = E|u − x|² + E|e2|² ≥ E|e2|² = ½ E|y1 − y2|²

So y2 is foretold from both by least squares, in bands of spatial frequency, with numbers learnt from one half of the
picture and tried on the other. What misses it by less than the noise has seen it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import scipy

from ..files import spread
from .shots import ShotPair, Unit, Window

# Pixels: σ of the Gaussian filters whose difference is a band, and the distance of the nine pixels that foretell one.
BANDS = ((0, 1, 1), (1, 2, 2), (2, 4, 3), (4, 8, 6))
SIDE, MOST = 512, 4  # pixels, and number of the windows of a large picture that are looked at
CELL, FEW = 16, 16  # pixels: least side of a cell; and number of cells below which nothing is told
KINDS = 3  # of cells, from flat to rich in detail, each with numbers of its own
FIRST = 13  # place of the first shot's own pixel among what foretells
SURE, CLEAR = 3.5, 0.02  # standard errors, and share of the noise, from which on a result is believed to know it

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Squares of a band of a picture, in two halves that alternate like the fields of a chessboard."""

    products: Values  # (N, K, K): of nine pixels of the result, nine of the first shot, and the second shot's, the last
    half: npt.NDArray[np.int64]  # (N,): 0 or 1

    @property
    def noise(self) -> tuple[Values, Values]:
        """The power of either shot's noise, (N,) each: |y1|² − y1·y2 and |y2|² − y1·y2."""
        common = self.products[:, FIRST, -1]
        return self.products[:, FIRST, FIRST] - common, self.products[:, -1, -1] - common


def cells_of(picture: Unit, shots: ShotPair, place: int) -> list[Cells]:
    """The cells of each of BANDS in a result of the scene at this place."""
    first, second = (shot[0].numpy() for shot in shots.unbiased)
    parts = [
        np.stack([each[(..., *window)] for each in (picture, first, second)]).astype(np.float64)
        for window in _windows(*shots.size)
    ]
    return [_joined([_cells(part, *band, place) for part in parts]) for band in BANDS]


def share_foretold(scenes: Sequence[Sequence[Cells]]) -> float:
    """The share of the second shot's noise that a result foretells, 0 where that may be chance."""
    bands = [_joined(cells) for cells in zip(*scenes)]
    if not bands or len(bands[0].half) < FEW:
        return 0.0
    # In the finest band there is least of the picture, which would make the strengths of both shots' noise uncertain.
    one, two = bands[0].noise
    ratio, error = _mean_ratio(two - one, one + two)
    return max(_share(cells, 1 + ratio, error) for cells in bands)


def _windows(height: int, width: int) -> list[Window]:
    """Windows that do not overlap, evenly spread, MOST at most."""
    sides = [min(SIDE, length) for length in (height, width)]
    starts = [range(0, length - side + 1, side) for length, side in zip((height, width), sides)]
    every = [(slice(top, top + sides[0]), slice(left, left + sides[1])) for top, left in product(starts[0], starts[1])]
    return [every[place] for place in spread(len(every), MOST)]


def _cells(parts: Values, fine: int, coarse: int, step: int, place: int) -> Cells:
    """The cells of a band of the result and both shots, (3, C, H, W)."""
    flat = (0, 0)
    band = scipy.ndimage.gaussian_filter(parts, (*flat, fine, fine)) if fine else parts
    band = band - scipy.ndimage.gaussian_filter(parts, (*flat, coarse, coarse))
    stride = max(1, fine)
    cell = max(CELL, 8 * step) // stride
    inner = [slice(2 * coarse, max(2 * coarse, length - 2 * coarse)) for length in parts.shape[-2:]]

    def cut(values: Values, down: int = 0, right: int = 0) -> Values:
        """(C, H, W) → (cells, values of a cell), as it is, or from pixels beside."""
        rows, columns = (slice(part.start + by, part.stop + by) for part, by in zip(inner, (down, right)))
        thin = values[:, rows, columns][:, ::stride, ::stride]
        count = [length // cell for length in thin.shape[-2:]]
        whole = thin[:, : count[0] * cell, : count[1] * cell].reshape(len(thin), count[0], cell, count[1], cell)
        cells: Values = whole.transpose(1, 3, 0, 2, 4).reshape(count[0] * count[1], len(thin) * cell * cell)
        return cells

    beside = [(step * down, step * right) for down, right in product((-1, 0, 1), repeat=2)]
    told = np.stack([*(cut(each, *by) for each in band[:2] for by in beside), cut(band[2])], axis=1)
    down, right = (max(0, (part.stop - part.start + stride - 1) // stride // cell) for part in inner)
    half = np.add.outer(np.arange(down), np.arange(right)).ravel() + place
    return Cells(told @ told.transpose(0, 2, 1), half % 2)


def _joined(parts: Sequence[Cells]) -> Cells:
    return Cells(*(np.concatenate([getattr(part, name) for part in parts]) for name in Cells.__dataclass_fields__))


def _share(cells: Cells, ratio: float, error: float) -> float:
    """The share of the noise that is foretold in a band, in all cells or in the flat ones alone. `ratio` is the power
    of the second shot's noise relative to the mean of both, with its standard error.
    """
    noise = np.add(*cells.noise) / 2 * ratio
    power = cells.products[:, 0, 0]
    kind = np.digitize(power, np.quantile(power, np.linspace(0, 1, KINDS + 1)[1:-1])) if len(power) else power
    missed = np.zeros(len(noise))
    for each, half in product(range(KINDS), (0, 1)):
        learnt = cells.products[(kind == each) & (cells.half != half)].sum(0)
        tried = (kind == each) & (cells.half == half)
        weights = _weights(learnt)
        missed[tried] = np.einsum("i,nij,j->n", weights, cells.products[tried], weights)
    found = 0.0
    for chosen in (kind >= 0, kind == 0):
        if chosen.sum() >= FEW and noise[chosen].sum() > 0:
            share, own = _mean_ratio((missed - noise)[chosen], noise[chosen])
            sure = share < -SURE * math.hypot(own, error / ratio)
            found = max(found, -share if sure and share < -CLEAR else 0.0)
    return found


def _mean_ratio(above: Values, below: Values) -> tuple[float, float]:
    """The ratio of two sums, with the standard error that the spread of their parts tells."""
    ratio = float(above.sum() / below.sum()) if below.sum() > 0 else 0.0
    return ratio, float(np.sqrt(np.square(above - ratio * below).sum()) / max(below.sum(), 1e-30))


def _weights(products: Values) -> Values:
    """Those that foretell the last of all with the least error, and −1 for it, (K,)."""
    told, asked = products[:-1, :-1], products[:-1, -1]
    found = np.linalg.lstsq(told, asked, rcond=1e-6)[0]
    return np.append(found, -1.0)
