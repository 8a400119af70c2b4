"""Checks of the pair doctor: does the camera draw the same thing into every shot: lines, hot pixels, dust?"""

import itertools
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from .verdicts import Sample, Verdict, judged, some_of

BANDS = 4  # parts of a picture, each of which shows lines that run all through it
HOT = 4.5  # σ of the noise by which a hot pixel differs from its neighbours
BRIGHT = 0.1  # of white: a hot pixel differs by more; fine detail of the scene hardly does, all alone
LONELY = 120.0  # in a million pixels: so many details of a single scene may look like hot pixels
PATCH = 16  # pixels: side of the patches in which scenes are compared
SCENES = (6, 48)  # least and greatest number of scenes that are compared
DIFFERENT = 0.3  # correlation of scenes at most: where they are alike, what they share is no fault of the camera
DARK_FRAMES = "subtract a dark frame and divide by a flat field before"

Numbers = npt.NDArray[np.floating[Any]]


def stripes(sample: Sample) -> Verdict:
    """The share of the noise power, in %, that are columns or rows with the same offset in both shots.

    Lines that the camera draws run through all of the picture, those of the scene do not: a part of the source is
    compared with other parts of the target.
    """
    shares = {words: _lines(sample, axis) for words, axis in (("columns", 1), ("rows", 2))}
    words = max(shares, key=lambda name: shares[name])
    share = 100 * shares[words]
    found = f"About {share:.0f} % of the noise power are {words} with the same offset in both shots."
    then = f"They are learnt as picture and stay. They belong to the sensor: {DARK_FRAMES}, or move between the shots."
    return judged("common columns or rows", share, "% of noise power", (5, 30), found, then)


def _lines(sample: Sample, axis: int) -> float:
    """The power of common lines along an axis of (C, H, W), relative to that of all noise."""
    common, noise = [], []
    for pair in sample.some:
        parts = [np.array_split(shot.mean(axis=0), BANDS, axis=axis - 1) for shot in pair.shots]
        profiles = [[_profile(part, axis - 1) for part in shot] for shot in parts]
        products = [
            float(np.mean(one * two))
            for (i, one), (k, two) in itertools.product(enumerate(profiles[0]), enumerate(profiles[1]))
            if abs(i - k) > 1
        ]
        common.append(float(np.median(products)))
        noise.append(float(np.subtract(*pair.grey).var()) / 2)
    lines = max(0.0, float(np.median(common)))
    return lines / max(lines + float(np.median(noise)), 1e-12)


def _profile(part: Numbers, axis: int) -> Numbers:
    """The offsets of the lines along an axis, less what varies smoothly or is an edge of the scene."""
    means = part.mean(axis=axis)
    rough = np.diff(means, n=3) / math.sqrt(math.comb(6, 3))
    limit = 3 * 1.4826 * float(np.median(np.abs(rough)))
    profile: Numbers = rough.clip(-limit, limit)
    return profile


def hot_pixels(sample: Sample) -> Verdict:
    """How many pixels in a million stand out alone at the same place of both shots, less what chance would bring.

    Where there are different scenes, those count that do so in several of them: detail of a scene does not.
    """
    both = chance = total = 0.0
    maps: dict[tuple[int, ...], list[npt.NDArray[np.bool_]]] = {}
    for pair in sample.some:
        hot = np.zeros(pair.source.shape, bool)
        for sign in (1, -1):
            one, two = (_outliers(sign * shot) for shot in pair.shots)
            hot |= one & two
            chance += float(one.sum()) * float(two.sum()) / one.size
        both += float(hot.sum())
        total += pair.source.size
        maps.setdefault(hot.shape, []).append(hot)
    value = 1e6 * (both - chance) / total if both >= 3 and both - chance > 5 * math.sqrt(chance + 1) else 0.0
    if again := [np.sum(hot, axis=0) > max(1, len(hot) // 8) for hot in maps.values() if len(hot) > 2]:
        value = max(1e6 * float(np.mean(places)) for places in again) if value else 0.0
    limits = (10.0, 1e4) if again else (LONELY, 1e4)
    found = f"{value:.3g} of a million pixels stand out at the same place in both shots."
    then = (
        f"Such hot or dead pixels are learnt as picture and stay: {DARK_FRAMES}, or replace them by their neighbours."
    )
    return judged("hot pixels in both shots", value, "in a million pixels", limits, found, then)


def _outliers(shot: Numbers) -> npt.NDArray[np.bool_]:
    """Pixels of (C, H, W) far above all of their eight neighbours, none of which stands out much itself."""
    ring = np.ones((1, 3, 3), bool)
    ring[0, 1, 1] = False
    middle = scipy.ndimage.median_filter(shot, footprint=ring)
    highest = scipy.ndimage.maximum_filter(shot, footprint=ring)
    alone = shot - middle
    around = scipy.ndimage.uniform_filter(np.minimum(np.abs(alone), BRIGHT), (0, 9, 9))
    found: npt.NDArray[np.bool_] = (alone > np.maximum(HOT * 1.25 * around, BRIGHT)) & (highest - middle < alone / 3)
    return found


def fixed_pattern(sample: Sample) -> Verdict:
    """The share of the area, in %, where different scenes look alike: dust, scratches, or the sensor's own pattern."""
    patches = _patches_of_scenes(sample)
    found, value = "No dust or other fixed pattern shows.", 0.0
    if patches is None:
        found = f"Dust would show from {SCENES[0]} different scenes of one size on."
    else:
        count = len(patches)
        alike = (np.square(patches.sum(axis=0)).sum(axis=-1) - count) / (count * (count - 1))  # mean correlation
        usual = 1.4826 * float(np.median(np.abs(alike - np.median(alike))))
        value = 100 * float(np.mean(alike > max(0.2, 6 * usual)))
    if value > 0:
        found = f"{value:.2g} % of the area look the same in scenes that are otherwise different, as under dust."
    then = f"It is in both shots of each pair, learnt as picture, and stays: clean the optics, {DARK_FRAMES}, or move."
    return judged("dust or fixed pattern", value, "% of the area", (1e-3, 30), found, then)


def _patches_of_scenes(sample: Sample) -> Numbers | None:
    """(scenes, patches, pixels): detail of different scenes, each patch of mean 0 and length 1; None for too few."""
    first = [pair for pair in sample.crops if pair.order == 0]
    shape = first[0].grey[0].shape if first else (0, 0)
    alike = [pair for pair in first if pair.grey[0].shape == shape]
    if len(alike) < SCENES[0] or min(shape) < 2 * PATCH:
        return None
    greys = [(pair.grey[0] + pair.grey[1]) / 2 for pair in some_of(alike, SCENES[1])]
    small = [skimage.transform.downscale_local_mean(grey, (8, 8)).ravel() for grey in greys]
    others = [float(np.corrcoef(one, two)[0, 1]) for one, two in itertools.pairwise(small) if one.std() * two.std()]
    if not others or np.mean(others) > DIFFERENT:
        return None
    return np.stack([_unit_patches(grey) for grey in greys])


def _unit_patches(grey: Numbers) -> Numbers:
    band = scipy.ndimage.gaussian_filter(grey, 1) - scipy.ndimage.gaussian_filter(grey, 6)
    rows, columns = (side // PATCH for side in band.shape)
    cut = band[: rows * PATCH, : columns * PATCH].reshape(rows, PATCH, columns, PATCH).swapaxes(1, 2)
    patches = cut.reshape(rows * columns, PATCH * PATCH)
    patches = patches - patches.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(patches, axis=1, keepdims=True)
    units: Numbers = patches / np.maximum(lengths, 1e-9)
    return units
