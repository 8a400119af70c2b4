"""How much of the picture's detail a result holds, by spatial frequency."""

from dataclasses import dataclass

import numpy as np

from .rings import EDGES, SHARED, ResultShells, Shells, Sums

SEEN = 3.0  # standard errors from which on the picture shows above the noise of the shots
HALF = 0.5  # of the picture's detail, below which it counts as lost
LEAST = 16  # frequencies in a ring of the curve


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
