"""Noisy pairs: the interface for training and measuring, hold-out by scene, and shots that were taken."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from ..files import Numbers, Planes, ValueRange, Values, in_unit, ordinary
from .batch import Batch, Crop, stacked
from .padding import pad_to_multiple
from .scenes import LEAST_SIDE, ChosenScenes, DerivedScenes, Scene, Scenes, survey

MOST_SAMPLED = 64  # scenes whose brightness is averaged
MOST_HELD = 1000  # scenes held out: more make the measurement slower, hardly better
MEASURE_PIXELS = 2**20  # pixels denoised at once while measuring


@dataclass(frozen=True, kw_only=True)
class Pairs(ABC):
    """Scenes and their common properties, from which noisy pairs are drawn: Shots or Photographs."""

    scenes: Scenes
    range: ValueRange  # of the values in the scenes
    values: Values | None  # type and limits; None where they were brought to [0, 1] before
    sizes: Numbers  # (N, 2): height and width of each scene in pixels
    shots: Numbers  # (N,): shots of each scene
    channels: int
    described: str  # number, kind and size of the pictures, in words
    notes: tuple[str, ...] = ()

    @property
    @abstractmethod
    def noise_model(self) -> str | None:
        """The noise that is drawn, such as gaussian:25; None where it came with the shots."""

    @property
    @abstractmethod
    def zero_mean(self) -> bool:
        """False where the noise is known to be biased: then clean PSNR cannot be estimated."""

    @property
    @abstractmethod
    def shrink(self) -> int:
        """How many times smaller the noisy pairs are than the scene, in height and in width."""

    @property
    @abstractmethod
    def has_clean(self) -> bool:
        """Whether there are clean pictures."""

    @abstractmethod
    def noise_levels(self) -> tuple[float, float] | None:
        """Least and greatest σ of the noise in units of 255, as measured; None where it cannot be."""

    @abstractmethod
    def check_targets(self, clean: bool) -> None:
        """Raises ValueError where the targets are missing: second shots, or with `clean` the clean pictures."""

    @abstractmethod
    def draw(self, crops: Sequence[Crop], side: int, seed: tuple[int, ...], *, clean: bool, share: slice) -> Tensor:
        """Source and target, or `clean` for target, of the `share` of the crops: float32 (B, 2, C, side, side), white
        is 1. Noise that is drawn is a pure function of the seed, whatever the share.
        """

    @abstractmethod
    def frozen(self, seed: int, shots: int = 2) -> "Shots":
        """The same pairs with their noise drawn once; shots that were taken are returned as they are."""

    @abstractmethod
    def batches(self, pixels: int = MEASURE_PIXELS) -> Iterator[Batch]:
        """Every scene once or more, in order, in batches of one size: K shots make the pairs (1, 2) … (K − 1, K)."""

    def __len__(self) -> int:
        return len(self.scenes)

    def chosen(self, indices: Sequence[int] | Numbers) -> Self:
        """The scenes of these indices, in this order."""
        where = np.asarray(indices, dtype=np.int64)
        return replace(self, scenes=ChosenScenes(self.scenes, where), sizes=self.sizes[where], shots=self.shots[where])

    def hold_out(self, fraction: float, seed: int) -> tuple[Self, Self]:
        """(pairs to train on, pairs to measure on): whole scenes, 1000 at most, drawn by the seed.

        A single scene is cut in two along its longer side instead. Raises ValueError where either part is empty.
        """
        if not 0 < fraction < 1:
            raise ValueError(f"hold-out is {fraction}; allowed: between 0 and 1, for example 0.1")
        if len(self) == 1:
            return self._hold_out_part(fraction)
        held = int(np.clip(round(fraction * len(self)), 1, MOST_HELD))
        if held >= len(self):
            raise ValueError(
                f"no data left after hold-out: {held} of {len(self)} scenes are held out; "
                "bring more scenes, lower --hold-out (hold_out), or set it to 0 and hold nothing out"
            )
        order = np.random.default_rng([seed, len(self)]).permutation(len(self))
        return self.chosen(np.sort(order[held:])), self.chosen(np.sort(order[:held]))

    def _hold_out_part(self, fraction: float) -> tuple[Self, Self]:
        axis = 1 + int(np.argmax(self.sizes[0]))
        side = int(self.sizes[0].max())
        least = LEAST_SIDE * self.shrink
        held = max(least, round(fraction * side))
        if side - held < least:
            raise ValueError(
                f"no data left after hold-out: one scene of {self.sizes[0][1]}×{self.sizes[0][0]} pixels, of which "
                f"{held} are held out; bring larger pictures, more scenes, or hold nothing out: --hold-out 0"
            )
        return self._part(axis, 0, side - held), self._part(axis, side - held, side)

    def _part(self, axis: int, low: int, high: int) -> Self:
        """The pixels of a single scene from `low` to `high` along an axis of (C, H, W)."""
        sizes = self.sizes.copy()
        sizes[0, axis - 1] = high - low
        where = (slice(None),) * axis + (slice(low, high),)
        return replace(self, scenes=[self.scenes[0].window(where)], sizes=sizes)

    def seen_in(self, limits: ValueRange) -> Self:
        """The same pairs with another range, with a note, unless they were brought to [0, 1] before."""
        if self.values is None or limits == self.range:
            return self
        note = f"black is taken to be {limits.black:.6g}, white {limits.white:.6g}"
        return replace(self, range=limits, notes=(*self.notes, note))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values in the scenes."""
        return self.values.dtype if self.values else np.dtype(np.float32)

    def fits(self, learnt: ValueRange | None) -> bool:
        """Whether the values are in the unit of pictures from which weights `learnt` their range."""
        return bool(learnt and self.values and in_unit(self.values, learnt))

    def brightness(self) -> float:
        """Mean pixel of some evenly spread scenes, between 0.01 and 0.99."""
        means = [float(self.to_float(scene.pictures[0]).mean()) for scene in self._sampled()]
        return float(np.clip(np.mean(means), 0.01, 0.99))

    def _sampled(self) -> Iterator[Scene]:
        """Evenly spread scenes, MOST_SAMPLED at most."""
        chosen = np.linspace(0, len(self) - 1, min(len(self), MOST_SAMPLED)).astype(int)
        return (self.scenes[int(index)] for index in chosen)

    def to_float(self, picture: Planes) -> Tensor:
        """(C, H, W) as in the file → float32 (C, H, W), white is 1, with the set's number of channels, no outliers."""
        return torch.from_numpy(ordinary(picture, self.range, self.values)).expand(self.channels, -1, -1)

    def _cut(self, places: Iterable[tuple[Crop, tuple[Planes, ...]]], window: int) -> Tensor:
        """Crops with K pictures of their scenes → windows, float32 (B, K, C, window, window), white is 1."""
        cut = [self._window(crop, pictures, window) for crop, pictures in places]
        return torch.from_numpy(ordinary(np.stack(cut), self.range, self.values))

    def _window(self, crop: Crop, pictures: tuple[Planes, ...], window: int) -> Planes:
        """The same window of each picture, (K, C, window, window), with the values of the file."""
        sides = self.sizes[crop.scene]
        top, left = (int(room * (max(side - window, 0) + 1)) for room, side in zip(crop.place, sides))
        where = (slice(None), slice(top, top + window), slice(left, left + window))
        cut = [picture[where] for picture in pictures]
        stack = np.stack([np.broadcast_to(part, (self.channels, *part.shape[1:])) for part in cut])
        if min(stack.shape[-2:]) < window:
            stack = pad_to_multiple(torch.from_numpy(stack), window).numpy()
        return stack


