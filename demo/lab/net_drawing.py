"""A U-Net drawn as it is: its levels and skips, with some feature maps of each stage, all in one picture file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from n2n import UNet
from n2n.analysis import Box, FeatureMaps, Stage, feature_maps

from ..work.rows import url

TILE, ACROSS = 64, 16  # pixels of a map in the picture file; maps side by side in it
SLOTS = 9  # maps beside each other at each side of a level
QUALITY = 80  # of the file


class DrawnStage(TypedDict):
    """A stage: which of its maps are in the file, from which place on, and what part of it reaches the chosen value."""

    name: str
    level: int
    rising: bool
    maps: int
    side: int  # pixels of a map
    shown: list[int]
    first: int  # place of its first map in the file
    reaches: list[float] | None  # left, top, width, height in percent; None where it does not


class DrawnSkip(TypedDict):
    """A skip connection."""

    level: int
    words: str


class NetDrawing(TypedDict):
    """The value of the component that draws the net."""

    src: str
    across: int
    stages: list[DrawnStage]
    skips: list[DrawnSkip]
    chosen: list[int | str]  # stage and map
    all: list[int]  # maps of the chosen stage
    all_first: int  # place of the first of these in the file


class Chosen(NamedTuple):
    """One value: a stage's map, and a pixel in it."""

    stage: Stage
    number: int
    row: int
    column: int


def varied(maps: FeatureMaps) -> dict[str, list[int]]:
    """The numbers of each stage's maps, those that vary most first."""
    return {
        name: output[0].detach().flatten(1).std(1).argsort(descending=True).tolist()
        for name, output in maps.outputs.items()
    }


def draw(
    file: Path, net: UNet, maps: FeatureMaps, chosen: Chosen, boxes: Mapping[str, Box], order: Mapping[str, list[int]]
) -> NetDrawing:
    """Writes the maps; `order` from `varied`, `boxes` are what reaches the chosen value. Raises OSError."""
    stages = feature_maps.stages(net)
    tiles: list[Tensor] = []
    drawn: list[DrawnStage] = []
    for stage in stages:
        beside = sum((other.level, other.rising) == (stage.level, stage.rising) for other in stages)
        shown = sorted(order[stage.name][: SLOTS // beside])
        if stage == chosen.stage and chosen.number not in shown:
            shown[-1] = chosen.number
        side = maps.outputs[stage.name].shape[-1]
        drawn.append(
            {
                "name": stage.name,
                "level": stage.level,
                "rising": stage.rising,
                "maps": stage.maps,
                "side": side,
                "shown": shown,
                "first": sum(map(len, tiles)),
                "reaches": _percent(boxes[stage.name], side) if stage.name in boxes else None,
            }
        )
        tiles.append(_tiles(maps.outputs[stage.name][0, shown]))
    first = sum(map(len, tiles))
    tiles.append(_tiles(maps.outputs[chosen.stage.name][0]))
    Image.fromarray(_sheet(torch.cat(tiles))).save(file, quality=QUALITY)
    skips: list[DrawnSkip] = [
        {"level": skip.level, "words": f"skip {skip.source}, {_maps(skip.maps)}"} for skip in feature_maps.skips(net)
    ]
    return {
        "src": url(file),
        "across": ACROSS,
        "stages": drawn,
        "skips": skips,
        "chosen": [chosen.stage.name, chosen.number],
        "all": list(range(chosen.stage.maps)),
        "all_first": first,
    }


def _maps(count: int) -> str:
    return f"{count} map{'s' * (count != 1)}"


def _percent(box: Box, side: int) -> list[float]:
    sizes = box.left, box.top, box.right - box.left, box.bottom - box.top
    return [round(100 * size / side, 2) for size in sizes]


def _tiles(maps: Tensor) -> Tensor:
    """(N, H, W) → (N, TILE, TILE) in [0, 1]: each from its darkest value to its brightest."""
    few = maps.detach()[:, None]
    few = F.interpolate(few, (TILE, TILE), mode="area" if few.shape[-1] > TILE else "nearest")[:, 0]
    low, high = few.amin((1, 2), keepdim=True), few.amax((1, 2), keepdim=True)
    return ((few - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)


def _sheet(tiles: Tensor) -> np.ndarray:
    """(N, TILE, TILE) → one picture of 8 bits, ACROSS tiles in a line."""
    lines = -(-len(tiles) // ACROSS)
    whole = torch.zeros(lines * ACROSS, TILE, TILE)
    whole[: len(tiles)] = tiles
    whole = whole.reshape(lines, ACROSS, TILE, TILE).transpose(1, 2).reshape(lines * TILE, ACROSS * TILE)
    return (255 * whole).round().byte().numpy()


def stage_named(stages: Sequence[Stage], name: str) -> Stage:
    """The stage of a name. Raises ValueError naming those allowed."""
    for stage in stages:
        if stage.name == name:
            return stage
    raise ValueError(f"there is no stage '{name}' in this net; allowed: {', '.join(stage.name for stage in stages)}")
