"""Fine detail of pictures, in which noise is strong and the scene is weak."""

from typing import Any

import numpy as np
import numpy.typing as npt
import skimage

LEVELS = 4  # of detail: single pixels, means of 2×2, 4×4 and 8×8 pixels
GAIN = 36.0  # by which second differences along two axes raise the power of white noise

Numbers = npt.NDArray[np.floating[Any]]


def third_differences(picture: Numbers) -> Numbers:
    """The finest detail, (…, H, W) → (…, H − 3, W − 3)."""
    return np.diff(np.diff(picture, n=3, axis=-1), n=3, axis=-2)


def detail_levels(picture: Numbers) -> list[Numbers]:
    """Detail of (C, H, W) at each of LEVELS scales as far as there are pixels; white noise has its power σ² in all."""
    levels = []
    for level in range(LEVELS):
        if min(picture.shape[-2:]) < 4:
            break
        levels.append(2**level * np.diff(np.diff(picture, n=2, axis=-1), n=2, axis=-2) / np.sqrt(GAIN))
        picture = halved(picture)
    return levels


def halved(picture: Numbers) -> Numbers:
    """Means of 2×2 pixels; an odd row or column at the end is left out."""
    rows, columns = (side // 2 * 2 for side in picture.shape[-2:])
    means: Numbers = skimage.transform.downscale_local_mean(picture[:, :rows, :columns], (1, 2, 2))
    return means
