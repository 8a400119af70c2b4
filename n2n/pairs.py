"""Noisy pairs from whatever a person has: one reader, hold-out by scene, batches to measure on."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from . import arrays, folders, image
from .noise import Noise, generator
from .scenes import LEAST_SIDE, ChosenScenes, DerivedScenes, Scene, Survey, survey

MOST_LOOKED_AT = 64  # scenes whose brightness is averaged
MOST_HELD = 1000  # scenes: more make the measurement slower, hardly better
FROZEN = 2  # tells noise drawn once apart from noise drawn at every step
MEASURE_PIXELS = 2**20  # of the pictures denoised at once while measuring


class Batch(NamedTuple):
    """Pictures of one size to measure on; each float32 (N, C, H, W), white is 1."""

    names: tuple[str, ...]
    source: Tensor
    target: Tensor | None  # the second shot, if there is one
    clean: Tensor | None


@dataclass(frozen=True)
class Pairs:
    """Scenes with what is known of all of them. With a noise model, the scenes are clean photographs."""

    scenes: Sequence[Scene]
    scale: float  # value of white: 255, 65535, 1 …
    sizes: np.ndarray  # (N, 2): height and width of each scene, of a photograph before any noise
    shots: np.ndarray  # (N,): shots of each scene
    channels: int
    described: str  # where the pictures come from, in words
    notes: tuple[str, ...] = ()
    noise: Noise | None = None  # draws the shots, afresh each time
    zero_mean: bool = True  # False where the noise is known to be biased: then clean PSNR cannot be estimated

    def __len__(self) -> int:
        return len(self.scenes)

    def chosen(self, indices: Sequence[int]) -> "Pairs":
        """The scenes of these indices, in this order."""
        where = np.asarray(indices, dtype=np.int64)
        return replace(self, scenes=ChosenScenes(self.scenes, where), sizes=self.sizes[where], shots=self.shots[where])

    def hold_out(self, fraction: float, seed: int) -> tuple["Pairs", "Pairs"]:
        """(pairs to train on, pairs to measure on): whole scenes, 1000 at most, drawn by the seed.

        A single scene is cut in two along its longer side instead. Raises ValueError where either part is empty.
        """
        if not 0 < fraction < 1:
            raise ValueError(f"hold-out is {fraction}; allowed: between 0 and 1, for example 0.1")
        if len(self) == 1:
            return self._cut(fraction)
        held = int(np.clip(round(fraction * len(self)), 1, MOST_HELD))
        if held >= len(self):
            raise ValueError(
                f"no data left after hold-out: {held} of {len(self)} scenes are held out; "
                "bring more scenes, lower --hold-out (hold_out), or set it to 0 and hold nothing out"
            )
        order = np.random.default_rng([seed, len(self)]).permutation(len(self))
        return self.chosen(np.sort(order[held:])), self.chosen(np.sort(order[:held]))

    def _cut(self, fraction: float) -> tuple["Pairs", "Pairs"]:
        axis = 1 + int(np.argmax(self.sizes[0]))
        side = int(self.sizes[0].max())
        least = LEAST_SIDE * (self.noise.shrink if self.noise else 1)
        held = max(least, round(fraction * side))
        if side - held < least:
            raise ValueError(
                f"no data left after hold-out: one scene of {self.sizes[0][1]}×{self.sizes[0][0]} pixels, of which "
                f"{held} are held out; bring larger pictures, more scenes, or hold nothing out: --hold-out 0"
            )

        def part(low: int, high: int) -> Pairs:
            where = (slice(None),) * axis + (slice(low, high),)
            scene = self.scenes[0]
            clean = None if scene.clean is None else scene.clean[where]
            cut = Scene(scene.name, tuple(shot[where] for shot in scene.shots), clean)
            sizes = self.sizes.copy()
            sizes[0, axis - 1] = high - low
            return replace(self, scenes=[cut], sizes=sizes)

        return part(0, side - held), part(side - held, side)

    def frozen(self, seed: int, shots: int = 2) -> "Pairs":
        """The same photographs with their noise drawn once: scene i's from the seed and i, bit for bit.

        Pairs that are noisy already are returned as they are.
        """
        if self.noise is None:
            return self
        noisy = _Noisy(self, seed, shots)
        return Pairs(
            noisy,
            scale=1.0,
            sizes=self.sizes // self.noise.shrink,
            shots=np.full(len(self), shots),
            channels=self.channels,
            described=self.described,
            notes=self.notes,
            zero_mean=self.zero_mean,
        )

    def brightness(self) -> float:
        """Mean pixel of some evenly spread scenes, between 0.01 and 0.99."""
        chosen = np.linspace(0, len(self) - 1, min(len(self), MOST_LOOKED_AT)).astype(int)
        means = [float(self.to_float(self.scenes[int(index)].pictures[0]).mean()) for index in chosen]
        return float(np.clip(np.mean(means), 0.01, 0.99))

    def noise_levels(self) -> tuple[float, float] | None:
        """σ of the noise in units of 255, of the quietest and the noisiest scenes (5 % and 95 %), from the differences
        of shots; None with a noise model or a single shot.
        """
        if self.noise is not None or self.shots.min() < 2:
            return None
        chosen = np.linspace(0, len(self) - 1, min(len(self), MOST_LOOKED_AT)).astype(int)
        pairs = [[self.to_float(shot) for shot in self.scenes[int(index)].shots[:2]] for index in chosen]
        sigmas = [255 * float(((one - other).square().mean() / 2).sqrt()) for one, other in pairs]
        low, high = np.quantile(sigmas, [0.05, 0.95]).round(2).tolist()
        return low, high

    def loaded(self) -> "Pairs":
        """The same, with every scene in memory: noise that is drawn when asked for is drawn now."""
        return replace(self, scenes=self.scenes.loaded()) if isinstance(self.scenes, _Noisy) else self

    def batches(self, pixels: int = MEASURE_PIXELS) -> Iterator[Batch]:
        """Every scene once or more, in order, in batches of one size: K shots make the pairs (1, 2) … (K − 1, K)."""
        for kind, run in itertools.groupby(range(len(self)), key=lambda i: (*self.sizes[i], self.shots[i] > 1)):
            at_once = max(1, pixels // int(np.prod(kind[:2])))
            items = itertools.chain.from_iterable(self._measured(i) for i in run)
            while chunk := list(itertools.islice(items, at_once)):
                names, sources, targets, cleans = zip(*chunk)
                stacks = (torch.stack(stack) if stack[0] is not None else None for stack in (sources, targets, cleans))
                yield Batch(names, *stacks)

    def _measured(self, index: int) -> Iterator[tuple[str, Tensor, Tensor | None, Tensor | None]]:
        scene = self.scenes[index]
        clean = None if scene.clean is None else self.to_float(scene.clean)
        shots = [self.to_float(shot) for shot in scene.shots]
        for source, target in itertools.pairwise(shots) if len(shots) > 1 else [(shots[0], None)]:
            yield scene.name, source, target, clean

    def to_float(self, picture: np.ndarray) -> Tensor:
        """(C, H, W) as it was brought → float32 (C, H, W) with white at 1 and the set's number of channels."""
        tensor = torch.from_numpy(picture.astype(np.float32)) / self.scale
        return tensor.expand(self.channels, -1, -1)

    @property
    def has_clean(self) -> bool:
        return self.noise is not None or self.scenes[0].clean is not None


