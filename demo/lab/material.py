"""What experiments learn from and are measured on: cut from the built-in photographs."""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor

from n2n import Pairs, noise
from n2n.data import SHOT_ROLES, StackedScenes, image, make, pairs, reader

from ..content import samples
from .experiment import Value

LEARNT, MEASURED = "samples", "more-samples"  # photographs: none is in both
SHIPPED = "gaussian-small"  # a built-in model that answers at once
SIDE = 32  # pixels, of the course's pictures
SCENES, HELD = 1000, 200


def learnt(kind: str, shots: int = 2, seed: int = 0, side: int = SIDE, scenes: int = 0) -> Pairs:
    """Scenes with so many noisy shots each (at most 8), and their clean pictures. `kind`: noise such as gaussian:25.
    `scenes` 0: SCENES of them.
    """
    return _made(LEARNT, kind, shots, seed, side, scenes or SCENES)


def measured(kind: str, shots: int = 2, seed: int = 0, side: int = SIDE, scenes: int = 0) -> Pairs:
    """The same of other photographs, to measure on; `scenes` 0: HELD of them."""
    return _made(MEASURED, kind, shots, seed + 1, side, scenes or HELD)


def fresh(kind: str) -> Pairs:
    """The photographs to learn from, whose noise is drawn anew each time one is shown."""
    return reader.read_photographs(LEARNT, noise=noise.parse(kind))


def _made(photographs: str, kind: str, shots: int, seed: int, side: int, scenes: int) -> Pairs:
    read = reader.read_photographs(photographs, noise=noise.parse(kind))
    arrays = make.make_pairs(read, scenes, side, shots=shots, clean=True, seed=seed)
    stacks = [arrays[role] for role in SHOT_ROLES[:shots]]
    return pairs.gather(StackedScenes(stacks, arrays["clean"]), f"{kind} on {photographs}")


def photograph(key: str, side: int) -> Tensor:
    """The middle square of a picture of samples.py, shrunk to (1, C, side, side) in [0, 1], C 1 or 3.

    Raises ValueError for an unknown key.
    """
    whole = image.to_tensor(samples.read(key).pixels, 255.0)
    short = min(whole.shape[-2:])
    top, left = ((length - short) // 2 for length in whole.shape[-2:])
    square = whole[..., top : top + short, left : left + short]
    return F.interpolate(square, (side, side), mode="bilinear", antialias=True)


def spot(chosen: Mapping[str, Value], side: int) -> tuple[int, int]:
    """Row and column of the pixel that lies "y" % down and "x" % across a picture of side × side pixels."""
    row, column = (min(side - 1, int(float(chosen[name]) / 100 * side)) for name in ("y", "x"))
    return row, column
