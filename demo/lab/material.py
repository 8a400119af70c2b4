"""Data for experiments: pairs to learn from and to measure on, made of the built-in photographs."""

from collections.abc import Mapping

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from n2n import Pairs, noise
from n2n.data import SHOT_ROLES, StackedScenes, make, pairs
from n2n.files import EIGHT_BITS, to_tensor
from n2n.reading import reader

from ..content import samples
from .experiment import Choice, Value

# The control for one of the pictures without noise.
PICTURE = Choice(
    "picture", "Picture", tuple((sample.label, key) for key, sample in samples.WITHOUT_NOISE.items()), "cat"
)

LEARNT, MEASURED = "samples", "more-samples"  # two sets of different photographs
SHIPPED = "gaussian-small"  # a built-in model that is quick on any computer
SIDE = 32  # pixels, as in the course
SCENES, HELD = 1000, 200


def pairs_to_learn(kind: str, shots: int = 2, seed: int = 0, side: int = SIDE, scenes: int = SCENES) -> Pairs:
    """Scenes to learn from, with so many noisy shots each (at most 8) and clean pictures; noise such as gaussian:25."""
    return _pairs(LEARNT, kind, shots, seed, side, scenes)


def pairs_to_measure(kind: str, shots: int = 2, seed: int = 0, side: int = SIDE, scenes: int = HELD) -> Pairs:
    """The same from other photographs, to measure on."""
    return _pairs(MEASURED, kind, shots, seed + 1, side, scenes)


def clean_pictures(photographs: str, side: int, scenes: int, seed: int) -> np.ndarray:
    """Clean pictures alone, float16 (N, C, side, side); `photographs` is LEARNT or MEASURED."""
    return _arrays(photographs, "gaussian:25", 2, seed, side, scenes)["clean"]


def fresh_noise(kind: str) -> Pairs:
    """The photographs to learn from, with new noise each time that one is used."""
    return reader.read_photographs(LEARNT, noise=noise.parse(kind))


def _arrays(photographs: str, kind: str, shots: int, seed: int, side: int, scenes: int) -> dict[str, np.ndarray]:
    read = reader.read_photographs(photographs, noise=noise.parse(kind))
    return make.make_pairs(read, scenes, side, shots=shots, clean=True, seed=seed)


def _pairs(photographs: str, kind: str, shots: int, seed: int, side: int, scenes: int) -> Pairs:
    arrays = _arrays(photographs, kind, shots, seed, side, scenes)
    stacks = [arrays[role] for role in SHOT_ROLES[:shots]]
    return pairs.gather(StackedScenes(stacks, arrays["clean"]), f"{kind} on {photographs}")


def photograph(key: str, side: int) -> Tensor:
    """The middle square of a sample picture, reduced to (1, C, side, side) in [0, 1], C 1 or 3.

    Raises ValueError for an unknown key.
    """
    whole = to_tensor(samples.read(key).pixels, EIGHT_BITS)
    short = min(whole.shape[-2:])
    top, left = ((length - short) // 2 for length in whole.shape[-2:])
    square = whole[..., top : top + short, left : left + short]
    return F.interpolate(square, (side, side), mode="bilinear", antialias=True)


def spot(chosen: Mapping[str, Value], side: int) -> tuple[int, int]:
    """Row and column of the pixel that is "y" % down and "x" % across in a picture of side × side pixels."""
    row, column = (min(side - 1, int(float(chosen[name]) / 100 * side)) for name in ("y", "x"))
    return row, column