class _Noisy(DerivedScenes):
    """Scenes made of clean photographs when they are asked for."""

    def __init__(self, photos: Pairs, seed: int, shots: int) -> None:
        self.photos, self.seed, self.shots, self.scenes = photos, seed, shots, photos.scenes
        self.drawn: list[Scene] | None = None

    @property
    def made(self) -> bytes:
        return f"{self.photos.noise} {self.seed} {self.shots} {self.photos.channels}".encode()

    def loaded(self) -> "_Noisy":
        """The same with all noise drawn and kept."""
        kept = _Noisy(self.photos, self.seed, self.shots)
        kept.drawn = list(self)
        return kept

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, index: int) -> Scene:
        if self.drawn is not None:
            return self.drawn[index]
        scene, noise = self.scenes[index], self.photos.noise
        photo = self.photos.to_float(scene.clean)[None]
        rng = generator(self.seed, index, FROZEN)
        shots = tuple(shot[0].numpy() for shot in noise.shots(photo, self.shots, rng))
        return Scene(scene.name, shots, noise.clean(photo)[0].numpy())


def read(*paths: str | Path, noise: Noise | None = None, roles: tuple[str, ...] | None = None) -> Pairs:
    """Reads pairs from a file, a folder, an archive or loose pictures, and says in words what it understood.

    `noise` makes the pictures clean photographs from which noisy pairs are drawn; the words of folders.SAMPLES
    stand for photographs of scikit-image. `roles` tells the arrays of a file apart where names do not,
    such as ("source", "clean"). Raises ValueError or OSError with what is wrong, what is allowed and what to do.
    """
    name = ", ".join(str(path) for path in paths)
    if len(paths) == 1 and is_array_file(paths[0]):
        if noise:
            raise ValueError(f"'{name}' holds arrays; a noise model is for folders of clean photographs")
        scenes, notes = arrays.read_arrays(Path(paths[0]), roles)
    else:
        if roles:
            raise ValueError("roles are for files of arrays; name the folders or files of pictures after them instead")
        shelf = folders.Shelf()
        with ExitStack() as stack:
            files = folders.files_of([Path(path) for path in paths], stack)
            scenes = folders.read_photos(files, name, shelf) if noise else folders.read_pictures(files, name, shelf)
        notes = shelf.told()
    return gather(scenes, name, noise, notes)


