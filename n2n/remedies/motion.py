"""A small motion between two shots: shifted, turned, scaled; and the shot moved back by it."""

import itertools
import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from ..files import Planes

Grey = npt.NDArray[np.floating[Any]]  # (H, W)
Window = tuple[slice, slice]  # rows and columns


class Motion(NamedTuple):
    """Where the picture of a reference lies in another shot: turned and scaled about the centre, then shifted."""

    down: float = 0.0  # pixels
    right: float = 0.0
    turn: float = 0.0  # degrees, clockwise on the screen
    zoom: float = 1.0  # 1.01: 1 % larger

    @property
    def distance(self) -> float:
        """The length of the shift in pixels."""
        return math.hypot(self.down, self.right)

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """(2, 2): (row, column) from the centre in the reference → the same in the other shot, before the shift."""
        angle = math.radians(self.turn)
        return self.zoom * np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])

    @property
    def whole(self) -> "Motion":
        """The nearest shift by whole pixels, not turned, not scaled."""
        return Motion(float(round(self.down)), float(round(self.right)))

    def displacements(self, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
        """(4, 2): by how many pixels the corners of pictures of this shape are moved, down and right."""
        corners = np.array(list(itertools.product(*((-side / 2, side / 2) for side in shape))))
        return corners @ (self.matrix - np.eye(2)).T + (self.down, self.right)

    def farthest(self, shape: tuple[int, int], other: "Motion | None" = None) -> float:
        """The longest way in pixels that a corner is moved, or lies from where the `other` moves it."""
        away = self.displacements(shape) - (other or Motion()).displacements(shape)
        return float(np.hypot(*away.T).max())


def shared_window(shape: tuple[int, ...], motions: Iterable[Motion], margin: int = 0) -> Window:
    """The rows and columns of the reference that all the moved shots show, too."""
    sides = (shape[-2], shape[-1])
    moves = np.concatenate([np.zeros((1, 2)), *(motion.displacements(sides) for motion in motions)])
    low = np.ceil(np.maximum(0, -moves.min(axis=0)) - 1e-6).astype(int) + margin
    high = np.ceil(np.maximum(0, moves.max(axis=0)) - 1e-6).astype(int) + margin
    rows, columns = (slice(int(a), max(int(a), side - int(b))) for a, b, side in zip(low, high, sides))
    return rows, columns


def moved_back(shot: Grey, motion: Motion, window: Window, order: int = 3) -> Grey:
    """The part of a shot (H, W) that lies in this window of the reference, by splines of this order.

    A shift by whole pixels is cut out as it is.
    """
    if motion == motion.whole:
        cut = tuple(slice(part.start + int(by), part.stop + int(by)) for part, by in zip(window, motion[:2]))
        return shot[cut]
    centre = (np.array(shot.shape) - 1) / 2
    corner = np.array([part.start for part in window])
    offset = motion.matrix @ (corner - centre) + centre + motion[:2]
    sides = tuple(part.stop - part.start for part in window)
    wanted = motion.matrix if motion.matrix.any() and (motion.turn or motion.zoom != 1) else np.ones(2)
    moved: Grey = scipy.ndimage.affine_transform(
        shot.astype(np.float32), wanted, offset, sides, order=order, mode="mirror"
    )
    return moved


def put_back(picture: Planes, motion: Motion, window: Window) -> Planes:
    """A picture (C, H, W) moved back onto its reference and cut to a window of it, in the same type.

    Whole numbers are rounded, and kept in the range of their type.
    """
    planes = np.stack([moved_back(plane, motion, window) for plane in picture])
    if planes.dtype == picture.dtype:
        return planes
    if np.issubdtype(picture.dtype, np.integer):
        limits = np.iinfo(picture.dtype.name)
        planes = np.rint(planes).clip(limits.min, limits.max)
    return planes.astype(picture.dtype)


def likeness(reference: Grey, moving: Grey, motion: Motion, smooth: float = 0.0) -> float:
    """The correlation of two pictures where both show the scene, the second moved back; 0 where one is flat.

    `smooth` is the σ in pixels of a Gaussian filter that takes the noise out of both before.
    """
    if smooth:
        reference, moving = (scipy.ndimage.gaussian_filter(shot, smooth) for shot in (reference, moving))
    window = shared_window(reference.shape, [motion])
    one, other = reference[window], moved_back(moving, motion, window, order=1)
    one, other = one - one.mean(), other - other.mean()
    power = math.sqrt(float(np.mean(one**2)) * float(np.mean(other**2)))
    return float(np.mean(one * other)) / power if power > 0 else 0.0
