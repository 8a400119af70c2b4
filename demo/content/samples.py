"""The built-in pictures, from scikit-image's data: nothing to fetch, free to use."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import skimage

from n2n.files import Picture, image

FOLDER = Path(skimage.__file__).parent / "data"


class Sample(NamedTuple):
    """A built-in picture: its name on the page, its file and its author."""

    label: str
    file: str
    credit: str


SAMPLES = {
    "portrait": Sample("Portrait", "astronaut.png", "Eileen Collins, astronaut. NASA, public domain"),
    "cat": Sample("Cat", "chelsea.png", "Chelsea the cat. Stefan van der Walt, CC0"),
    "coffee": Sample("Coffee", "coffee.png", "Espresso. Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0"),
    "galaxy": Sample("Galaxies", "hubble_deep_field.jpg", "Hubble eXtreme Deep Field. NASA, public domain"),
    "histology": Sample("Histology", "ihc.png", "Colonic glands, stained. CMMI, no known copyright restrictions"),
    "retina": Sample("Retina", "retina.jpg", "A healthy left eye. Mikael Häggström, 2014, CC0"),
    "rocket": Sample("Rocket", "rocket.jpg", "Falcon 9 with DSCOVR. SpaceX, public domain"),
    "page": Sample("Printed page", "page.png", "A scanned page. scikit-image's data"),
    "coins": Sample("Coins", "coins.png", "Greek coins from Pompeii. Brooklyn Museum, no known copyright restrictions"),
}
FIRST = "cat"
PAIRS = "the sample pairs"  # stands for work.pairs.sample_pairs among a visitor's uploads


@lru_cache(maxsize=len(SAMPLES))
def read(key: str) -> Picture:
    """Reads the picture of a key. Raises ValueError naming the keys."""
    if key not in SAMPLES:
        raise ValueError(f"there is no sample picture '{key}'; allowed: {', '.join(SAMPLES)}")
    return image.read(FOLDER / SAMPLES[key].file)
