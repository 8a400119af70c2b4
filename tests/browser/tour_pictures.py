"""The pictures that a visitor of the tour brings: clean and noisy, 8 and 16 bits, grey and colour."""

import numpy as np
import skimage
import tifffile
from PIL import Image

COLOUR = skimage.data.astronaut()[:160, 60:284]
GREY = skimage.data.camera()[100:260, 100:292]
SIGMA = 20  # of 255


def colour(folder, name="photo.png"):
    """A clean colour photograph of 8 bits."""
    Image.fromarray(COLOUR).save(folder / name)
    return folder / name


def deep(folder, name="deep.tif"):
    """A noisy grey picture of 16 bits."""
    tifffile.imwrite(folder / name, _noisy(GREY.astype(np.float64) * 257, SIGMA * 257, 0, np.uint16))
    return folder / name


def noisy_and_clean(folder):
    """A noisy grey PNG of 16 bits and its clean one, with unlike names."""
    Image.fromarray(_noisy(GREY.astype(np.float64) * 257, SIGMA * 257, 1, np.uint16)).save(folder / "shot.png")
    Image.fromarray(GREY.astype(np.uint16) * 257).save(folder / "truth.png")
    return folder / "shot.png", folder / "truth.png"


def two_shots(folder):
    """Two noisy shots of one scene, loose, TIFFs of 16 bits."""
    scene = skimage.data.coffee()[100:292, 100:356].astype(np.float64) * 200 + 4000
    paths = [folder / f"evening_{place}.tif" for place in (1, 2)]
    for place, path in enumerate(paths):
        tifffile.imwrite(path, _noisy(scene, 3000, place, np.uint16), photometric="rgb")
    return paths


def _noisy(clean, sigma, seed, dtype):
    noise = np.random.default_rng(seed).normal(0, sigma, clean.shape)
    return (clean + noise).round().clip(0, np.iinfo(dtype).max).astype(dtype)
