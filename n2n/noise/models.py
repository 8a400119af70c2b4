"""Noise models: callables photograph → noisy picture, drawn from an explicit generator and never clipped.

Clipping would shift the mean of the noise, and Noise2Noise needs targets that are right on average
(Lehtinen et al., 2018, section 2). scikit-image's random_noise knows some of them, but draws no levels, gives no second
shot at the same level, and takes no torch generator.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .text_overlay import write_over


class Noise:
    """A noise model.

    Call it with a photograph, float (N, C, H, W) in [0, 1], and a CPU generator: returns a noisy picture, float,
    same device, not clipped.
    """

    name: str
    zero_mean: bool = True  # is the average of many noisy pictures the clean one?
    in_range: bool = True  # do noisy pixels stay in [0, 1]?
    numbers: int = 1  # how many numbers the levels of a picture are

    @property
    def shrink(self) -> int:
        """How many times smaller the noisy picture is than the photograph, in height and in width."""
        return 1

    @property
    def sigma(self) -> tuple[float, float] | None:
        """Least and greatest standard deviation on mid-grey in units of 255; None where that says little about it."""
        return None

    def clean(self, photo: Tensor) -> Tensor:
        """The picture that the noisy ones scatter around."""
        return photo

    def on_sharp(self) -> "Noise | None":
        """What of this noise pictures that are sharp at the pixel can have; None where that is nothing."""
        return self

    def __call__(self, photo: Tensor, rng: Generator) -> Tensor:
        return self.shots(photo, 1, rng)[0]

    def shots(self, photo: Tensor, count: int, rng: Generator) -> list[Tensor]:
        """`count` noisy pictures with independent noise, all shots of a photograph at the same levels."""
        levels = self.levels(len(photo), rng)
        return [self.draw(photo.cpu(), levels, rng).to(photo.device) for _ in range(count)]

    def levels(self, count: int, rng: Generator) -> Tensor:
        """The levels of each of `count` pictures, (N, numbers, 1, 1)."""
        raise NotImplementedError

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        """photo (N, C, H, W) and its levels, (N, numbers, 1, 1), both on the CPU → noisy."""
        raise NotImplementedError


@dataclass(frozen=True)
class Levelled(Noise):
    """A noise with one level, or with a range of levels from which every picture draws its own."""

    low: float
    high: float

    unit: ClassVar[str]  # meaning of the level
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
        drawn = torch.empty(count, 1, 1, 1, dtype=torch.float32).uniform_(generator=rng)
        return drawn * (self.high - self.low) + self.low


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
        return photo.flatten(2).gather(2, chosen).view(*photo.shape[:2], rows, columns)
