"""Noise models: callables photograph → noisy picture, drawn from an explicit generator and never clipped.

Clipping would shift the mean of the noise, and Noise2Noise needs targets that are right on average
(Lehtinen et al., 2018, section 2). Each model is written `name:level` or `name:low-high`; from a range every
picture draws its own level. Several are joined by a plus: one follows the other. scikit-image's random_noise knows some
of them, but draws no levels, gives no second shot at the same one, and takes no torch generator.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .text_overlay import write_over


def generator(*seed: int) -> Generator:
    """A CPU generator for a path of non-negative numbers such as (seed, step); others of its length are independent."""
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    return Generator().manual_seed(int(state >> np.uint64(1)))


class Noise:
    """How noisy pictures come about.

    Call it with a photograph, float (N, C, H, W) in [0, 1], and a CPU generator: returns a noisy picture, float,
    same device, not clipped. `clean` returns the picture that the noisy ones scatter around.
    """

    name: str
    shrink: int = 1  # photograph pixels to a side of one pixel of the result
    zero_mean: bool = True  # is the average of many noisy pictures the clean one?
    in_range: bool = True  # do noisy pixels stay in [0, 1]?

    @property
    def sigma(self) -> tuple[float, float] | None:
        """Least and greatest standard deviation on mid-grey in units of 255; None where that says little of it."""
        return None

    def clean(self, photo: Tensor) -> Tensor:
        return photo

    def __call__(self, photo: Tensor, rng: Generator) -> Tensor:
        return self.shots(photo, 1, rng)[0]

    def shots(self, photo: Tensor, count: int, rng: Generator) -> list[Tensor]:
        """`count` noisy pictures with independent noise, all shots of a photograph at the same levels."""
        levels = self.levels(len(photo), rng)
        return [self.draw(photo.cpu(), levels, rng).to(photo.device) for _ in range(count)]

    def levels(self, count: int, rng: Generator) -> Tensor:
        """A level for each of `count` pictures, (N, 1, 1, 1); of several noises one behind the other, (N, K, 1, 1)."""
        raise NotImplementedError

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        """photo (N, C, H, W) and its levels, both on the CPU → noisy."""
        raise NotImplementedError


@dataclass(frozen=True)
class Levelled(Noise):
    """One noise with a level, or a range of levels from which every picture draws its own."""

    low: float
    high: float

    unit: ClassVar[str]  # what the level means
    example: ClassVar[str]
    least: ClassVar[float] = 0.0
    most: ClassVar[float]

    def __post_init__(self) -> None:
        if not self.least <= self.low <= self.high <= self.most:
            raise ValueError(
                f"noise '{self}' is out of range: {self.unit}, from {self.least:g} to {self.most:g}, "
                f"for example '{self.example}'"
            )

    def __str__(self) -> str:
        level = f"{self.low:.12g}" if self.low == self.high else f"{self.low:.12g}-{self.high:.12g}"
        return f"{self.name}:{level}"

    def levels(self, count: int, rng: Generator) -> Tensor:
        return (
            torch.empty(count, 1, 1, 1, dtype=torch.float32).uniform_(generator=rng) * (self.high - self.low) + self.low
        )


class Gaussian(Levelled):
    """y = x + n, n ~ N(0, σ²), the same σ in every pixel and channel."""

    name, unit, example, most = "gaussian", "standard deviation in units of 255", "gaussian:0-50", 255.0
    in_range = False

    @property
    def sigma(self) -> tuple[float, float]:
        return self.low, self.high

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return photo + levels / 255 * torch.empty_like(photo).normal_(generator=rng)


class Poisson(Levelled):
    """y = Poisson(λx) / λ: λ photons where the picture is white (section 3.2 of the paper)."""

    name, unit, example, least, most = "poisson", "photons in a white pixel", "poisson:30", 0.1, 1e6
    in_range = False

    @property
    def sigma(self) -> tuple[float, float]:
        return 255 * math.sqrt(0.5 / self.high), 255 * math.sqrt(0.5 / self.low)

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return torch.poisson(photo.clamp_min(0) * levels, generator=rng) / levels


class Bernoulli(Levelled):
    """y = m·x, each pixel black with probability p, all channels together (section 3.2)."""

    name, unit, example, most, zero_mean = "bernoulli", "probability of a lost pixel", "bernoulli:0.5", 1.0, False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return photo * (torch.empty_like(photo[:, :1]).uniform_(generator=rng) >= levels)


class Impulse(Levelled):
    """Each pixel replaced with probability p by a colour uniform in [0, 1]³ (section 3.4)."""

    name, unit, example, most, zero_mean = "impulse", "probability of a replaced pixel", "impulse:0.5", 1.0, False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        replaced = torch.empty_like(photo[:, :1]).uniform_(generator=rng) < levels
        return torch.where(replaced, torch.empty_like(photo).uniform_(generator=rng), photo)


class Speckle(Levelled):
    """y = x·(1 + n), n ~ N(0, s²): the gain that coherent light and radar put on a picture."""

    name, unit, example, most = "speckle", "standard deviation of the gain", "speckle:0.2", 2.0
    in_range = False

    @property
    def sigma(self) -> tuple[float, float]:
        return 127.5 * self.low, 127.5 * self.high

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return photo * (1 + levels * torch.empty_like(photo).normal_(generator=rng))


class Text(Levelled):
    """Random strings in random colours and sizes until a fraction p of the pixels is covered (section 3.3)."""

    name, unit, example, most, zero_mean = "text", "covered fraction of the picture", "text:0.25", 0.9, False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return torch.stack([write_over(picture, float(level), rng) for picture, level in zip(photo, levels)])


class Pixelate(Levelled):
    """One pixel drawn at random from each block of b×b, channels together; clean is the mean of the block.

    The noise of the course data set: one sample a pixel, as in Monte Carlo rendering. The picture shrinks b times.
    """

    name, unit, example, least, most = "pixelate", "side of the block, a whole number of pixels", "pixelate:8", 2, 64

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low != self.high or self.low != int(self.low):
            raise ValueError(f"noise '{self}' is not a block: {self.unit}, for example '{self.example}'")

    @property
    def shrink(self) -> int:
        return int(self.low)

    def _crop(self, photo: Tensor) -> Tensor:
        """Cuts off the rows and columns that fill no whole block."""
        height, width = (side - side % self.shrink for side in photo.shape[-2:])
        if not height or not width:
            raise ValueError(
                f"a picture of {photo.shape[-1]}×{photo.shape[-2]} pixels is too small for '{self}': "
                f"each side needs at least {self.shrink}"
            )
        return photo[..., :height, :width]

    def clean(self, photo: Tensor) -> Tensor:
        return F.avg_pool2d(self._crop(photo), self.shrink)

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        side, width = self.shrink, photo.shape[-1]
        rows, columns = (length // side for length in self._crop(photo).shape[-2:])
        within = torch.randint(side * side, (len(photo), rows, columns), generator=rng)
        row = torch.arange(rows)[:, None] * side + within // side
        column = torch.arange(columns) * side + within % side
        chosen = (row * width + column).flatten(1)[:, None].expand(-1, photo.shape[1], -1)
        return photo.flatten(2).gather(2, chosen).unflatten(2, (rows, columns))


class Chain(Noise):
    """Several noises, each on the result of the one before: photons, then electronics, then dead pixels."""

    def __init__(self, parts: Sequence[Levelled]) -> None:
        self.parts = tuple(parts)
        self.name = JOIN.join(dict.fromkeys(part.name for part in parts))  # twice Gaussian is Gaussian
        self.shrink = math.prod(part.shrink for part in parts)
        self.zero_mean = all(part.zero_mean for part in parts)
        self.in_range = all(part.in_range for part in parts)

    def __str__(self) -> str:
        return JOIN.join(map(str, self.parts))

    @property
    def sigma(self) -> tuple[float, float] | None:
        known = [part.sigma for part in self.parts if part.sigma]
        return tuple(math.hypot(*ends) for ends in zip(*known)) if known else None

    def clean(self, photo: Tensor) -> Tensor:
        return reduce(lambda picture, part: part.clean(picture), self.parts, photo)

    def levels(self, count: int, rng: Generator) -> Tensor:
        return torch.cat([part.levels(count, rng) for part in self.parts], dim=1)

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        for part, level in zip(self.parts, levels.split(1, dim=1)):
            photo = part.draw(photo, level, rng)
        return photo


NOISES: dict[str, type[Levelled]] = {
    kind.name: kind for kind in (Gaussian, Poisson, Bernoulli, Impulse, Speckle, Text, Pixelate)
}
JOIN = "+"  # between noises that follow each other


def parse(spec: str) -> Noise:
    """'gaussian:25', 'gaussian:0-50' or 'poisson:30+gaussian:0-10' → Noise. Raises ValueError naming the known ones."""
    parts = [_parse_one(part) for part in re.split(r"(?<![eE])\+", spec)]  # not at the sign of 1e+3
    return parts[0] if len(parts) == 1 else Chain(parts)


def _parse_one(spec: str) -> Levelled:
    name, _, level = spec.partition(":")
    if name not in NOISES:
        examples = ", ".join(kind.example for kind in NOISES.values())
        raise ValueError(f"unknown noise '{spec}'; write one of {examples}, or some of them joined by {JOIN}")
    kind = NOISES[name]
    levels = re.split(r"(?<=[\d.])-", level)  # not at the sign of -5 or 1e-3
    try:
        low, high = (float(part) for part in (levels if len(levels) > 1 else levels * 2))
    except ValueError:
        raise ValueError(f"noise '{spec}' has no level: {kind.unit}, for example '{kind.example}'") from None
    return kind(low, high)
