"""The noise that visitors can add: names on the page, and ranges of the sliders."""

from typing import NamedTuple

from n2n.noise import NOISES, Noise, parse


class Slider(NamedTuple):
    """The slider for the level of a noise model, in the model's own unit; `value` is the default."""

    label: str
    low: float
    high: float
    step: float
    value: float


SLIDERS = {
    "gaussian": Slider("Gaussian: a sensor in the dark", 0, 100, 1, 25),
    "poisson": Slider("Poisson: few photons", 1, 100, 1, 30),
    "camera": Slider("Camera: as a photo comes out of it", 0, 40, 1, 10),
    "pixelate": Slider("Pixelate: as in the course", 2, 16, 1, 8),
    "speckle": Slider("Speckle: laser, ultrasound, radar", 0, 1, 0.01, 0.2),
    "impulse": Slider("Impulse: pixels replaced at random", 0, 0.9, 0.01, 0.2),
    "bernoulli": Slider("Bernoulli: pixels lost", 0, 0.9, 0.01, 0.3),
    "text": Slider("Text: written over", 0, 0.6, 0.01, 0.15),
}
FIRST = "gaussian"


def create(name: str, level: float) -> Noise:
    """The noise model with this level. Raises ValueError naming the models, or the levels allowed."""
    return parse(f"{name}:{level:g}")


def unit(name: str) -> str:
    """The unit of the level: 'standard deviation in units of 255'."""
    return NOISES[name].unit
