"""How much of the picture's detail a result holds, by spatial frequency; whether it holds the second shot's noise."""

import math
from dataclasses import dataclass

import numpy as np

from .rings import EDGES, OCTAVE, SHARED, ResultShells, Shells, Sums

SEEN = 3.0  # standard errors from which on the picture shows above the noise of the shots
HALF = 0.5  # of the picture's detail, below which it counts as lost
SURE, CLEAR = 3.5, 0.02  # standard errors, and share of the noise, from which on noise of the second shot is believed
LEAST, ENOUGH = 16, 64  # frequencies in a ring of the curve, and in one that tells noise of the second shot


@dataclass(frozen=True)
class Curve:
    """Correlations and shares by spatial frequency, from coarse to fine, for rings in which there are frequencies."""

    periods: tuple[float, ...]  # pixels
    result: tuple[float, ...]  # Fourier ring correlation of the result with the second shot
    perfect: tuple[float, ...]  # that which the clean picture itself would have, from that of both shots
    kept: tuple[float | None, ...]  # share of the picture's own amplitude in the result; None below the noise


@dataclass(frozen=True)
class Detail:
    """Where the detail of a result ends."""

    pixels: float  # period from which on to finer ones less than half of the picture's detail is left
    seen: float  # finest period at which the shots show the picture above their noise

    @property
    def is_all(self) -> bool:
        """Whether it holds all detail that the shots can show."""
        return self.pixels <= self.seen


def curve_of(result: ResultShells, shots: Shells) -> Curve:
    """The curve of a result: correlation with the second shot, sqrt(FRC of both shots), and F·X* / |X|²."""
    rings = np.flatnonzero(shots.count >= LEAST)
    seen = _is_seen(shots)
    perfect = np.sqrt((shots.picture / np.sqrt(np.maximum(shots.first * shots.second, 1e-30))).clip(0, 1))
    alike = result.common / np.sqrt(np.maximum(result.power * shots.second, 1e-30))
    kept = result.common / np.where(seen, shots.picture, 1.0)
    return Curve(
        tuple(_periods()[rings].tolist()),
        tuple(alike[rings].tolist()),
        tuple(perfect[rings].tolist()),
        tuple(float(kept[ring]) if seen[ring] else None for ring in rings),
    )


def detail_of(curve: Curve) -> Detail | None:
    """Where detail ends, between rings on a logarithmic scale; None where the shots show nothing above their noise."""
    shown = [(period, kept) for period, kept in zip(curve.periods, curve.kept) if kept is not None]
    if not shown:
        return None
    finest = shown[-1][0]
    before = shown[0]
    for period, kept in shown:
        if kept < HALF:
            share = (before[1] - HALF) / max(before[1] - kept, 1e-9) if before[1] > HALF else 0.0
            return Detail(before[0] * (period / before[0]) ** share, finest)
        before = (period, kept)
    return Detail(finest, finest)


def _periods() -> Sums:
    """The period of the middle of each ring in pixels."""
    periods: Sums = 1 / np.sqrt(EDGES[1:] * EDGES[:-1])
    return periods


def _is_seen(shots: Shells) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Where the power of the picture is more than its standard error."""
    error = SHARED * np.sqrt(shots.first * shots.second / (2 * np.maximum(shots.count, 1)))
    seen: np.ndarray[tuple[int], np.dtype[np.bool_]] = (shots.picture > SEEN * error) & (shots.count >= LEAST)
    return seen


def share_of_second(result: ResultShells, shots: Shells) -> float:
    """The surest sign of noise of the second shot in a result: by which share of the noise its error seems too small;
    0 where there is none.

    An error d of a result made from the first shot alone is at least as strong as its part that is noise e1 of that
    shot: |d|² ≥ (d·e1)² / |e1|² by Cauchy and Schwarz, in every ring. With |d|² = |F − Y2|² − |E2|², which is right
    only where F knows nothing of E2, a result that does falls below that bound: the mean of both shots by half of the
    noise.
    """
    ratio = _noise_ratio(shots)
    found, sure = 0.0, -SURE
    for size in (1, 2, OCTAVE, 2 * OCTAVE, len(EDGES) - 1):
        for start in range(len(EDGES) - size):
            rings = slice(start, start + size)
            count = float(shots.count[rings].sum())
            if count < ENOUGH:
                continue
            below, error = _beyond_bound(result.moments[rings].sum(0), result.products[rings].sum(0), count, ratio)
            if below < -CLEAR and below < sure * error:
                found, sure = -below, below / error
    return found


def _beyond_bound(moments: Sums, products: Sums, count: float, ratio: float) -> tuple[float, float]:
    """By how much the error exceeds the bound, and the standard error of that, both as shares of the noise."""
    _, common, noise = moments
    if noise <= 0:
        return 0.0, 1.0
    slope = (common + (1 - ratio) * noise) / ((2 - ratio) * noise)
    weights = np.array([1.0, -2 * slope, -ratio - 2 * slope * (1 - ratio) + slope**2 * (2 - ratio)])
    mean, unit = float(weights @ moments) / count, float(noise) / count
    # The square of what is known with an error is too large on average by that error's variance.
    mean += SHARED**2 * max(float(products[1, 1]) / count - (float(common) / count) ** 2, 0.0) / count / unit
    variance = max(float(weights @ products @ weights) / count - mean**2, ((1 - slope) ** 2 * unit) ** 2)
    return mean / unit, max(SHARED * math.sqrt(variance / count) / unit, 1e-9)


def _noise_ratio(shots: Shells) -> float:
    """The power of the second shot's noise relative to the mean of both, from the finest octave."""
    own = [float((power - shots.picture)[-OCTAVE:].sum()) for power in (shots.first, shots.second)]
    return float(np.clip(2 * own[1] / sum(own), 0.1, 1.9)) if min(own) > 0 else 1.0
