"""Denoising of pictures of any size with a network, by padding, tiling and cropping; exact at the seams."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ..data import pad_to_multiple
from ..files import tamed, turned, turned_back
from .fast_unet import FastUNet
from .unet import UNet

Net = UNet | FastUNet

PASS_PIXELS = 2**23  # pixels that pass the network at once; a larger picture goes in overlapping tiles
BATCH_PIXELS = 2**18  # pixels of small pictures that pass the network at once: more would leave the cache


class Tile(NamedTuple):
    """A part of some pictures: what the net sees of it, what is kept of the net's output, and where that goes."""

    pictures: slice
    rows: slice
    columns: slice
    kept_rows: slice
    kept_columns: slice
    top: int
    left: int


# Windows, float (N, C, H, W), → what the net makes of each, in the same order.
Passed = Callable[[Iterator[Tensor]], Iterable[Tensor]]


def denoise(
    net: Net,
    noisy: Tensor,
    *,
    ensemble: bool = False,
    pass_pixels: int = PASS_PIXELS,
    passed: Passed | None = None,
) -> Tensor:
    """noisy: float (N, C, H, W) in [0, 1], any H, W ≥ 1, on any device. Returns the same shape, device and type.

    `ensemble` averages over the eight flips and turns (Timofte et al., 2016). A picture of more than
    `pass_pixels` goes in tiles that overlap by the reach of the net, so that the result is that of the whole picture;
    `passed` takes the tiles through the net elsewhere, and without it they pass `net` here, one after the other.
    Outliers such as hot pixels stay as they are: the net sees them within bounds, and what is beyond is added again.
    No gradient is kept, and the mode of `net` is left as it was.
    """
    with evaluating(net), torch.no_grad():
        ordinary, passed = tamed(noisy), passed or partial(map, partial(run, net))
        result = _denoise_upright(net, ordinary, pass_pixels, passed)
        if ensemble:
            for turn in range(1, 8):
                result += turned_back(_denoise_upright(net, turned(ordinary, turn), pass_pixels, passed), turn)
            result.div_(8)
        return result if ordinary is noisy else result.add_(noisy - ordinary)


def blend(noisy: Tensor, denoised: Tensor, strength: float) -> Tensor:
    """A mixture: strength 0 gives the noisy picture, 1 the denoised one. Raises ValueError outside [0, 1]."""
    check_strength(strength)
    return denoised if strength == 1 else torch.lerp(noisy, denoised, strength)


def check_strength(strength: float) -> None:
    """Raises ValueError outside [0, 1]."""
    if not 0 <= strength <= 1:
        raise ValueError(f"strength is {strength}; allowed: 0 (nothing) to 1 (all of it)")


@contextmanager
def evaluating(net: Net) -> Iterator[None]:
    """Puts a net in evaluation mode, and back in its former mode at the end."""
    training = net.training
    net.eval()
    try:
        yield
    finally:
        net.train(training)


def _denoise_upright(net: Net, noisy: Tensor, pass_pixels: int, passed: Passed) -> Tensor:
    result = torch.empty_like(noisy)
    tiles = tiles_of(net, noisy.shape, pass_pixels)
    windows = (pad_to_multiple(noisy[tile.pictures][..., tile.rows, tile.columns], net.multiple) for tile in tiles)
    for tile, window in zip(tiles, passed(windows)):
        output = window[..., tile.kept_rows, tile.kept_columns]
        target = result[tile.pictures, :, tile.top :, tile.left :][..., : output.shape[-2], : output.shape[-1]]
        target.copy_(output[..., : target.shape[-2], : target.shape[-1]])
    return result


def tiles_of(net: Net, shape: Sequence[int], pass_pixels: int) -> list[Tile]:
    """The tiles of pictures of a shape, (N, C, H, W), of which none has more than `pass_pixels` unless it is mostly
    overlap.
    """
    overlap = -(-net.reach // net.multiple) * net.multiple
    sides = [-(-side // net.multiple) * net.multiple for side in shape[-2:]]
    cores = _cores(sides, overlap, net.multiple, pass_pixels)
    tiles = []
    for top, left in itertools.product(*(range(0, side, core) for side, core in zip(sides, cores))):
        rows, kept_rows = _window(top, cores[0], overlap, sides[0])
        columns, kept_columns = _window(left, cores[1], overlap, sides[1])
        at_once = max(1, BATCH_PIXELS // ((rows.stop - rows.start) * (columns.stop - columns.start)))
        for first in range(0, shape[0], at_once):
            pictures = slice(first, first + at_once)
            tiles.append(Tile(pictures, rows, columns, kept_rows, kept_columns, top, left))
    return tiles


def _cores(sides: list[int], overlap: int, multiple: int, pass_pixels: int) -> list[int]:
    """Height and width of a tile's own part: the longer one is cut into ever more equal parts, until a tile with its
    overlaps is small enough, or mostly overlap.
    """
    cores, parts = list(sides), [1, 1]
    while max(cores) > overlap:
        height, width = (core + overlap * min(2, part - 1) for core, part in zip(cores, parts))
        if height * width <= pass_pixels:
            break
        longer = cores.index(max(cores))
        parts[longer] += 1
        cores[longer] = -(-sides[longer] // parts[longer] // multiple) * multiple
    return cores


def _window(start: int, core: int, overlap: int, side: int) -> tuple[slice, slice]:
    """The part of the picture that a tile reads, and the part of its result that it keeps."""
    low, high = max(0, start - overlap), min(side, start + core + overlap)
    return slice(low, high), slice(start - low, min(start + core, side) - low)


def run(net: Net, window: Tensor) -> Tensor:
    """What the net makes of a window, float (N, C, H, W), whose sides are multiples of the net's."""
    parameter = next(net.parameters())
    output: Tensor = net(window.to(parameter.device, parameter.dtype, memory_format=torch.channels_last))
    return output
