"""What the axes of an array mean: frames, depth, channels, height and width, by the letters of tifffile."""

import math
from typing import NamedTuple

import numpy as np

from .types import Pixels

CHANNELS = "CS"  # channels one after the other, and samples of a pixel
SHOTS = "TIQ"  # times, and pages without a label: shots of one scene, or frames of a movie
WORDS = {"T": "time point", "I": "frame", "Q": "frame", "Z": "depth", "C": "channel", "S": "channel", "P": "position"}
ONE_PICTURE = ("YX", "YXS", "SYX")
LETTERS = "TZCSYX"
EXAMPLES = "TYX for frames, ZYX for a depth stack, CYX or YXS for channels, TZCYX for all of them"


class Layout(NamedTuple):
    """The meaning of the axes of an array, in the order of the file; every axis but C, S, Y and X counts frames."""

    axes: str  # a letter for each axis, such as TZCYX
    shape: tuple[int, ...]

    def __str__(self) -> str:
        """'TCYX: 5 time points × 2 channels of 160×120'"""
        named = [
            _counted(self.shape[place], letter)
            for place, letter in enumerate(self.axes)
            if place not in (self.row, self.column)
        ]
        size = f"{self.shape[self.column]}×{self.shape[self.row]}"
        return f"{self.axes}: {' × '.join(named)} of {size}" if named else f"{self.axes}: {size}"

    @property
    def row(self) -> int:
        """The place of the axis of rows."""
        return self.axes.rindex("Y")

    @property
    def column(self) -> int:
        """The place of the axis of columns."""
        return self.axes.rindex("X")

    @property
    def of_channels(self) -> tuple[int, ...]:
        """The places of the axes of channels."""
        return tuple(place for place, letter in enumerate(self.axes) if letter in CHANNELS)

    @property
    def of_frames(self) -> tuple[int, ...]:
        """The places of the axes of frames."""
        inside = (self.row, self.column, *self.of_channels)
        return tuple(place for place in range(len(self.axes)) if place not in inside)

    @property
    def channels(self) -> int:
        """The channels of a frame."""
        return math.prod(self.shape[place] for place in self.of_channels)

    @property
    def frames(self) -> int:
        """The number of frames."""
        return math.prod(self.frame_shape)

    @property
    def frame_shape(self) -> tuple[int, ...]:
        """The lengths of the axes of frames."""
        return tuple(self.shape[place] for place in self.of_frames)

    def key(self, frame: int) -> tuple[int | slice, ...]:
        """The index of a frame, counted in the order of the file, into the whole array."""
        places = dict(zip(self.of_frames, np.unravel_index(frame, self.frame_shape))) if self.of_frames else {}
        return tuple(int(places[place]) if place in places else slice(None) for place in range(len(self.axes)))

    def frame(self, block: Pixels) -> Pixels:
        """A part of the array, by `key` → (H, W, C), a view where that can be."""
        kept = [place for place in range(len(self.axes)) if place not in self.of_frames]
        order = [kept.index(place) for place in (self.row, self.column, *self.of_channels)]
        moved = block.transpose(order)
        return moved.reshape(*moved.shape[:2], -1)

    def block(self, frame: Pixels) -> Pixels:
        """(H, W, C) → the part of the array in the order of the file; the inverse of `frame`."""
        kept = [place for place in range(len(self.axes)) if place not in self.of_frames]
        order = [kept.index(place) for place in (self.row, self.column, *self.of_channels)]
        split = frame.reshape(*frame.shape[:2], *(self.shape[place] for place in self.of_channels))
        return split.transpose(np.argsort(order))

    def scenes(self) -> list[list[int]]:
        """The frames that are shots of one scene, for each scene: they differ in time, or by an unlabelled axis."""
        numbers = np.arange(self.frames).reshape(self.frame_shape)
        letters = [self.axes[place] for place in self.of_frames]
        order = sorted(range(len(letters)), key=lambda place: letters[place] in SHOTS)
        shots = math.prod(length for letter, length in zip(letters, self.frame_shape) if letter in SHOTS)
        grouped: list[list[int]] = numbers.transpose(order).reshape(-1, shots).tolist()
        return grouped

    def scenes_of(self, present: int) -> list[list[int]]:
        """`scenes`, or all the frames that are `present` as one scene where some are missing."""
        return self.scenes() if present == self.frames else [list(range(present))]

    def as_shots(self) -> str:
        """The axes with all frames as shots of one scene: ZYX is TYX."""
        chosen = [place for place in self.of_frames if self.shape[place] > 1][:1]
        return "".join("T" if place in chosen else letter for place, letter in enumerate(self.axes))

    def sized(self, height: int, width: int) -> "Layout":
        """The same layout for frames of this size."""
        sizes = {self.row: height, self.column: width}
        return self._replace(shape=tuple(sizes.get(place, length) for place, length in enumerate(self.shape)))

    def rechannelled(self, channels: int) -> "Layout":
        """The same layout with this number of channels: samples of a pixel, where they were not on one axis."""
        if len(self.of_channels) == 1:
            [of_channels] = self.of_channels
            shape = (*self.shape[:of_channels], channels, *self.shape[of_channels + 1 :])
            return self._replace(shape=shape)
        kept = [place for place in range(len(self.axes)) if place not in self.of_channels]
        axes, shape = "".join(self.axes[place] for place in kept), tuple(self.shape[place] for place in kept)
        return Layout(axes + "S", (*shape, channels)) if channels > 1 else Layout(axes, shape)

    def counted(self, frames: int) -> "Layout":
        """The same layout with this number of frames, which are in one row where they were not as many before."""
        if frames == self.frames:
            return self
        kept = [place for place in range(len(self.axes)) if place not in self.of_frames]
        axes, shape = "".join(self.axes[place] for place in kept), tuple(self.shape[place] for place in kept)
        if frames == 1:
            return Layout(axes, shape)
        return Layout((self.axes[self.of_frames[0]] if self.of_frames else "T") + axes, (frames, *shape))


