"""Several noises, one after the other."""

import math
from collections.abc import Sequence
from functools import reduce

import torch
from torch import Generator, Tensor

from .models import Levelled, Noise

JOIN = "+"  # between the noises of a chain, in text


class Chain(Noise):
    """Several noises, each on the result of the one before: photons, then electronics, then dead pixels."""

    def __init__(self, parts: Sequence[Levelled]) -> None:
        self.parts = tuple(parts)
        self.name = JOIN.join(dict.fromkeys(part.name for part in parts))  # twice Gaussian is Gaussian
        self.zero_mean = all(part.zero_mean for part in parts)
        self.in_range = all(part.in_range for part in parts)
        self.numbers = sum(part.numbers for part in parts)

    def __str__(self) -> str:
        return JOIN.join(map(str, self.parts))

    @property
    def shrink(self) -> int:
        return math.prod(part.shrink for part in self.parts)

    @property
    def sigma(self) -> tuple[float, float] | None:
        sigmas = [sigma for part in self.parts if (sigma := part.sigma)]
        return (math.hypot(*(low for low, _ in sigmas)), math.hypot(*(high for _, high in sigmas))) if sigmas else None

    def clean(self, photo: Tensor) -> Tensor:
        return reduce(lambda picture, part: part.clean(picture), self.parts, photo)

    def on_sharp(self) -> Noise | None:
        parts = [part for part in self.parts if part.on_sharp()]
        return Chain(parts) if parts else None

    def levels(self, count: int, rng: Generator) -> Tensor:
        return torch.cat([part.levels(count, rng) for part in self.parts], dim=1)

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        for part, level in zip(self.parts, levels.split([part.numbers for part in self.parts], dim=1)):
            photo = part.draw(photo, level, rng)
        return photo
