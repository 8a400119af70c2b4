"""One of several noises, drawn for every picture."""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from .models import Noise

EITHER = ","  # between the noises of a mixture, in text


class Mixture(Noise):
    """Every picture has one of several noises, each as often as it is named.

    Raises ValueError for a noise that makes pictures smaller.
    """

    def __init__(self, parts: Sequence[Noise]) -> None:
        if shrinking := next((part for part in parts if part.shrink > 1), None):
            raise ValueError(f"'{shrinking}' makes pictures smaller; write it alone, not beside others")
        self.parts = tuple(parts)
        self.name = EITHER.join(dict.fromkeys(part.name for part in parts))
        self.zero_mean = all(part.zero_mean for part in parts)
        self.in_range = all(part.in_range for part in parts)
        self.numbers = 1 + sum(part.numbers for part in parts)

    def __str__(self) -> str:
        return EITHER.join(map(str, self.parts))

    @property
    def sigma(self) -> tuple[float, float] | None:
        sigmas = [part.sigma for part in self.parts]
        known = [sigma for sigma in sigmas if sigma]
        return (min(low for low, _ in known), max(high for _, high in known)) if len(known) == len(sigmas) else None

    def on_sharp(self) -> Noise | None:
        parts = [part for noise in self.parts if (part := noise.on_sharp())]
        return Mixture(parts) if parts else None

    def levels(self, count: int, rng: Generator) -> Tensor:
        which = torch.randint(len(self.parts), (count, 1, 1, 1), generator=rng)
        return torch.cat([which.float(), *(part.levels(count, rng) for part in self.parts)], dim=1)

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        which, *own = levels.split([1, *(part.numbers for part in self.parts)], dim=1)
        noisy = photo.clone()
        for index, (part, level) in enumerate(zip(self.parts, own)):
            mine = which.flatten() == index
            if mine.any():
                noisy[mine] = part.draw(photo[mine], level[mine], rng)
        return noisy
