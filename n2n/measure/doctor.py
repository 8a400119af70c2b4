"""The pair doctor checks the assumptions of Noise2Noise on a sample of pairs, within seconds, before a training.

The assumptions are two shots of the same scene whose noise is independent and has zero mean.
"""

import itertools

import numpy as np
import numpy.typing as npt

from ..data import Pairs, ValueRange
from .pair_checks import CHECKS, WITHOUT_NOISE
from .verdicts import Crop, CropPair, Sample, Verdict

SIDE = 512  # pixels: side of the centre of a picture that is examined
PIXELS, SCENES = 2**22, (16, 512)  # pixels examined; least number of scenes, if they are large, and greatest, if tiny
MOST_SHOTS = 64  # shots examined where scenes have many


def examine(pairs: Pairs) -> list[Verdict]:
    """The verdict of every check on evenly spread scenes; where there is a noise model, noise is drawn first."""
    pairs = pairs.frozen(0)
    if alone := int((pairs.shots < 2).sum()):
        found = f"{alone:,} of {len(pairs):,} scenes have one noisy shot only; Noise2Noise needs two shots of a scene."
        text = f"{found} Bring a second shot of each, or train on clean targets where there is a clean picture."
        return [Verdict("two shots", "red", float(pairs.shots.min()), "shots of a scene", text)]
    sample = _sample(pairs)
    return [check(sample) for check in (CHECKS if sample.crops else WITHOUT_NOISE)]


def _sample(pairs: Pairs) -> Sample:
    areas = pairs.sizes.prod(axis=1)
    count = min(len(pairs), int(np.clip(PIXELS / np.median(areas), *SCENES)))
    crops = []
    for index in np.linspace(0, len(pairs) - 1, count).round().astype(int).tolist():
        shots = [_centre(shot, pairs.range) for shot in pairs.scenes[index].shots[: MOST_SHOTS // count + 2]]
        # A centre that is all black or all white tells nothing.
        crops += [CropPair(order, *both) for order, both in enumerate(itertools.pairwise(shots)) if np.ptp(both)]
    different = tuple(pair for pair in crops if not np.array_equal(pair.source, pair.target))
    return Sample(different, (len(crops) - len(different)) / max(1, len(crops)), int((areas * (pairs.shots - 1)).sum()))


def _centre(shot: npt.NDArray[np.generic], limits: ValueRange) -> Crop:
    top, left = (max(0, (side - SIDE) // 2) for side in shot.shape[-2:])
    return limits.to_unit(shot[:, top : top + SIDE, left : left + SIDE])
