"""What the pair doctor's checks take and return: a sample of pairs, and a verdict."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..files import spread
from ..remedies import exposure

Crop = npt.NDArray[np.float32]  # (C, H, W), white is 1
LISTED = 5  # pairs that are named at most
ENOUGH = 256  # pairs that tell what all of them share


@dataclass(frozen=True)
class Verdict:
    """The result of one check."""

    check: str
    level: str  # "green", "amber" or "red"
    value: float | None
    unit: str
    text: str  # the finding; unless green, also its cost and advice
    remedy: str = ""  # the option of `train` and `align` that mends it, such as --align; empty where none does

    @property
    def figure(self) -> str:
        """'5.83 px', '0 % of pixels' for less than 0.01 % of them; '' where there is no value."""
        return "" if self.value is None else f"{0 if self.nothing else self.value:.3g} {self.unit}"

    @property
    def nothing(self) -> bool:
        """Whether the value is a share that is next to nothing: what was found is in a few of many pairs."""
        return self.value is not None and self.unit.startswith("%") and abs(self.value) < 0.01

    def __str__(self) -> str:
        number = f": {self.figure}" if self.figure else ""
        told = f"{self.text} The option {self.remedy} does it." if self.remedy else self.text
        text = textwrap.fill(told, 110, initial_indent=" " * 7, subsequent_indent=" " * 7)
        return f"{self.level.upper():7}{self.check}{number}\n{text}"


@dataclass(frozen=True, eq=False)
class CropPair:
    """The centre of two consecutive shots; float32 (C, H, W), white is 1."""

    scene: str  # its name
    order: int  # of the first shot in its scene, from 0
    source: Crop
    target: Crop

    @property
    def shots(self) -> tuple[Crop, Crop]:
        """Source and target."""
        return self.source, self.target

    @cached_property
    def grey(self) -> tuple[Crop, Crop]:
        """Both shots (H, W), the mean over their channels."""
        return self.source.mean(axis=0), self.target.mean(axis=0)

    @cached_property
    def exposure(self) -> exposure.Exposure:
        """How much brighter the target is."""
        return exposure.find_exposure(self.source, self.target)

    @property
    def name(self) -> str:
        """'7', or '7, shots 2 and 3'"""
        return self.scene if self.order == 0 else f"{self.scene}, shots {self.order + 1} and {self.order + 2}"


@dataclass(frozen=True)
class Sample:
    """The pairs that the checks examine."""

    crops: tuple[CropPair, ...]  # the pairs whose shots differ
    identical: tuple[str, ...]  # the names of those whose shots are equal
    pixels: int  # of all pairs in the set

    @property
    def some(self) -> list[CropPair]:
        """Evenly spread pairs, ENOUGH at most: for faults of the camera, which all pairs share."""
        return some_of(self.crops, ENOUGH)

    @property
    def largest(self) -> list[CropPair]:
        """The pairs with most pixels."""
        most = max(pair.source.size for pair in self.crops)
        return [pair for pair in self.crops if pair.source.size == most]


def judged(
    check: str, value: float, unit: str, limits: tuple[float, float], found: str, then: str, remedy: str = ""
) -> Verdict:
    """The verdict is amber from the first limit on, and red from the second; unless green, it ends with `then`."""
    sign = 1 if limits[0] < limits[1] else -1
    level = ("green", "amber", "red")[sum(sign * value >= sign * limit for limit in limits)]
    if level == "green":
        return Verdict(check, level, float(value), unit, found)
    return Verdict(check, level, float(value), unit, f"{found} {then}", remedy)


def signed(number: float, digits: int = 2) -> str:
    """'+0.25' or '−0.25', with a true minus sign; zero is '+0.00'."""
    return f"{number:+z.{digits}f}".replace("-", "−")


def listed(names: Sequence[str]) -> str:
    """'scene 3, 17 and 4 more': the pairs that a message names."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return "; ".join(f"'{name}'" for name in names[:LISTED]) + more


def some_of(pairs: Sequence[CropPair], most: int) -> list[CropPair]:
    """At most so many of the pairs, evenly spread."""
    return [pairs[place] for place in spread(len(pairs), most)]
