"""Experiment 8: a picture on its way through the U-Net, and the pixels that reach one value of one feature map."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from n2n import Noise2Noise, UNet, UNetConfig, noise
from n2n.analysis import INPUT, Box, FeatureMaps, feature_maps, influence
from n2n.nets import MULTIPLE, initialize_he

from ..work import colour_maps
from ..work.picture_files import PictureFile, write_map, write_picture
from . import material, net_drawing
from .experiment import SEED, Amount, Answer, Choice, Experiment, Screen, Value, never
from .material import photograph, spot
from .net_drawing import Chosen

SIDE = 4 * MULTIPLE  # pixels: small enough that everything is computed anew while a slider is dragged
STAGES = feature_maps.stages(UNet(UNetConfig()))
FIRST = "DEC_CONV4B"
CLICKED = ("stage", "map", "x", "y")  # the controls that a click on a map sets
TRAINED, FRESH = "shipped", "fresh"


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Yields one screen: the net with its maps, and for the chosen value what reaches it."""
    net, seed, picture = _net(str(chosen["net"])), int(chosen["seed"]), str(chosen["picture"])
    clean = _clean(picture)
    noisy = noise.parse(f"gaussian:{float(chosen['level']):g}")(clean, noise.generator(seed, 0))
    maps = feature_maps.follow(net, noisy)
    value = _chosen(chosen)
    boxes = feature_maps.fields(net, value.stage.name, value.row, value.column, SIDE)
    votes = maps.votes(value.stage.name, value.number, value.row, value.column)
    order = _order(picture, str(chosen["net"]))
    drawing = net_drawing.draw(folder / "net.jpg", net, maps, value, boxes, order)
    row = _pictures(folder, maps, value, boxes[INPUT], votes)
    told = _headline(value, boxes[INPUT], votes)
    yield Screen(told, rows=(row,), notes=_notes(value), net=drawing, answer=answer(value, boxes[INPUT]))


@cache
def _net(kind: str) -> UNet:
    """A built-in net, or one of the same form with random weights."""
    net = Noise2Noise.load(material.SHIPPED, "cpu").net
    if kind == FRESH:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            initialize_he(net)
    return net.requires_grad_(False)


@cache
def _clean(picture: str) -> Tensor:
    return photograph(picture, SIDE).expand(-1, 3, -1, -1)


@cache
def _order(picture: str, kind: str) -> dict[str, list[int]]:
    """Which maps are shown, whatever the noise, so that none changes its place while that is changed."""
    return net_drawing.varied(feature_maps.follow(_net(kind), _clean(picture)))


def _chosen(chosen: Mapping[str, Value]) -> Chosen:
    stage = net_drawing.stage_named(STAGES, str(chosen["stage"]))
    row, column = spot(chosen, SIDE >> stage.level)
    return Chosen(stage, min(int(chosen["map"]), stage.maps) - 1, row, column)


def _pictures(folder: Path, maps: FeatureMaps, value: Chosen, box: Box, votes: Tensor) -> tuple[PictureFile, ...]:
    """The noisy picture with all that can reach the value framed, what does, and the map itself."""
    scale = 1 << value.stage.level
    own = Box(value.row, value.column, value.row + 1, value.column + 1).scaled(scale)
    large = maps.outputs[value.stage.name][:, value.number : value.number + 1].detach()
    large = large.repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    large = (large - large.min()) / (large.max() - large.min()).clamp_min(1e-6)
    share = 100 * votes.abs() / votes.abs().sum().clamp_min(1e-12)
    colours = colour_maps.fitting(share[0, 0].numpy(), "% of all that reaches it")
    seen = {
        "noisy": feature_maps.framed(maps.picture.detach(), box),
        "feature map": feature_maps.framed(large, own),
    }
    files = {role: write_picture(folder / f"{role[:7]}.png", role, picture, None) for role, picture in seen.items()}
    reaching = write_map(folder / "reaching.png", "what reaches it", share, colours)
    return files["noisy"], reaching, files["feature map"]


def _notes(value: Chosen) -> tuple[str, ...]:
    scale = 1 << value.stage.level
    return (
        f"{value.stage.name}: {value.stage.maps} maps of {SIDE // scale}×{SIDE // scale} values for a picture of "
        f"{SIDE}×{SIDE} pixels. Each map is shown from its darkest value in black to its brightest in white.",
        "Framed in the noisy picture: all pixels that could reach the value, its receptive field. In colours: how much "
        "the value changes with each of them now, by its gradient.",
    )


def _headline(value: Chosen, box: Box, votes: Tensor) -> str:
    """How large the receptive field is, and how far the pixels lie that make half of the difference."""
    size = f"{box.right - box.left}×{box.bottom - box.top}"
    field = f"{value.stage.name}, map {value.number + 1}: {size} pixels of the picture can reach the value in the frame"
    if not votes.abs().sum() > 0:
        return f"{field}; just now none of them does."
    half = _half(votes, value)
    return f"{field}; half of what does comes from within {half} pixel{'s' * (half != 1)}."


def answer(value: Chosen, box: Box) -> Answer | None:
    """What a value at the deepest level sees; None for another one."""
    if value.stage.level < max(stage.level for stage in STAGES):
        return None
    size = f"{box.right - box.left}×{box.bottom - box.top}"
    return Answer(f"All of it: at the deepest level, {size} of {SIDE}×{SIDE} pixels can reach a value.", "all")


def _half(votes: Tensor, value: Chosen) -> int:
    """The distance in pixels from the middle of the value's place within which half of the votes lie."""
    scale = 1 << value.stage.level
    middle = (int((place + 0.5) * scale) for place in (value.row, value.column))
    return int((influence.within(votes, *middle) >= 0.5).int().argmax())


EXPERIMENT = Experiment(
    key="follow",
    title="Follow a pixel",
    question="How much of the picture does one value deep inside the net see?",
    words=(
        "Every level of the U-Net halves the picture, and its feature maps show what the net finds there. Click into a "
        "map: lit up, and framed, is everything that reaches the place you clicked."
    ),
    why="Each convolution sees one pixel more at every side, and each halving doubles what a pixel stands for.",
    poll=(("9 pixels", "few"), ("A patch of it", "patch"), ("All of it", "all")),
    controls=(
        Amount("level", "Gaussian noise, σ of 255", 0, 75, 1, 25),
        material.PICTURE,
        Choice("net", "The net", (("a built-in model", TRAINED), ("the same before it learnt", FRESH)), TRAINED),
        Choice("stage", "Convolution", tuple((stage.name, stage.name) for stage in STAGES), FIRST, "or click a map"),
        Amount("map", "Feature map", 1, max(stage.maps for stage in STAGES), 1, 1),
        Amount("x", "Place, % across", 0, 100, 1, 50),
        Amount("y", "Place, % down", 0, 100, 1, 50),
        SEED,
    ),
    work=work,
    trains=never,
    picks=("x", "y"),
    sides=("noisy", "feature map"),
    live=True,
)
