"""One's own picture at the end of a training: denoised whole, in the depth and the unit that it came in."""

from pathlib import Path

import numpy as np

from n2n import Noise2Noise, Pairs
from n2n.data import Scene
from n2n.files import Picture, formats, image

from .. import settings

NAME = "denoised"


def write(model: Noise2Noise, data: Pairs, scene: Scene, folder: Path) -> Path | None:
    """Denoises the first shot of a scene and writes it, as PNG where that holds it and as TIFF else; None for one that
    is larger than the page takes. Raises OSError.
    """
    shot = scene.shots[0]
    if shot[0].size > settings.limits().pixels or shot.size > 3 * settings.limits().pixels:
        return None
    limits = data.range.black, data.range.white
    denoised = model.denoise(Picture(np.ascontiguousarray(shot.transpose(1, 2, 0))), data_range=limits)
    fits = formats.writable(denoised.pixels.dtype, denoised.pixels.shape[2])
    path = folder / f"{NAME}{'.png' if '.png' in fits else '.tif'}"
    image.write(path, denoised)
    return path