def is_array_file(path: str | Path) -> bool:
    """By its ending: does a file hold arrays rather than pictures?"""
    return Path(path).suffix.lower() in (*arrays.TENSOR_SUFFIXES, *arrays.ARRAY_SUFFIXES)


def gather(scenes: Sequence[Scene], name: str, noise: Noise | None = None, notes: tuple[str, ...] = ()) -> Pairs:
    """Scenes → Pairs, after one look at all of them. Raises ValueError for values that nothing can be learnt from."""
    found = survey(scenes, name)
    scale = image.full_scale(found.dtype, found.maximum)
    described = _describe(scenes, found, scale, noise)
    zero_mean = noise is None or noise.zero_mean
    return Pairs(scenes, scale, found.sizes, found.shots, found.channels, described, notes, noise, zero_mean)


def _describe(scenes: Sequence[Scene], found: Survey, scale: float, noise: Noise | None) -> str:
    """'9 scenes × 5 shots and a reference, 8-bit grey 900×450'"""

    def span(values: np.ndarray, form: str) -> str:
        low, high = (form.format(*value) for value in (values.min(0).tolist(), values.max(0).tolist()))
        return low if low == high else f"{low} to {high}"

    many = f"{len(scenes):,} "
    if noise:
        what = many + ("clean photographs" if len(scenes) > 1 else "clean photograph") + f" with {noise} drawn afresh"
    else:
        shots = span(found.shots[:, None], "{}")
        what = many + ("scenes" if len(scenes) > 1 else "scene") + f" × {shots} shot" + "s" * (shots != "1")
        what += " and a reference" if scenes[0].clean is not None else ""
    depth = {"uint8": "8-bit", "uint16": "16-bit"}.get(str(found.dtype), str(found.dtype))
    depth += f" (white at {scale:.0f})" if depth != "8-bit" else ""
    size = span(found.sizes[:, ::-1], "{}×{}")
    return f"{what}, {depth} {'colour' if found.channels == 3 else 'grey'} {size}"
