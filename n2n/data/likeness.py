"""How much pictures look alike: the correlation of small thumbnails, which noise hardly touches."""

import math
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from .types import Planes

SIDE = 16  # pixels of a thumbnail
SAMPLED = 48  # scenes whose thumbnails are compared
CLEARER = 0.1  # by which another reading of the names must fit better, over what chance gives
SURE = 3.0  # standard deviations
ALIKE, APART = 0.7, 0.25  # correlations: of a picture with its true partner; by which it exceeds others

Groups = Sequence[Sequence[PurePosixPath]]
Vectors = npt.NDArray[np.float32]


class Thumbnails:
    """Thumbnails of pictures (C, H, W), each made when it is first asked for."""

    def __init__(self, load: Callable[[PurePosixPath], Planes]) -> None:
        self._load = load
        self._made: dict[PurePosixPath, tuple[tuple[int, ...], Vectors]] = {}

    def likeness(self, one: PurePosixPath, other: PurePosixPath) -> float:
        """Correlation of two pictures; 0 where their sizes differ or one is constant."""
        (shape, first), (other_shape, second) = self._thumbnail(one), self._thumbnail(other)
        return float(first @ second) if shape == other_shape else 0.0

    def values(self, picture: PurePosixPath) -> int:
        """Independent values of a thumbnail where the picture is noise."""
        return self._thumbnail(picture)[1].size

    def _thumbnail(self, picture: PurePosixPath) -> tuple[tuple[int, ...], Vectors]:
        if picture not in self._made:
            pixels = self._load(picture)
            self._made[picture] = pixels.shape[-2:], _normalised(pixels)
        return self._made[picture]


def _normalised(pixels: Planes) -> Vectors:
    """(C, H, W) → the values of a thumbnail, of mean 0 and norm 1."""
    grey = torch.from_numpy(pixels.mean(0, dtype=np.float32))[None]
    height, width = (min(SIDE, max(2, length // 2)) for length in grey.shape[-2:])
    values: Vectors = F.adaptive_avg_pool2d(grey.nan_to_num(), (height, width)).flatten().numpy()
    values = values - values.mean()
    norm = float(np.linalg.norm(values))
    return values / norm if norm > 0 else values


def sampled(groups: Groups) -> Groups:
    """Some neighbouring groups: the first ones."""
    return groups[:SAMPLED]


def is_clearer(thumbnails: Thumbnails, preferred: Groups, other: Groups) -> bool:
    """Whether pictures are clearly more like those they are with in the `other` grouping than in the preferred one."""
    before, after = _partners(preferred), _partners(other)
    pictures = [picture for group in sampled(preferred) for picture in group[:4] if picture in after]
    if not pictures:
        return False
    gains = [
        _mean(thumbnails, picture, after[picture]) - _mean(thumbnails, picture, before[picture]) for picture in pictures
    ]
    independent = len(pictures) / 2 * thumbnails.values(pictures[0])
    return sum(gains) / len(gains) > CLEARER + SURE * math.sqrt(2 / independent)


def _partners(groups: Groups) -> dict[PurePosixPath, list[PurePosixPath]]:
    return {picture: [other for other in group if other != picture][:4] for group in groups for picture in group}


def _mean(thumbnails: Thumbnails, picture: PurePosixPath, others: list[PurePosixPath]) -> float:
    return sum(thumbnails.likeness(picture, other) for other in others) / max(1, len(others))


def mistaken(thumbnails: Thumbnails, groups: Groups) -> list[tuple[PurePosixPath, PurePosixPath, PurePosixPath]]:
    """Pictures whose partner looks otherwise, while the partner of another one fits: (picture, partner, better one).

    Compared are first pictures with second ones only, which have as much noise as the partner has.
    """
    pairs = [group for group in sampled(groups) if len(group) > 1]
    if len(pairs) < 2:
        return []
    alike = np.array([[thumbnails.likeness(one[0], other[1]) for other in pairs] for one in pairs])
    found = []
    for place, row in enumerate(alike):
        best = int(row.argmax())
        second = float(np.delete(row, best).max())
        mutual = int(alike[:, best].argmax()) == place
        if best != place and mutual and row[best] > ALIKE and row[best] - second > APART:
            found.append((pairs[place][0], pairs[place][1], pairs[best][1]))
    return found
