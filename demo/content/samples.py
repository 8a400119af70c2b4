"""The built-in pictures: scikit-image's, and shots with real noise; nothing to fetch, free to use."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import skimage

from n2n.files import EIGHT_BITS, Picture, displayable, image, pixel_range, to_pixels, to_tensor

CLEAN, SHOTS = Path(skimage.__file__).parent / "data", Path(__file__).with_name("shots")


class Sample(NamedTuple):
    """A built-in picture: its name on the page, its file and its author; another shot of it where its noise is real."""

    label: str
    file: Path
    credit: str
    second: Path | None = None


SAMPLES = {
    "portrait": Sample("Portrait", CLEAN / "astronaut.png", "Eileen Collins, astronaut. NASA, public domain"),
    "cat": Sample("Cat", CLEAN / "chelsea.png", "Chelsea the cat. Stefan van der Walt, CC0"),
    "low light": Sample(
        "Low light",
        SHOTS / "low_light_1.png",
        "Real noise, none is added. Frame of a burst. Mathias Sundholm, MIT",
        SHOTS / "low_light_2.png",
    ),
    "brain": Sample(
        "Brain, MRI",
        SHOTS / "brain_1.png",
        "Real noise, none is added. Diffusion MRI. Chris Rorden, BSD-2",
        SHOTS / "brain_2.png",
    ),
    "coffee": Sample("Coffee", CLEAN / "coffee.png", "Espresso. Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0"),
    "galaxy": Sample("Galaxies", CLEAN / "hubble_deep_field.jpg", "Hubble eXtreme Deep Field. NASA, public domain"),
    "histology": Sample(
        "Histology", CLEAN / "ihc.png", "Colonic glands, stained. CMMI, no known copyright restrictions"
    ),
    "retina": Sample("Retina", CLEAN / "retina.jpg", "A healthy left eye. Mikael Häggström, 2014, CC0"),
    "rocket": Sample("Rocket", CLEAN / "rocket.jpg", "Falcon 9 with DSCOVR. SpaceX, public domain"),
    "page": Sample("Printed page", CLEAN / "page.png", "A scanned page. scikit-image's data"),
    "coins": Sample(
        "Coins", CLEAN / "coins.png", "Greek coins from Pompeii. Brooklyn Museum, no known copyright restrictions"
    ),
}
WITHOUT_NOISE = {key: sample for key, sample in SAMPLES.items() if not sample.second}
FIRST = "cat"
PAIRS = "the sample pairs"  # stands for work.pairs.sample_pairs among a visitor's uploads


@lru_cache(maxsize=len(SAMPLES))
def read(key: str) -> Picture:
    """Reads the picture of a key. Raises ValueError naming the keys."""
    if key not in SAMPLES:
        raise ValueError(f"there is no sample picture '{key}'; allowed: {', '.join(SAMPLES)}")
    return image.read(SAMPLES[key].file)


@lru_cache(maxsize=len(SAMPLES))
def read_second(key: str) -> Picture | None:
    """The other shot of a picture with real noise; None for a clean one. Raises KeyError for an unknown key."""
    second = SAMPLES[key].second
    return image.read(second) if second else None


def displayed(key: str) -> npt.NDArray[np.uint8]:
    """The picture of a key as a screen shows it, (H, W, C)."""
    pixels = read(key).pixels
    return to_pixels(displayable(to_tensor(pixels, pixel_range(pixels))), np.uint8, EIGHT_BITS).astype(np.uint8)


def is_noisy(key: str | None) -> bool:
    """Whether a key is that of a picture with real noise."""
    return key in SAMPLES and SAMPLES[key].second is not None
