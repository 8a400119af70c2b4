"""Noise models: callables photograph → noisy picture, drawn from an explicit generator and never clipped.

Clipping would shift the mean of the noise, and Noise2Noise needs targets that are right on average
(Lehtinen et al., 2018, section 2). Each model is written `name:level` or `name:low-high`; from a range every
picture draws its own level.
"""

import re
import string
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont
from torch import Generator, Tensor


def generator(*seed: int) -> Generator:
    """A CPU generator for a path of non-negative numbers such as (seed, step); others of its length are independent."""
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    return Generator().manual_seed(int(state >> np.uint64(1)))


@dataclass(frozen=True)
class Noise:
    """A noise model with a level, or a range of levels.

    Call it with a photograph, float (N, C, H, W) in [0, 1], and a CPU generator: returns a noisy picture, float,
    same device, not clipped. `clean` returns the picture that the noisy ones scatter around.
    """

    low: float
    high: float

    name: ClassVar[str]
    unit: ClassVar[str]  # what the level means
    example: ClassVar[str]
    least: ClassVar[float] = 0.0
    most: ClassVar[float]
    shrink: ClassVar[int] = 1  # photograph pixels to a side of one pixel of the result
    zero_mean: ClassVar[bool] = True  # is the average of many noisy pictures the clean one?
    in_range: ClassVar[bool] = True  # do noisy pixels stay in [0, 1]?

    def __post_init__(self) -> None:
        if not self.least <= self.low <= self.high <= self.most:
            raise ValueError(
                f"noise '{self}' is out of range: {self.unit}, from {self.least:g} to {self.most:g}, "
                f"for example '{self.example}'"
            )

    def __str__(self) -> str:
        level = f"{self.low:.12g}" if self.low == self.high else f"{self.low:.12g}-{self.high:.12g}"
        return f"{self.name}:{level}"

    def clean(self, photo: Tensor) -> Tensor:
        return photo

    def __call__(self, photo: Tensor, rng: Generator) -> Tensor:
        return self.shots(photo, 1, rng)[0]

    def shots(self, photo: Tensor, count: int, rng: Generator) -> list[Tensor]:
        """`count` noisy pictures with independent noise, all shots of a photograph at the same level."""
        levels = torch.empty(len(photo), 1, 1, 1).uniform_(generator=rng) * (self.high - self.low) + self.low
        return [self.draw(photo.cpu(), levels, rng).to(photo.device) for _ in range(count)]

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        """photo (N, C, H, W) and its levels (N, 1, 1, 1), both on the CPU → noisy."""
        raise NotImplementedError


class Gaussian(Noise):
    """y = x + n, n ~ N(0, σ²), the same σ in every pixel and channel."""

    name, unit, example, most = "gaussian", "standard deviation in units of 255", "gaussian:0-50", 255.0
    in_range = False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return photo + levels / 255 * torch.empty_like(photo).normal_(generator=rng)


class Poisson(Noise):
    """y = Poisson(λx) / λ: λ photons where the picture is white (section 3.2 of the paper)."""

    name, unit, example, least, most = "poisson", "photons in a white pixel", "poisson:30", 0.1, 1e6
    in_range = False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return torch.poisson(photo.clamp_min(0) * levels, generator=rng) / levels


class Bernoulli(Noise):
    """y = m·x, each pixel black with probability p, all channels together (section 3.2)."""

    name, unit, example, most, zero_mean = "bernoulli", "probability of a lost pixel", "bernoulli:0.5", 1.0, False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return photo * (torch.empty_like(photo[:, :1]).uniform_(generator=rng) >= levels)


class Impulse(Noise):
    """Each pixel replaced with probability p by a colour uniform in [0, 1]³ (section 3.4)."""

    name, unit, example, most, zero_mean = "impulse", "probability of a replaced pixel", "impulse:0.5", 1.0, False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        replaced = torch.empty_like(photo[:, :1]).uniform_(generator=rng) < levels
        return torch.where(replaced, torch.empty_like(photo).uniform_(generator=rng), photo)


class Speckle(Noise):
    """y = x·(1 + n), n ~ N(0, s²): the gain that coherent light and radar put on a picture."""

    name, unit, example, most = "speckle", "standard deviation of the gain", "speckle:0.2", 2.0
    in_range = False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return photo * (1 + levels * torch.empty_like(photo).normal_(generator=rng))


class Text(Noise):
    """Random strings in random colours and sizes until a fraction p of the pixels is covered (section 3.3)."""

    name, unit, example, most, zero_mean = "text", "covered fraction of the picture", "text:0.25", 0.9, False

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        return torch.stack([_write_over(picture, float(level), rng) for picture, level in zip(photo, levels)])


class Pixelate(Noise):
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


NOISES: dict[str, type[Noise]] = {
    kind.name: kind for kind in (Gaussian, Poisson, Bernoulli, Impulse, Speckle, Text, Pixelate)
}


def parse(spec: str) -> Noise:
    """'gaussian:25' or 'gaussian:0-50' → Noise. Raises ValueError naming the known models."""
    name, _, level = spec.partition(":")
    if name not in NOISES:
        examples = ", ".join(kind.example for kind in NOISES.values())
        raise ValueError(f"unknown noise '{spec}'; write one of {examples}")
    kind = NOISES[name]
    levels = re.split(r"(?<=[\d.])-", level)  # not at the sign of -5 or 1e-3
    try:
        low, high = (float(part) for part in (levels if len(levels) > 1 else levels * 2))
    except ValueError:
        raise ValueError(f"noise '{spec}' has no level: {kind.unit}, for example '{kind.example}'") from None
    return kind(low, high)


def _write_over(picture: Tensor, fraction: float, rng: Generator) -> Tensor:
    """(C, H, W) with text over `fraction` of its pixels, counted on the mask that is drawn."""
    channels, height, width = picture.shape
    ink = picture.clone()
    covered = torch.zeros(height, width, dtype=torch.bool)
    count = 0
    while count < fraction * height * width:
        size, length = (int(torch.randint(10, 30, (), generator=rng)) for _ in range(2))
        letters = torch.randint(len(string.ascii_letters), (length // 2,), generator=rng)
        left, top = (int(torch.randint(-size, side, (), generator=rng)) for side in (width, height))
        mask = _written("".join(string.ascii_letters[i] for i in letters), size)
        mask = mask[max(0, -top) : height - top, max(0, -left) : width - left]
        place = (slice(max(0, top), max(0, top) + len(mask)), slice(max(0, left), max(0, left) + mask.shape[1]))
        ink[:, *place][:, mask] = torch.rand(channels, 1, generator=rng)
        count += int((mask & ~covered[place]).sum())
        covered[place] |= mask
    return ink


def _written(text: str, size: int) -> Tensor:
    """The letters' pixels as (H, W) of bool, from the point at which the text is placed."""
    font = _font(size)
    *_, right, bottom = font.getbbox(text)
    mask = Image.new("L", (int(right) + 1, int(bottom) + 1))
    ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=font)
    return torch.from_numpy(np.array(mask)) > 127


_font = lru_cache(maxsize=None)(ImageFont.load_default)
