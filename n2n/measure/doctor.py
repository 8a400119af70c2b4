"""The pair doctor checks the assumptions of Noise2Noise on pairs, within seconds, before a training.

The assumptions are two shots of the same scene whose noise is independent and has zero mean.
"""

import itertools

import numpy as np
import numpy.typing as npt

from ..data import Pairs
from ..files import ValueRange
from .noise_checks import correlated_noise, noise_strength, shared_noise
from .pattern_checks import fixed_pattern, hot_pixels, stripes
from .place_checks import shift, turn
from .scene_checks import amount, same_channels, same_file, same_scene
from .tone_checks import clipping, drift, focus
from .verdicts import Crop, CropPair, Sample, Verdict

PIXELS, SIDES = 2**22, (64, 512)  # pixels examined; least and greatest side of the centre of a picture
MOST_SCENES, FEW = 1024, 16  # scenes examined at most; so few that their centres are as large as can be
MOST_SHOTS = 64  # shots examined where scenes have many
WITHOUT_NOISE = (same_file, amount)
CHECKS = (
    *(same_file, same_scene, same_channels, shift, turn, focus, drift, clipping),
    *(shared_noise, stripes, hot_pixels, fixed_pattern, correlated_noise, noise_strength, amount),
)


def examine(pairs: Pairs) -> list[Verdict]:
    """The verdict of every check on all scenes, or on evenly spread ones where they are more than MOST_SCENES; where
    there is a noise model, noise is drawn first.
    """
    pairs = pairs.frozen(0)
    if alone := int((pairs.shots < 2).sum()):
        found = f"{alone:,} of {len(pairs):,} scenes have one noisy shot only; Noise2Noise needs two shots of a scene."
        text = f"{found} Bring a second shot of each, or train on clean targets where there is a clean picture."
        return [Verdict("two shots", "red", float(pairs.shots.min()), "shot of a scene", text)]
    sample = _sample(pairs)
    return [check(sample) for check in (CHECKS if sample.crops else WITHOUT_NOISE)]


def disagreement(shot: Crop, other: Crop) -> str:
    """The check by which a picture does not show what a shot does, (C, H, W) each: "same scene" where it shows another
    one, or is turned, "same channels" where these are in another order; empty where it shows the same.
    """
    sample = Sample((CropPair("", 0, shot, other),), (), shot[0].size)
    found = (check(sample) for check in (same_scene, same_channels))
    return next((verdict.check for verdict in found if verdict.level == "red"), "")


def _sample(pairs: Pairs) -> Sample:
    areas = pairs.sizes.prod(axis=1)
    count = min(len(pairs), MOST_SCENES)
    side = int(np.clip(np.sqrt(PIXELS / max(count, FEW)), *SIDES))
    crops = []
    for index in np.linspace(0, len(pairs) - 1, count).round().astype(int).tolist():
        scene = pairs.scenes[index]
        shots = [_centre(shot, side, pairs.range) for shot in scene.shots[: MOST_SHOTS // count + 2]]
        # A centre that is all black or all white tells nothing.
        crops += [
            CropPair(scene.name, order, *both)
            for order, both in enumerate(itertools.pairwise(shots))
            if np.ptp(both) > 0
        ]
    identical = [np.array_equal(pair.source, pair.target) for pair in crops]
    different = tuple(pair for pair, same in zip(crops, identical) if not same)
    equal = tuple(pair.name for pair, same in zip(crops, identical) if same)
    return Sample(different, equal, int((areas * (pairs.shots - 1)).sum()))


def _centre(shot: npt.NDArray[np.generic], side: int, limits: ValueRange) -> Crop:
    top, left = (max(0, (length - side) // 2) for length in shot.shape[-2:])
    return limits.to_unit(shot[:, top : top + side, left : left + side])
