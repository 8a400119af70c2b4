"""Pairs drawn from one shot: of every block of 2×2 pixels two are taken, whose noise is independent.

What they show is not the same to the pixel, so fine detail counts as noise and some of it is lost. That is the price of
a missing second shot.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ..noise import generator
from .batch import Batch, Crop
from .pairs import MEASURE_PIXELS, Pairs, Shots

PAIRED, NEIGHBOURS, DIAGONALS = "noise2noise", "neighbor2neighbor", "zero-shot"
METHODS = (PAIRED, NEIGHBOURS, DIAGONALS)
MEASURED = 3  # in the seed of pairs to measure on
# Which pixels of a block, row by row, are two neighbours, in both orders.
PLACES = torch.tensor([(0, 1), (1, 0), (0, 2), (2, 0), (1, 3), (3, 1), (2, 3), (3, 2)])


@dataclass(frozen=True, kw_only=True)
class OneShot(Shots):
    """Scenes of which each shot makes pairs by itself, of half its size; what is clean is kept to measure on."""

    method: str  # NEIGHBOURS or DIAGONALS
    zero_mean: bool = False  # a pair's difference holds detail as well: it does not tell the noise
    shrink = 2

    def check_targets(self, clean: bool) -> None:
        if clean:
            super().check_targets(clean)

    def noise_levels(self) -> None:
        """None: one shot does not tell its noise from its detail."""

    def draw(self, crops: Sequence[Crop], side: int, seed: tuple[int, ...], *, clean: bool, share: slice) -> Tensor:
        if clean:
            raise ValueError(f"clean targets need no pairs; leave the method at {PAIRED}")
        shots = [self.scenes[crop.scene].shots for crop in crops]
        chosen = ((crop, (own[crop.order % len(own)],)) for crop, own in zip(crops, shots))
        whole = self._cut(chosen, side * self.shrink)[:, 0]
        return torch.stack(self._halves(whole, generator(*seed)), dim=1)[share]

    def _halves(self, whole: Tensor, rng: Generator) -> tuple[Tensor, Tensor]:
        return neighbours(whole, rng) if self.method == NEIGHBOURS else diagonals(whole)

    def batches(self, pixels: int = MEASURE_PIXELS) -> Iterator[Batch]:
        """The pairs that are drawn from every shot with one seed, without a clean picture: it has another size."""
        for index in range(len(self)):
            rng = generator(0, index, MEASURED)
            for shot in self.scenes[index].shots:
                source, target = self._halves(self.to_float(shot)[None], rng)
                yield Batch((self.scenes[index].name,), source, target, None)


def drawn_by(pairs: Pairs, method: str) -> Pairs:
    """The pairs for a method of METHODS. Raises ValueError where photographs are to be drawn from."""
    if method == PAIRED or isinstance(pairs, OneShot):
        return pairs
    if not isinstance(pairs, Shots):
        raise ValueError(f"{method} learns from single shots; with a noise model, pairs are drawn as they should be")
    kept = {name: value for name, value in vars(pairs).items() if name != "zero_mean"}
    return OneShot(**kept, method=method)


def neighbours(picture: Tensor, rng: Generator) -> tuple[Tensor, Tensor]:
    """(N, C, H, W) → two of half the size: of each block of 2×2 pixels, two random neighbours (Huang et al.,
    *Neighbor2Neighbor*, CVPR 2021, section 3.2).
    """
    blocks = _blocks(picture)
    count, _, _, height, width = blocks.shape
    places = PLACES[torch.randint(len(PLACES), (count, height, width), generator=rng)].to(picture.device)
    one, other = (
        blocks.gather(2, places[..., which][:, None, None].expand(-1, blocks.shape[1], -1, -1, -1))[:, :, 0]
        for which in (0, 1)
    )
    return one, other


def diagonals(picture: Tensor) -> tuple[Tensor, Tensor]:
    """(N, C, H, W) → two of half the size: the means of both diagonals of each block of 2×2 pixels (Mansour & Heckel,
    *Zero-Shot Noise2Noise*, CVPR 2023, section 3.1).
    """
    blocks = _blocks(picture)
    return (blocks[:, :, 1] + blocks[:, :, 2]) / 2, (blocks[:, :, 0] + blocks[:, :, 3]) / 2


def _blocks(picture: Tensor) -> Tensor:
    """(N, C, H, W) → (N, C, 4, H // 2, W // 2), the pixels of each block row by row."""
    height, width = (side // 2 * 2 for side in picture.shape[-2:])
    return torch.stack([picture[..., row:height:2, column:width:2] for row in (0, 1) for column in (0, 1)], dim=2)
