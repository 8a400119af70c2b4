"""What the pair doctor's checks take and return: a sample of pairs, and a verdict."""

import textwrap
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Crop = npt.NDArray[np.float32]  # (C, H, W), white is 1


@dataclass(frozen=True)
class Verdict:
    """The result of one check."""

    check: str
    level: str  # "green", "amber" or "red"
    value: float | None
    unit: str
    text: str  # the finding; unless green, also its cost and advice

    def __str__(self) -> str:
        number = "" if self.value is None else f": {self.value:.3g} {self.unit}"
        text = textwrap.fill(self.text, 110, initial_indent=" " * 7, subsequent_indent=" " * 7)
        return f"{self.level.upper():7}{self.check}{number}\n{text}"


class CropPair(NamedTuple):
    """The centre of two consecutive shots; float32 (C, H, W), white is 1."""

    order: int  # of the first shot in its scene, from 0
    source: Crop
    target: Crop


@dataclass(frozen=True)
class Sample:
    """The pairs that the checks examine."""

    crops: tuple[CropPair, ...]  # the pairs whose shots differ
    identical: float  # fraction of pairs whose shots are equal, 0 to 1
    pixels: int  # of all pairs in the set
