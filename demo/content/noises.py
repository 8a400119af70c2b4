"""The noise that a person can add: how it is called, and what its slider offers."""

from typing import NamedTuple

from n2n.noise import NOISES, Noise, parse


class Offer(NamedTuple):
    """A noise model on the screen: its slider's ends, step and first value in the model's own unit."""

    label: str
    low: float
    high: float
    step: float
    value: float


OFFERS = {
    "gaussian": Offer("Gaussian: a sensor in the dark", 0, 100, 1, 25),
    "poisson": Offer("Poisson: few photons", 1, 100, 1, 30),
    "pixelate": Offer("Pixelate: one sample for each pixel, as in the course", 2, 16, 1, 8),
    "speckle": Offer("Speckle: laser, ultrasound, radar", 0, 1, 0.01, 0.2),
    "impulse": Offer("Impulse: pixels replaced at random", 0, 0.9, 0.01, 0.2),
    "bernoulli": Offer("Bernoulli: pixels lost", 0, 0.9, 0.01, 0.3),
    "text": Offer("Text: written over", 0, 0.6, 0.01, 0.15),
}
FIRST = "gaussian"


def create(name: str, level: float) -> Noise:
    """The model with this level. Raises ValueError naming the models, or what levels are allowed."""
    return parse(f"{name}:{level:g}")


def unit(name: str) -> str:
    """What the level means, for the slider: 'standard deviation in units of 255'."""
    return NOISES[name].unit
