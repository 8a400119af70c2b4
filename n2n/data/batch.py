"""What is drawn from pairs: batches to measure on, and the places of crops to learn from."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ..files import Fractions


class Batch(NamedTuple):
    """Pictures of one size to measure on, float32 (N, C, H, W), white is 1."""

    names: tuple[str, ...]
    source: Tensor
    target: Tensor | None  # the second shot, if there is one
    clean: Tensor | None

    def window(self, rows: slice, columns: slice) -> "Batch":
        """The same part of every picture."""
        others = (None if one is None else one[..., rows, columns] for one in (self.target, self.clean))
        return Batch(self.names, self.source[..., rows, columns], *others)


class Crop(NamedTuple):
    """A random window of a random pair of a scene, as training uses it."""

    scene: int
    order: int  # which of the ordered pairs of its shots
    place: Fractions  # (2,): how far down and across, as a fraction of the room for the window


def stacked(parts: Sequence[Tensor | None]) -> Tensor | None:
    """A stack of the parts; None where one is missing."""
    present = [part for part in parts if part is not None]
    return torch.stack(present) if len(present) == len(parts) else None
