"""What a result lost or added: brightness, colours, values cut off, and structure that went with the noise."""

import math
from dataclasses import dataclass

import numpy as np
import scipy

from .shots import ShotPair, Unit

FINE = 4.0  # pixels: σ of the filter whose result is taken off, so that detail is left
AREA = 5  # pixels: side of the area by whose mean a value cut off is known to be none
PILED = 1e-3  # share of values at one limit from which on they are cut off there
SIGMAS = 3.0  # standard deviations of the mean of an area, by which it is away from the limit


@dataclass(frozen=True)
class Losses:
    """What a result lost or added."""

    brightness: float  # shift of the mean against the first shot, in % of white
    colours: float  # largest shift of a channel beside that of all, in % of white; 0 where there is one channel
    clipped: float  # values cut off at black or white where the shots are not, in %
    structure: float | None  # correlation of what was removed with the picture's detail; None where there is none


@dataclass(frozen=True)
class Sums:
    """Sums over the pixels of a scene, of which the losses are made."""

    pixels: int
    shifts: tuple[float, ...]  # of each channel
    clipped: float  # values cut off
    removed: float  # power of the detail that was removed
    shared: float  # what that has in common with the second shot
    picture: float  # what both shots have in common


def sums_of(picture: Unit, shots: ShotPair) -> Sums:
    """The sums of a result, (C, H, W)."""
    first, second = (shot[0].numpy() for shot in shots.unbiased)
    details = [_detail(part) for part in (first - picture, first, second)]
    return Sums(
        pixels=picture[0].size,
        # Not against the mean of both: an exposure of its own of the second shot is no fault of a result.
        shifts=tuple((picture - first).sum((1, 2), dtype=np.float64).tolist()),
        clipped=_cut_off(picture, shots.mean, float(np.square(first - second).mean()) / 2),
        removed=float(np.square(details[0]).sum(dtype=np.float64)),
        shared=float((details[0] * details[2]).sum(dtype=np.float64)),
        picture=float((details[1] * details[2]).sum(dtype=np.float64)),
    )


def losses_of(parts: list[Sums]) -> Losses:
    """The losses over all scenes."""
    pixels = sum(part.pixels for part in parts)
    shifts = np.sum([part.shifts for part in parts], axis=0) / pixels
    removed, shared, picture = (sum(getattr(part, name) for part in parts) for name in ("removed", "shared", "picture"))
    seen = removed > 0 and picture > 0
    return Losses(
        brightness=100 * float(shifts.mean()),
        colours=100 * float(np.abs(shifts - shifts.mean()).max()),
        clipped=100 * sum(part.clipped for part in parts) / (pixels * len(shifts)),
        structure=max(-1.0, min(1.0, shared / math.sqrt(removed * picture))) if seen else None,
    )


def _detail(picture: Unit) -> Unit:
    smooth: Unit = scipy.ndimage.gaussian_filter(picture, (0, FINE, FINE))
    return picture - smooth


def _cut_off(picture: Unit, mean: Unit, variance: float) -> float:
    """How many values lie at the least or greatest value of the result where the shots, on average, do not."""
    area = scipy.ndimage.uniform_filter(mean, (0, AREA, AREA))
    margin = SIGMAS * math.sqrt(variance / 2) / AREA + 0.01
    count = 0
    for end, away in ((float(picture.min()), area > margin), (float(picture.max()), area < 1 - margin)):
        at_end = picture == end
        if at_end.mean() > PILED:
            count += int((at_end & away).sum())
    return float(count)
