"""Checks of the pair doctor: does the second shot lie where the first one does, not shifted, turned or scaled?"""

import math

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from ..remedies import Motion, likeness, registration
from .verdicts import CropPair, Sample, Verdict, judged, listed, signed, some_of

FAR = 0.75  # pixels
SURE = 8.0  # standard errors from which on the motion of a single pair is believed
SPREAD, SUSPECTS = 4, 8  # pairs that are registered with care: evenly spread ones, and the most suspicious
ALIGN = "--align"

Numbers = npt.NDArray[np.floating]


def shift(sample: Sample) -> Verdict:
    """The median shift between the shots of a pair, in pixels, by cross-correlation in each half of the picture.

    The errors of the halves are independent: the median of their product is the squared shift, unbiased by noise.
    """
    halves = np.array([_shifts_of_halves(pair) for pair in sample.crops])  # (pairs, 2, (down, right))
    halves[[not _shows_structure(*both) for both in zip(sample.crops, halves.mean(axis=1))]] = 0
    apart, middle = np.abs(np.subtract(*halves.swapaxes(0, 1))), halves.mean(axis=1)
    size = np.sqrt(np.median(halves.prod(axis=1), axis=0).clip(0))
    value = math.hypot(*np.where(size > 2 * np.median(apart, axis=0) / math.sqrt(len(halves)), size, 0))
    distances = np.hypot(*np.where(apart < np.abs(middle), middle, 0).T)
    far = [pair for pair in _suspects(sample, distances) if _distance(pair) >= FAR]
    share = max(float((distances >= FAR).mean()) if value >= 0.25 else 0, len(far) / len(sample.crops))
    down, right = np.median(middle, axis=0) if value > 0 else (0.0, 0.0)
    found = (
        f"Target and source lie {value:.2f} px apart in the median, over {FAR} px in {100 * share:.2g} % of the pairs; "
        f"the median is {signed(down)} px down and {signed(right)} px right."
    )
    names = f" Far apart are {listed([pair.name for pair in far])}." if far and len(far) < len(sample.crops) else ""
    then = f"Edges are learnt blurred by that much, and an estimated PSNR is wrong.{names} Register the shots."
    limits = (0.25 if share == 0 else 0, FAR)
    return judged("shift", value, "px", limits, found, then, ALIGN)


def _shows_structure(pair: CropPair, middle: Numbers) -> bool:
    """Whether the shots are more alike than noise is, when the second is moved back."""
    motion = Motion(*middle.round().tolist())
    return likeness(*pair.grey, motion, smooth=2) > registration.by_chance(pair.source.shape[-2:], 2)


def _suspects(sample: Sample, distances: Numbers) -> list[CropPair]:
    """The pairs that seem to be farthest apart; a few of them, since each is registered with care."""
    order = np.argsort(-distances)[:SUSPECTS]
    return [sample.crops[int(place)] for place in order if distances[place] >= FAR]


def _distance(pair: CropPair) -> float:
    """The shift of a pair in pixels; 0 where the error is large."""
    motion, error = registration.find_motion(*pair.grey)
    unlike, left = (1 - likeness(*pair.grey, moved, smooth=2) for moved in (Motion(), motion))
    return motion.distance if motion.distance > SURE * error and left < 0.7 * unlike else 0.0


def _shifts_of_halves(pair: CropPair) -> list[Numbers]:
    """The shift (down, right) in pixels from source to target, in both halves along the longer side."""
    shots = np.stack(pair.grey)
    return [_shift(*half) for half in np.array_split(shots, 2, axis=1 + int(np.argmax(shots.shape[1:])))]


def _shift(source: Numbers, target: Numbers) -> Numbers:
    if min(np.ptp(source), np.ptp(target)) == 0:
        return np.zeros(2)
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in source.shape))
    smooth = [(scipy.ndimage.gaussian_filter(shot, 1) - shot.mean()) * window for shot in (source, target)]
    # Not normalised: with a whitened spectrum, frequencies with noise only would count as much as the picture.
    shift, *_ = skimage.registration.phase_cross_correlation(*smooth, upsample_factor=20, normalization=None)
    moved: Numbers = -shift
    return moved


def turn(sample: Sample) -> Verdict:
    """The way in pixels that turning and scaling move the corners of the examined centre, in the median."""
    found = {pair.name: _bent(pair) for pair in some_of(sample.largest, SPREAD)}
    ways = [way for way, _ in found.values()]
    value = float(np.median(ways))
    _, motion = max(found.values(), key=lambda bent: bent[0])
    told = "The shots are neither turned nor scaled against each other."
    if max(ways) > 0:
        told = (
            f"The second shot is turned by {signed(motion.turn)}° and {_scaled(motion.zoom)} in '{max(found)}', which "
            f"moves corners by {value:.2f} px in the median of the pairs looked at."
        )
    then = "Away from the centre edges are learnt blurred. Register the shots."
    return judged("turn and scale", value, "px at the corners", (0.25 if max(ways) == 0 else 0, FAR), told, then, ALIGN)


def _scaled(zoom: float) -> str:
    percent = 100 * (zoom - 1)
    return f"{abs(percent):.2f} % {'larger' if percent > 0 else 'smaller'}"


def _bent(pair: CropPair) -> tuple[float, Motion]:
    motion, _ = registration.find_motion(*pair.grey)
    bent = motion._replace(down=0.0, right=0.0)
    return bent.farthest(pair.source.shape[-2:]), motion
