"""The grain of photographs: noise of their own.

Both shots that are drawn from a photograph show its grain, so that a net learns to keep it, and then keeps the noise of
other pictures that looks alike.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from .pairs import Pairs
from .photographs import Photographs

FINE = 2.0  # pixels: standard deviation of the Gaussian that leaves no grain
BLOCK = 16  # pixels: side of the blocks in which the spread of what it takes away is measured
FLATTEST = 0.1  # quantile of the blocks: there the picture itself has the least detail


def grain(picture: npt.NDArray[np.floating[Any]]) -> float:
    """The standard deviation of fine detail in the flattest parts of (H, W), in the picture's unit."""
    detail = picture - scipy.ndimage.gaussian_filter(picture, FINE)
    power = scipy.ndimage.uniform_filter(detail**2, BLOCK)[BLOCK // 2 :: BLOCK // 2, BLOCK // 2 :: BLOCK // 2]
    return float(np.sqrt(max(0.0, float(np.quantile(power, FLATTEST)))))


def without_grain(photos: Pairs, most: float) -> Photographs:
    """The photographs whose grain is at most so much, in units of 255; looks at all of them.

    Raises ValueError where fewer than two are left, and for noisy shots.
    """
    if not isinstance(photos, Photographs):
        raise ValueError("--most-grain is for clean photographs with --noise; leave it out for noisy shots")
    grains = np.array([255 * grain(photos.to_float(scene.pictures[0]).mean(0).numpy()) for scene in photos.scenes])
    kept = np.flatnonzero(grains <= most)
    if len(kept) < 2:
        raise ValueError(
            f"--most-grain is {most:g}, and {len(kept)} of {len(photos):,} photographs have so little; half of them "
            f"have up to {np.median(grains):.2g}: allow more, or leave the option out"
        )
    note = f"{len(photos) - len(kept):,} photographs are left out, which have a grain of over σ {most:g} (of 255)"
    chosen = photos.chosen(kept)
    return replace(chosen, notes=(*chosen.notes, note))