def _counted(length: int, letter: str) -> str:
    """'4 time points', '1 channel'"""
    word = WORDS.get(letter)
    return f"{length} {word}{'s' * (length != 1)}" if word else f"{length} along {letter}"


def checked(layout: Layout, name: str) -> Layout:
    """Raises ValueError for axes without a picture in them."""
    if layout.axes.count("X") != 1 or layout.axes.count("Y") != 1 or len(layout.axes) != len(layout.shape):
        found = "×".join(map(str, layout.shape))
        raise ValueError(f"'{name}' holds {found} with axes {layout.axes}, no pictures; say them: {EXAMPLES}")
    return layout


def overruled(layout: Layout, axes: str, name: str) -> Layout:
    """The layout with other axes. Raises ValueError where they are not as many as the file has."""
    if len(axes) != len(layout.shape):
        found = "×".join(map(str, layout.shape))
        raise ValueError(
            f"'{name}' has {len(layout.shape)} axes ({found}, read as {layout.axes}), and {axes} names {len(axes)}; "
            "give a letter for each"
        )
    return checked(Layout(axes, layout.shape), name)


def parse(text: str) -> str:
    """'tyx' → 'TYX'. Raises ValueError for letters that are not known, or without Y and X."""
    axes = text.strip().upper()
    unknown = sorted(set(axes) - set(LETTERS))
    twice = sorted(letter for letter in set(axes) if axes.count(letter) > 1)
    if unknown or twice or not {"Y", "X"} <= set(axes):
        raise ValueError(
            f"axes are '{text}'; allowed: each of the letters {LETTERS} once, Y and X among them: {EXAMPLES}"
        )
    return axes


def guessed(shape: tuple[int, ...]) -> Layout:
    """The layout of an array of which the shape alone is known: samples last, channels before rows, else frames."""
    if len(shape) >= 3 and shape[-1] in (1, 3, 4):
        inside = "YXS"
    elif len(shape) >= 4 and shape[-3] <= 4:
        inside = "CYX"
    else:
        inside = "YX"
    ahead = len(shape) - len(inside)
    return Layout("Q" * ahead + inside, shape)
