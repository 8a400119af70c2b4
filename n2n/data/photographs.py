"""Clean photographs, from which noisy pairs are drawn afresh for every batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Generator, Tensor

from ..files import UNIT
from ..noise import Noise, generator
from .batch import Batch, Crop
from .pairs import MEASURE_PIXELS, Pairs, Shots
from .scenes import DerivedScenes, Scene, Scenes, survey
from .variety import scale, varied

SHARPENED = 3  # of the photographs that stay sharp, one in so many has a camera's noise all the same
FROZEN = 2  # part of the seed of noise drawn once, which tells it from noise drawn at every step


@dataclass(frozen=True, kw_only=True)
class Photographs(Pairs):
    """Scenes with a clean picture only, and the noise model that makes shots of it; `sizes` are those of the former."""

    noise: Noise
    variety: str = "plain"  # how the photographs are bent at random: one of variety.VARIETIES
    has_clean = True

    @property
    def noise_model(self) -> str:
        return str(self.noise)

    @property
    def zero_mean(self) -> bool:
        return self.noise.zero_mean

    @property
    def shrink(self) -> int:
        return self.noise.shrink

    def noise_levels(self) -> None:
        """None, since the noise model says them."""

    def check_targets(self, clean: bool) -> None:
        """Never raises: there is always a clean picture, and a second draw of the noise."""

    def draw(self, crops: Sequence[Crop], side: int, seed: tuple[int, ...], *, clean: bool, share: slice) -> Tensor:
        """The whole paper in a line: two independent draws of the noise on one picture.

        Every process draws the whole batch, so that the noise does not depend on their number.
        """
        rng = generator(*seed)
        photo, sharp = self._photos(crops, side * self.shrink, rng)
        source, target = self.shots_of(photo, sharp, 2, rng)
        return torch.stack([source, self.noise.clean(photo) if clean else target], dim=1)[share]

    def shots_of(self, photo: Tensor, sharp: Tensor, count: int, rng: Generator) -> list[Tensor]:
        """`count` noisy pictures of each; those that are sharp, bool (B,), have what such pictures can have of it."""
        other = self.noise.on_sharp() if sharp.any() else None
        if other is None:
            return self.noise.shots(photo, count, rng)
        shots = [torch.empty_like(photo) for _ in range(count)]
        for which, noise in ((~sharp, self.noise), (sharp, other)):
            for shot, drawn in zip(shots, noise.shots(photo[which], count, rng)):
                shot[which] = drawn
        return shots

    def _photos(self, crops: Sequence[Crop], side: int, rng: Generator) -> tuple[Tensor, Tensor]:
        """Windows of the photographs, varied: float32 (B, C, side, side), white is 1; which are sharp, bool (B,)."""
        if self.variety == "plain":
            windows = self._cut(((crop, self.scenes[crop.scene].pictures) for crop in crops), side)[:, 0]
            return windows, torch.zeros(len(windows), dtype=torch.bool)
        photos, scales = [], []
        for crop in crops:
            scales.append(scale(self.variety, rng))
            most = max(side, int(self.sizes[crop.scene].min()))
            photo = self._cut([(crop, self.scenes[crop.scene].pictures)], min(most, round(side / scales[-1])))[0, 0]
            photos.append(varied(photo, (side, side), self.variety, rng))
        return torch.stack(photos), torch.tensor([self._sharp(times, crop.scene) for times, crop in zip(scales, crops)])

    def _sharp(self, times: float, place: int) -> bool:
        """Is a photograph so much larger sharp, beside others that are as soft as a camera's? Every third is taken for
        one that a camera has sharpened, noise and all.
        """
        return self.variety == "camera" and times <= 1 and place % SHARPENED != 0

    def whole(self, index: int, rng: Generator) -> tuple[Tensor, Tensor]:
        """A whole photograph, varied, float32 (1, C, H, W), white is 1, of one that is enlarged its middle; and is it
        sharp, bool (1,)?
        """
        photo = self.to_float(self.scenes[index].pictures[0])
        if self.variety == "plain":
            return photo[None], torch.tensor([False])
        height, width = photo.shape[-2:]
        drawn = scale(self.variety, rng)
        times = max(1.0, drawn)
        rows, columns = round(height / times), round(width / times)
        top, left = (height - rows) // 2, (width - columns) // 2
        window = photo[:, top : top + rows, left : left + columns]
        return varied(window, (height, width), self.variety, rng)[None], torch.tensor([self._sharp(drawn, index)])

    def frozen(self, seed: int, shots: int = 2) -> Shots:
        """The noise of scene i is drawn from the seed and i, bit for bit."""
        return Shots(
            scenes=NoisyScenes(self, seed, shots),
            range=UNIT,
            values=None,
            sizes=self.sizes // self.shrink,
            shots=np.full(len(self), shots),
            channels=self.channels,
            described=self.described,
            notes=self.notes,
            zero_mean=self.zero_mean,
        )

    def batches(self, pixels: int = MEASURE_PIXELS) -> Iterator[Batch]:
        """The noise is drawn once, from the seed 0."""
        return self.frozen(0).batches(pixels)


class NoisyScenes(DerivedScenes):
    """Scenes made of clean photographs on demand."""

    def __init__(self, photos: Photographs, seed: int, shots: int) -> None:
        self.photos, self.seed, self.shots, self.scenes = photos, seed, shots, photos.scenes
        self.drawn: list[Scene] | None = None

    @property
    def derivation(self) -> bytes:
        bent = f" {self.photos.variety}" if self.photos.variety != "plain" else ""
        return f"{self.photos.noise} {self.seed} {self.shots} {self.photos.channels}{bent}".encode()

    def loaded(self) -> "NoisyScenes":
        """The same scenes with all noise drawn and kept."""
        kept = NoisyScenes(self.photos, self.seed, self.shots)
        kept.drawn = list(self)
        return kept

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, index: int) -> Scene:
        if self.drawn is not None:
            return self.drawn[index]
        scene, noise = self.scenes[index], self.photos.noise
        rng = generator(self.seed, index, FROZEN)
        photo, sharp = self.photos.whole(index, rng)
        shots = tuple(shot[0].numpy() for shot in self.photos.shots_of(photo, sharp, self.shots, rng))
        return Scene(scene.name, shots, noise.clean(photo)[0].numpy())


def bent(pairs: Pairs, variety: str) -> Pairs:
    """Photographs that are bent at random, in one of VARIETIES. Raises ValueError for shots, which only stay plain."""
    if isinstance(pairs, Photographs):
        return replace(pairs, variety=variety)
    if variety != "plain":
        raise ValueError(
            f"variety is '{variety}', which is for clean photographs with noise drawn afresh, and these are noisy "
            "shots; bring photographs and a noise model, not frozen, or leave variety at plain"
        )
    return pairs


def with_noise(scenes: Scenes, name: str, noise: Noise, notes: tuple[str, ...] = ()) -> Photographs:
    """Clean scenes → Photographs, after a survey of all of them. Raises ValueError as `pairs.gather`."""
    found = survey(scenes, name)
    many = f"{len(scenes):,} clean photograph{'s' * (len(scenes) > 1)}"
    return Photographs(
        scenes=scenes,
        range=found.range,
        values=found.values,
        sizes=found.sizes,
        shots=found.shots,
        channels=found.channels,
        described=f"{many} with {noise} drawn afresh, {found}",
        notes=notes,
        noise=noise,
    )
