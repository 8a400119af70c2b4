"""What the levels of a U-Net make of a picture, and which of its pixels reach one value of one feature map."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..nets import UNet

INPUT = "INPUT"
THICK = 2  # pixels of a frame


class Stage(NamedTuple):
    """A convolution and its activation, whose outputs are feature maps."""

    name: str  # as in Table I
    level: int  # how many times the picture has been halved
    rising: bool  # after the deepest level
    maps: int


class Skip(NamedTuple):
    """Maps that go past the deeper levels, to be joined with those that come up from there."""

    level: int
    source: str  # the row of Table I
    maps: int


class Box(NamedTuple):
    """A rectangle of pixels; the ends are not in it."""

    top: int
    left: int
    bottom: int
    right: int

    def scaled(self, factor: float) -> "Box":
        """The same place where there are so many pixels for one: 2 below a pooling, 1/2 below an upsampling."""
        top, left, bottom, right = self
        return Box(
            *(math.floor(factor * end) for end in (top, left)), *(math.ceil(factor * end) for end in (bottom, right))
        )

    def grown(self, by: int) -> "Box":
        """With so many pixels more at every side."""
        return Box(self.top - by, self.left - by, self.bottom + by, self.right + by)

    def joined(self, other: "Box") -> "Box":
        """The smallest rectangle around both."""
        return Box(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))

    def clipped(self, height: int, width: int) -> "Box":
        """What of it lies in a picture."""
        return Box(max(0, self.top), max(0, self.left), min(height, self.bottom), min(width, self.right))


def stages(net: UNet) -> list[Stage]:
    """The convolutions of a net, in the order in which a picture passes them."""
    levels, rising, found = _levels(net), False, []
    for layer in net.layers:
        rising = rising or layer.function == "upsample"
        if layer.function == "convolution":
            found.append(Stage(layer.name, levels[layer.name], rising, layer.outputs))
    return found


def skips(net: UNet) -> list[Skip]:
    """The skip connections of a net, the deepest first."""
    levels = _levels(net)
    maps = {INPUT: net.config.channels} | {layer.name: layer.outputs for layer in net.layers}
    joined = [layer.other for layer in net.layers if layer.function == "concatenate"]
    return [Skip(levels[name], name, maps[name]) for name in joined]


def _levels(net: UNet) -> dict[str, int]:
    """The level of every row of Table I."""
    level, levels = 0, {INPUT: 0}
    for layer in net.layers:
        level += {"max-pool": 1, "upsample": -1}.get(layer.function, 0)
        levels[layer.name] = level
    return levels


def fields(net: UNet, name: str, row: int, column: int, side: int) -> dict[str, Box]:
    """What can reach one pixel of a stage's maps: its receptive field in each row of Table I before it, INPUT included,
    for a picture of side × side pixels.

    Raises KeyError for an unknown stage.
    """
    levels = _levels(net)
    found = {name: Box(row, column, row + 1, column + 1)}
    rows = [INPUT, *(layer.name for layer in net.layers)]
    for before, layer in reversed(list(zip(rows, net.layers))):
        if layer.name not in found:
            continue
        box, from_here = found[layer.name], [before]
        match layer.function:
            case "convolution":
                box = box.grown(1)
            case "max-pool":
                box = box.scaled(2)
            case "upsample":
                box = box.scaled(0.5)
            case "concatenate":
                from_here.append(layer.other)
        for source in from_here:
            seen = box.clipped(side >> levels[source], side >> levels[source])
            found[source] = found[source].joined(seen) if source in found else seen
    return found


@dataclass(frozen=True)
class FeatureMaps:
    """The outputs of all stages for one picture."""

    picture: Tensor  # float (1, C, H, W)
    outputs: dict[str, Tensor]  # by stage: (1, maps, H / 2**level, W / 2**level)

    def votes(self, name: str, number: int, row: int, column: int) -> Tensor:
        """The derivative of one pixel of one map by every pixel of the picture, along all its channels: (1, 1, H, W).

        Raises KeyError for an unknown stage, IndexError for a map or pixel that it has not got.
        """
        (slopes,) = torch.autograd.grad(self.outputs[name][0, number, row, column], self.picture, retain_graph=True)
        return slopes.sum(1, keepdim=True)


def follow(net: UNet, picture: Tensor) -> FeatureMaps:
    """Sends a picture, float (1, C, H, W) with sides that are multiples of the net's, through the net."""
    leaf = picture.detach().requires_grad_()
    outputs: dict[str, Tensor] = {}
    with torch.enable_grad(), _kept(net, outputs):
        outputs[net.layers[-1].name] = net(leaf)
    return FeatureMaps(leaf, outputs)


@contextmanager
def _kept(net: UNet, outputs: dict[str, Tensor]) -> Iterator[None]:
    """Keeps the output of every convolution, which the net's activation then changes in place."""

    def keep(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def hook(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
            outputs[name] = output

        return hook

    handles = [net.convolution(stage.name).register_forward_hook(keep(stage.name)) for stage in stages(net)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def framed(picture: Tensor, box: Box) -> Tensor:
    """The picture, (1, C, H, W), white at 1, with a white frame around a rectangle, as far as it lies inside."""
    result = picture.clone()
    outer = box.grown(THICK).clipped(*picture.shape[-2:])
    result[..., outer.top : outer.bottom, outer.left : outer.right] = 1.0
    inner = slice(box.top, box.bottom), slice(box.left, box.right)
    result[..., *inner] = picture[..., *inner]
    return result
