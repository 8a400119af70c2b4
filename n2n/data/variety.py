"""Photographs bent at random, so that what is learnt from them holds for other pictures.

A photograph off the web is sharp at the pixel, has half of its colours and one scale. Pictures out of a camera are
soft at the pixel, those that were shrunk are sharper and have all their colours, and those of a microscope are dark,
grey and blurred by its optics.
"""

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .structures import structures

VARIETIES = ("plain", "photos", "camera", "microscopy")
SHRUNK, ENLARGED = (0.45, 1.0), (1.0, 1.6)  # scales, least and most
CLEANED = (0.45, 0.9)  # to which those that are enlarged are shrunk before: photographs have a grain of their own
SATURATION, GAMMA = (0.3, 2.5), (0.5, 2.0)
OWN_SIZE = {"photos": 0.5, "camera": 0.2, "microscopy": 0.2}  # fractions of the photographs that keep theirs
OWN_COLOURS = 0.5
SOFT = 0.85  # fraction of the others that are enlarged, where any are: a camera's pictures are soft at the pixel
INVERTED = 0.15  # fraction of the others that are turned into their negative
DRAWN = 0.6  # fraction of the pictures of a microscope that show drawn structures
SPREAD, HAZE = (0.7, 2.5), (6.0, 20.0)  # pixels: standard deviations of a microscope's point spread and of its haze
MOST_HAZE = 0.5  # part of the light that comes from out of focus
POWER = (1.0, 3.0)  # of the brightness of a photograph, which leaves few bright things on dark ground
PEAK, GROUND = (0.2, 1.0), (0.01, 0.1)  # brightest and darkest value of a picture of a microscope


def scale(variety: str, rng: Generator) -> float:
    """How many times larger a photograph becomes; 1 leaves it as it is."""
    if variety == "plain" or _uniform((0, 1), rng) < OWN_SIZE[variety]:
        return 1.0
    enlarged = variety != "photos" and _uniform((0, 1), rng) < SOFT
    return _spread(ENLARGED if enlarged else SHRUNK, rng)


def varied(photo: Tensor, side: tuple[int, int], variety: str, rng: Generator) -> Tensor:
    """A photograph, float (C, H, W) in [0, 1], at another size and in other colours: (C, *side), in [0, 1]."""
    if variety == "camera" and photo.shape[-1] < side[1]:
        photo = _without_grain(photo, rng)
    if photo.shape[-2:] != side:
        photo = F.interpolate(photo[None], side, mode="bicubic", antialias=True)[0].clamp_(0, 1)
    if variety == "microscopy":
        return _under_a_microscope(photo, rng)
    return photo if _uniform((0, 1), rng) < OWN_COLOURS else _other_colours(photo, rng)


def _without_grain(photo: Tensor, rng: Generator) -> Tensor:
    """A photograph shrunk, which averages its own noise away; a net would keep what it sees in both shots."""
    times = _spread(CLEANED, rng)
    small = [max(8, round(times * length)) for length in photo.shape[-2:]]
    return F.interpolate(photo[None], small, mode="bicubic", antialias=True)[0].clamp_(0, 1)


def _other_colours(photo: Tensor, rng: Generator) -> Tensor:
    grey = photo.mean(0, keepdim=True)
    photo = (grey + _spread(SATURATION, rng) * (photo - grey)).clamp_(0, 1) ** _spread(GAMMA, rng)
    photo = photo[torch.randperm(len(photo), generator=rng)]
    return 1 - photo if _uniform((0, 1), rng) < INVERTED else photo


def _under_a_microscope(photo: Tensor, rng: Generator) -> Tensor:
    """Grey, repeated in every channel: a dark photograph, its negative, or drawn structures, seen through optics."""
    shares = torch.rand(len(photo), generator=rng)
    grey = torch.einsum("c,chw->hw", shares / shares.sum(), photo).clamp(0, 1)  # rounding leaves [0, 1]
    if _uniform((0, 1), rng) < DRAWN:
        grey = structures(grey.shape[0], grey.shape[1], rng)
    elif _uniform((0, 1), rng) < 0.5:
        grey = 1 - grey
    grey, haze = grey ** _spread(POWER, rng), _uniform((0, MOST_HAZE), rng)
    grey = (1 - haze) * _blurred(grey, _spread(SPREAD, rng)) + haze * _blurred(grey, _spread(HAZE, rng))
    grey = (grey - grey.min()) / (grey.max() - grey.min()).clamp_min(1e-3)
    ground = _uniform(GROUND, rng)
    return (ground + (_spread(PEAK, rng) - ground) * grey).clamp_(0, 1).expand_as(photo)


def _blurred(picture: Tensor, length: float) -> Tensor:
    """(H, W) blurred by a Gaussian whose standard deviation is `length` pixels."""
    reach = math.ceil(3 * length)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / length) ** 2)
    kernel /= kernel.sum()
    padded = F.pad(picture[None, None], (reach,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel[None, None, None]), kernel[None, None, :, None])[0, 0]


def _uniform(span: tuple[float, float], rng: Generator) -> float:
    low, high = span
    return low + (high - low) * float(torch.rand((), generator=rng))


def _spread(span: tuple[float, float], rng: Generator) -> float:
    """A number of a span, drawn evenly by its logarithm."""
    low, high = span
    return low * math.exp(math.log(high / low) * float(torch.rand((), generator=rng)))
