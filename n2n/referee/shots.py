"""The two shots by which results are judged, and the parts of them that results show."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..data import LEAST_SIDE, Scene, Shots
from ..files import Planes, ValueRange
from ..measure import clipping
from ..reading import Entry
from ..remedies import Motion, motion, registration

Unit = npt.NDArray[np.float32]  # (C, H, W), white at 1
Window = tuple[slice, slice]  # rows and columns
SURE, NEAR = 4.0, 0.5  # standard errors and pixels from which on a shift of the second shot is undone


class Unfit(ValueError):
    """A result, or a pair of shots, that cannot be scored; the message says why and what to do."""

    def __init__(self, code: str, text: str, remedy: str = "") -> None:
        super().__init__(text)
        self.code = code  # one word for programs
        self.remedy = remedy  # the option that mends it, such as --align; empty where none does


@dataclass(frozen=True)
class ShotPair:
    """Both shots of a scene, its clean picture where there is one, and how values of its type are seen."""

    scene: Scene
    data: Shots  # the set it belongs to
    first: Tensor  # float (1, C, H, W), white at 1
    second: Tensor
    clean: Tensor | None

    @classmethod
    def of(cls, scene: Scene, data: Shots) -> "ShotPair":
        """The pair of a scene of a set."""
        first, second, *clean = (data.to_float(picture)[None].contiguous() for picture in scene.pictures)
        return cls(scene, data, first, second, clean[0] if clean else None)

    @property
    def range(self) -> ValueRange:
        """The range of the values in the files."""
        return self.data.range

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.first.shape[-2], self.first.shape[-1]

    @cached_property
    def unbiased(self) -> tuple[Tensor, Tensor]:
        """Both shots with the bias of clipping removed."""
        return clipping.unbiased(self.first, self.second)[:2]

    @cached_property
    def mean(self) -> Unit:
        """The mean of both shots, (C, H, W), without the bias of clipping."""
        one, other = self.unbiased
        mean: Unit = ((one + other) / 2)[0].numpy()
        return mean

    def part(self, window: Window) -> "ShotPair":
        """The same pair cut to a window."""
        if window == tuple(slice(0, side) for side in self.size):
            return self
        where = (..., *window)
        clean = None if self.clean is None else self.clean[where]
        return replace(
            self, scene=self.scene.window(where), first=self.first[where], second=self.second[where], clean=clean
        )


def laid_back(entry: Entry) -> tuple[Entry, str]:
    """The entry with its second shot moved back by whole pixels onto the first one and all cut to what both show, and
    what was done, in words; the same entry where the shots lie on each other.
    """
    scene = entry.scene
    first, second = (shot.astype(np.float32).mean(0) for shot in scene.shots[:2])
    found, error = registration.find_motion(first, second)
    moved = found.whole
    if found.distance < max(NEAR, SURE * error) or not moved.distance:
        return entry, ""
    window = motion.shared_window(first.shape, [moved])
    if min(part.stop - part.start for part in window) < LEAST_SIDE:
        return entry, ""
    target = motion.put_back(scene.shots[1], moved, window)
    where = (..., *window)
    cut = scene.window(where)
    results = {
        name: values[where] if values.shape[-2:] == first.shape else values for name, values in entry.results.items()
    }
    told = f"{scene.name}: the second shot lay {in_words(moved)} and was moved back"
    return replace(entry, scene=replace(cut, shots=(cut.shots[0], target)), results=results), told


def in_words(moved: Motion) -> str:
    """'2 px down and 1 px left'"""
    parts = [
        f"{abs(way):.3g} px {words[way < 0]}"
        for way, words in ((moved.down, ("down", "up")), (moved.right, ("right", "left")))
        if abs(way) >= 0.05
    ]
    turned = [f"turned by {moved.turn:.2f}°"] if abs(moved.turn) > 0.01 else []
    scaled = [f"scaled by {100 * (moved.zoom - 1):+.2f} %".replace("-", "−")] if abs(moved.zoom - 1) > 1e-4 else []
    return " and ".join([*parts, *turned, *scaled]) or "in place"


def checked(values: Planes, what: str) -> None:
    """Raises Unfit for values that are not finite."""
    if values.dtype.kind == "f" and (odd := int((~np.isfinite(values)).sum())):
        raise Unfit(
            "nan",
            f"{what} has {odd:,} value{'s' * (odd != 1)} that {'is' if odd == 1 else 'are'} NaN or infinite; let the "
            "program write numbers there, or replace them",
        )


def grey(picture: Unit) -> npt.NDArray[Any]:
    """(C, H, W) → (H, W)"""
    mean: npt.NDArray[Any] = picture.mean(axis=0)
    return mean


def to_tensor(picture: Unit) -> Tensor:
    """(C, H, W) → (1, C, H, W)"""
    return torch.from_numpy(np.ascontiguousarray(picture))[None]
