"""Frames → the pages of a file, in its order."""

import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from .layout import Layout
from .types import Pixels


def pages(frames: Iterator[Pixels], layout: Layout, start: int, folder: Path | None = None) -> Iterator[Pixels]:
    """Frames (H, W, C) of an array → its parts behind the first `start` axes, in order; frames of which each is
    scattered over the array wait in a file in `folder`.
    """
    page = layout.shape[start:]
    blocks = map(layout.block, frames)
    of_channels = [place for place in layout.of_channels if place < start]
    if max(layout.of_frames, default=-1) < min([start, *of_channels]):
        for block in blocks:
            yield from np.ascontiguousarray(block).reshape(-1, *page)
        return
    with tempfile.TemporaryFile(dir=folder) as scratch:
        first = next(blocks)
        whole: Pixels = np.memmap(scratch, first.dtype, "w+", shape=layout.shape)
        for number, block in enumerate(chain([first], blocks)):
            whole[layout.key(number)] = block
        yield from whole.reshape(-1, *page)
