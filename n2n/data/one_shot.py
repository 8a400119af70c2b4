"""Two halves drawn from one shot, whose noise is independent: of every block of 2×2 pixels each takes other ones.

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

PAIRED, NEIGHBOURS, ZERO_SHOT = "noise2noise", "neighbor2neighbor", "zero-shot"
METHODS = (PAIRED, NEIGHBOURS, ZERO_SHOT)
LOST = (
    "one shot alone is learnt from by its own pixels: fine detail is lost with the noise, noise that neighbouring "
    "pixels share stays, and how good the result is cannot be told; where you can, take a second shot and learn from "
    "both"
)
MEASURED = 3  # in the seed of halves to measure on
# Which pixels of a block, row by row, are two neighbours, in both orders.
PLACES = torch.tensor([(0, 1), (1, 0), (0, 2), (2, 0), (1, 3), (3, 1), (2, 3), (3, 2)])


class Halves:
    """The two samplers of one draw: they take the same places out of every picture of one size."""

    def __init__(self, method: str, rng: Generator) -> None:
        """`method` is NEIGHBOURS or ZERO_SHOT; `rng` draws the neighbours at the first picture."""
        self.method, self.rng = method, rng
        self.places: Tensor | None = None

    def __call__(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W) → two of (N, C, H // 2, W // 2)."""
        if self.method == ZERO_SHOT:
            return diagonals(picture)
        if self.places is None:
            count, _, height, width = picture.shape
            self.places = torch.randint(len(PLACES), (count, height // 2, width // 2), generator=self.rng)
        return neighbours(picture, PLACES[self.places].to(picture.device))


@dataclass(frozen=True, kw_only=True)
class OneShot(Shots):
    """Scenes of which each shot is learnt from by itself, in pictures of half its size."""

    method: str  # NEIGHBOURS or ZERO_SHOT
    zero_mean: bool = False  # the difference of two halves holds detail as well: it does not tell the noise
    shrink = 2

    def check_targets(self, clean: bool) -> None:
        if clean:
            raise ValueError(f"clean targets need no second picture; leave the method at {PAIRED}")

    def noise_levels(self) -> None:
        """None: one shot does not tell its noise from its detail."""

    def draw(self, crops: Sequence[Crop], side: int, seed: tuple[int, ...], *, clean: bool, share: slice) -> Tensor:
        """The whole shots, of which the loss takes its halves: float32 (B, 1, C, 2 side, 2 side), white is 1."""
        shots = [self.scenes[crop.scene].shots for crop in crops[share]]
        chosen = ((crop, (own[crop.order % len(own)],)) for crop, own in zip(crops[share], shots))
        return self._cut(chosen, side * self.shrink)

    def batches(self, pixels: int = MEASURE_PIXELS) -> Iterator[Batch]:
        """The halves of every shot, drawn with one seed, without a clean picture: that has another size."""
        for index in range(len(self)):
            rng = generator(0, index, MEASURED)
            for shot in self.scenes[index].shots:
                source, target = Halves(self.method, rng)(self.to_float(shot)[None])
                yield Batch((self.scenes[index].name,), source, target, None)


def drawn_by(pairs: Pairs, method: str) -> Pairs:
    """The pairs for a method of METHODS. Raises ValueError where photographs are to be drawn from."""
    if method == PAIRED or isinstance(pairs, OneShot):
        return pairs
    if not isinstance(pairs, Shots):
        raise ValueError(
            f"{method} learns from single shots that were taken, and these are photographs with a noise model; leave "
            f"the method at {PAIRED}"
        )
    kept = {name: value for name, value in vars(pairs).items() if name != "zero_mean"}
    return OneShot(**kept, method=method)


def neighbours(picture: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """(N, C, H, W) → g₁ and g₂ of half the size: of each block of 2×2 pixels the two whose numbers, row by row, are in
    `places`, (N, H // 2, W // 2, 2) (Huang et al., *Neighbor2Neighbor*, CVPR 2021).
    """
    blocks = _blocks(picture)
    wanted = places.movedim(-1, 1)[:, :, None].expand(-1, -1, picture.shape[1], -1, -1)  # (N, 2, C, H / 2, W / 2)
    one, other = (blocks.gather(2, wanted[:, which].unsqueeze(2))[:, :, 0] for which in (0, 1))
    return one, other


def diagonals(picture: Tensor) -> tuple[Tensor, Tensor]:
    """(N, C, H, W) → D₁ and D₂ of half the size: the means of both diagonals of each block of 2×2 pixels, convolutions
    of stride 2 with [[0, ½], [½, 0]] and [[½, 0], [0, ½]] (Mansour & Heckel, *Zero-Shot Noise2Noise*, CVPR 2023).
    """
    blocks = _blocks(picture)
    return (blocks[:, :, 1] + blocks[:, :, 2]) / 2, (blocks[:, :, 0] + blocks[:, :, 3]) / 2


def _blocks(picture: Tensor) -> Tensor:
    """(N, C, H, W) → (N, C, 4, H // 2, W // 2), the pixels of each block row by row."""
    height, width = (side // 2 * 2 for side in picture.shape[-2:])
    return torch.stack([picture[..., row:height:2, column:width:2] for row in (0, 1) for column in (0, 1)], dim=2)
