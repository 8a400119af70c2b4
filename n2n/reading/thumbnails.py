"""How much pictures look alike: the correlation of small thumbnails, which noise hardly touches."""

import math
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from skimage.restoration import estimate_sigma

from ..files import Planes

SIDE = 16  # pixels of a thumbnail
MIDDLE = 128  # pixels from the middle, in which noise is measured
SAMPLED = 48  # scenes whose thumbnails are compared
CLEARER = 0.1  # by which another reading of the names must fit better, over what chance gives
SURE = 3.0  # standard deviations
ALIKE, APART = 0.7, 0.25  # correlations: of a picture with its true partner; by which it exceeds others
CLEARLY_ALIKE, CLEARLY_APART = 0.8, 0.4  # the same, beyond doubt even where few of the pictures show it

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


def bears_out(thumbnails: Thumbnails, groups: Groups) -> bool:
    """Whether pictures are clearly more like their partners than like pictures of the next group, or of one group."""
    if len(groups) == 1:
        [only] = groups
        chance = 1 / math.sqrt(thumbnails.values(only[0]))
        return min(_mean(thumbnails, picture, [other for other in only if other != picture]) for picture in only) > (
            CLEARER + SURE * chance
        )
    others = [(*group[:1], *after[1:]) for group, after in zip(groups, [*groups[1:], groups[0]])]
    return is_clearer(thumbnails, others, groups)


def _partners(groups: Groups) -> dict[PurePosixPath, list[PurePosixPath]]:
    return {picture: [other for other in group if other != picture][:4] for group in groups for picture in group}


def _mean(thumbnails: Thumbnails, picture: PurePosixPath, others: list[PurePosixPath]) -> float:
    return sum(thumbnails.likeness(picture, other) for other in others) / max(1, len(others))


def noisiness(picture: Planes) -> float:
    """The share of noise in the contrast of a picture, (C, H, W), from 0 to 1."""
    middle = tuple(slice(max(0, length // 2 - MIDDLE), length // 2 + MIDDLE) for length in picture.shape[-2:])
    grey = picture[(slice(None), *middle)].mean(0, dtype=np.float32)
    contrast = float(grey.std())
    return float(estimate_sigma(grey)) / contrast if contrast > 0 else 0.0


class Mistake(NamedTuple):
    """A picture whose partner looks otherwise, while the partner of another one fits."""

    picture: PurePosixPath
    partner: PurePosixPath
    better: PurePosixPath
    clear: bool  # beyond doubt


def mistakes(thumbnails: Thumbnails, groups: Groups) -> list[Mistake]:
    """Pictures that have the wrong partner, of those that are `sampled`.

    Compared are first pictures with second ones only, which have as much noise as the partner has.
    """
    pairs = [group for group in sampled(groups) if len(group) > 1]
    if len(pairs) < 2:
        return []
    alike = np.array([[thumbnails.likeness(one[0], other[1]) for other in pairs] for one in pairs])
    found = []
    for place, row in enumerate(alike):
        best = int(row.argmax())
        most, gap = float(row[best]), float(row[best] - np.delete(row, best).max())
        if best != place and int(alike[:, best].argmax()) == place and most > ALIKE and gap > APART:
            clear = most > CLEARLY_ALIKE and gap > CLEARLY_APART
            found.append(Mistake(pairs[place][0], pairs[place][1], pairs[best][1], clear))
    return found
