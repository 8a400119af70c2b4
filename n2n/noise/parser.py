"""Noise models as text: `name:level`, or `name:low-high` for a range of levels.

Several joined by a plus come one on the other; of several, or of several such chains, beside commas, each picture has
one.
"""

import re

from .camera import Camera
from .chain import JOIN, Chain
from .mixture import EITHER, Mixture
from .models import Bernoulli, Gaussian, Impulse, Levelled, Noise, Pixelate, Poisson, Speckle, Text

NOISES: dict[str, type[Levelled]] = {
    kind.name: kind for kind in (Gaussian, Poisson, Camera, Bernoulli, Impulse, Speckle, Text, Pixelate)
}


def parse(spec: str) -> Noise:
    """'gaussian:25', 'gaussian:0-50', 'poisson:30+gaussian:0-10' or 'camera:1-12,gaussian:0-50' → Noise.

    Raises ValueError naming all models.
    """
    parts = [_parse_chain(part) for part in spec.split(EITHER)]
    return parts[0] if len(parts) == 1 else Mixture(parts)


def _parse_chain(spec: str) -> Noise:
    parts = [_parse_one(part) for part in re.split(r"(?<![eE])\+", spec)]  # not at the sign of 1e+3
    return parts[0] if len(parts) == 1 else Chain(parts)


def _parse_one(spec: str) -> Levelled:
    name, _, level = spec.partition(":")
    if name not in NOISES:
        examples = ", ".join(kind.example for kind in NOISES.values())
        raise ValueError(
            f"unknown noise '{spec}'; write one of {examples}, or some of them joined by {JOIN} or {EITHER}"
        )
    kind = NOISES[name]
    levels = re.split(r"(?<=[\d.])-", level)  # not at the sign of -5 or 1e-3
    try:
        low, high = (float(part) for part in (levels if len(levels) > 1 else levels * 2))
    except ValueError:
        raise ValueError(f"noise '{spec}' has no level: {kind.unit}, for example '{kind.example}'") from None
    return kind(low, high)