@dataclass(frozen=True, kw_only=True)
class Shots(Pairs):
    """Noisy shots that were taken, two or more of each scene, or drawn once from clean photographs."""

    zero_mean: bool = True
    noise_model = None
    shrink = 1

    @property
    def has_clean(self) -> bool:
        return self.scenes[0].clean is not None

    def noise_levels(self) -> tuple[float, float] | None:
        """The levels of the quietest and the noisiest scenes (5 % and 95 %), from the differences of two shots."""
        if self.shots.min() < 2:
            return None
        pairs = [[self.to_float(shot) for shot in scene.shots[:2]] for scene in self._sampled()]
        sigmas = [255 * float(((one - other).square().mean() / 2).sqrt()) for one, other in pairs]
        low, high = np.quantile(sigmas, [0.05, 0.95]).round(2).tolist()
        return low, high

    def check_targets(self, clean: bool) -> None:
        if clean and not self.has_clean:
            raise ValueError("clean targets need clean pictures, and this data has none")
        if not clean and self.shots.min() < 2:
            way_out = "--clean-targets learns from clean ones" if self.has_clean else "take another"
            raise ValueError(f"one shot only: Noise2Noise learns from two noisy shots of a scene; {way_out}")

    def draw(self, crops: Sequence[Crop], side: int, seed: tuple[int, ...], *, clean: bool, share: slice) -> Tensor:
        return self._cut(((crop, self._pair(crop, clean)) for crop in crops[share]), side)

    def _pair(self, crop: Crop, clean: bool) -> tuple[Planes, ...]:
        scene = self.scenes[crop.scene]
        if clean:
            return scene.shots[crop.order % len(scene.shots)], scene.pictures[-1]
        first, skip = divmod(crop.order, len(scene.shots) - 1)
        return scene.shots[first], scene.shots[(first + 1 + skip) % len(scene.shots)]

    def frozen(self, seed: int, shots: int = 2) -> "Shots":
        return self

    def loaded(self) -> "Shots":
        """The same pairs with every scene in memory: noise that is drawn on demand is drawn now."""
        return replace(self, scenes=self.scenes.loaded()) if isinstance(self.scenes, DerivedScenes) else self

    def batches(self, pixels: int = MEASURE_PIXELS) -> Iterator[Batch]:
        for kind, run in itertools.groupby(range(len(self)), key=lambda i: (*self.sizes[i], self.shots[i] > 1)):
            at_once = max(1, pixels // int(np.prod(kind[:2])))
            items = itertools.chain.from_iterable(self._measured(i) for i in run)
            while chunk := list(itertools.islice(items, at_once)):
                names, sources, targets, cleans = zip(*chunk)
                yield Batch(names, torch.stack(sources), stacked(targets), stacked(cleans))

    def _measured(self, index: int) -> Iterator[tuple[str, Tensor, Tensor | None, Tensor | None]]:
        scene = self.scenes[index]
        clean = None if scene.clean is None else self.to_float(scene.clean)
        shots = [self.to_float(shot) for shot in scene.shots]
        for source, target in itertools.pairwise(shots) if len(shots) > 1 else [(shots[0], None)]:
            yield scene.name, source, target, clean


def gather(scenes: Scenes, name: str, notes: tuple[str, ...] = ()) -> Shots:
    """Scenes → Shots, after a survey of all of them. Raises ValueError for pixels from which nothing can be learnt."""
    found = survey(scenes, name)
    least, most = int(found.shots.min()), int(found.shots.max())
    shots = f"{most} shot{'s' * (most != 1)}" if least == most else f"{least} to {most} shots"
    reference = " and a reference" if scenes[0].clean is not None else ""
    return Shots(
        scenes=scenes,
        range=found.range,
        values=found.values,
        sizes=found.sizes,
        shots=found.shots,
        channels=found.channels,
        described=f"{len(scenes):,} scene{'s' * (len(scenes) > 1)} × {shots}{reference}, {found}",
        notes=notes,
    )
