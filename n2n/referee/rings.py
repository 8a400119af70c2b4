"""Powers of shots and results by spatial frequency, summed over rings of the spectrum, tile by tile.

With Y1 = X + E1 and Y2 = X + E2 the spectra of both shots, and F that of a result made from the first one alone, the
mean of F·Y2* over a ring is that of F·X*, and that of Y1·Y2* is the power of the picture itself: E2 is independent of
all others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

LARGEST_TILE, LEAST_TILE, MOST_TILES = 256, 16, 32  # pixels, and tiles of a scene
OCTAVE = 4  # rings
EDGES = np.geomspace(1 / 64, 1 / 2, 5 * OCTAVE + 1)  # of the rings, in cycles per pixel
SHARED = 1 + 2 * ((2 / 3) ** 2 + (1 / 6) ** 2)  # neighbouring frequencies, along each axis, that the window makes alike

Sums = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shells:
    """Sums over the frequencies of each ring, (R,) each, and over all channels."""

    count: Sums  # frequencies
    first: Sums  # power of the first shot
    second: Sums
    picture: Sums  # what both shots have in common


@dataclass(frozen=True)
class ResultShells:
    """The same for a result: (R,) each."""

    power: Sums
    common: Sums  # with the second shot


def tiles(picture: Tensor) -> Tensor:
    """(1, C, H, W) → (N, C, side, side), evenly spread, MOST_TILES at most; N is 0 where the picture is too small."""
    height, width = picture.shape[-2:]
    side = min(LARGEST_TILE, height, width)
    if side < LEAST_TILE:
        return picture.new_zeros((0, picture.shape[1], LEAST_TILE, LEAST_TILE))
    places = [
        (int(top), int(left))
        for top in np.linspace(0, height - side, math.ceil(height / side))
        for left in np.linspace(0, width - side, math.ceil(width / side))
    ]
    chosen = [places[int(place)] for place in np.linspace(0, len(places) - 1, min(len(places), MOST_TILES)).round()]
    return torch.stack([picture[0, :, top : top + side, left : left + side] for top, left in chosen])


def spectra(picture: Tensor) -> Tensor:
    """The spectra of all tiles of (1, C, H, W) under a Hann window: complex (N, C, side, side // 2 + 1)."""
    cut = tiles(picture).double()
    side = cut.shape[-1]
    window = torch.hann_window(side, dtype=torch.float64)
    found: Tensor = torch.fft.rfft2((cut - cut.mean((-2, -1), keepdim=True)) * window * window[:, None]) / side
    return found


def shells(first: Tensor, second: Tensor) -> Shells:
    """The sums of two shots from their spectra."""
    count, *sums = _summed(first, [_power(first), _power(second), _common(first, second)])
    return Shells(count, *sums)


def result_shells(result: Tensor, second: Tensor) -> ResultShells:
    """The sums of a result from its spectrum and that of the second shot."""
    _, *sums = _summed(result, [_power(result), _common(result, second)])
    return ResultShells(*sums)


def total(parts: Sequence[Shells]) -> Shells:
    """The sums of several scenes."""
    return Shells(*_added([(one.count, one.first, one.second, one.picture) for one in parts]))


def total_of_results(parts: Sequence[ResultShells]) -> ResultShells:
    """The sums of several scenes."""
    return ResultShells(*_added([(one.power, one.common) for one in parts]))


def _added(parts: Sequence[tuple[Sums, ...]]) -> list[Sums]:
    return [np.sum(values, axis=0) for values in zip(*parts)]


def _power(spectrum: Tensor) -> Tensor:
    return _common(spectrum, spectrum)


def _common(one: Tensor, other: Tensor) -> Tensor:
    """The real part of one·other*, summed over channels: (N, side, side // 2 + 1)."""
    return (one * other.conj()).real.sum(1)


def _summed(spectrum: Tensor, values: list[Tensor]) -> list[Sums]:
    """How many frequencies there are in each ring, and the sums over them of each of the values."""
    side = spectrum.shape[-2]
    down, across = torch.fft.fftfreq(side, dtype=torch.float64), torch.fft.rfftfreq(side, dtype=torch.float64)
    ring = np.digitize(torch.hypot(down[:, None], across).numpy().ravel(), EDGES)

    def over(part: Tensor) -> Sums:
        sums: Sums = np.bincount(ring, part.sum(0).numpy().ravel(), len(EDGES) + 1)[1 : len(EDGES)].astype(np.float64)
        return sums

    count = np.bincount(ring, minlength=len(EDGES) + 1)[1 : len(EDGES)].astype(np.float64) * len(spectrum)
    return [count, *map(over, values)]
