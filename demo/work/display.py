"""Pictures of a training for the screen: which are shown, what is seen of them, and their PSNR."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import Tensor

from n2n import Pairs
from n2n.analysis import exposures
from n2n.data import Batch, Scene, image
from n2n.measure import estimate, metrics

SIDE = 192  # pixels: of larger pictures the middle is shown
ROWS = 4  # scenes shown


@dataclass(frozen=True)
class Shown:
    """A picture that lies in a PNG file of 8 bits, width × height pixels."""

    role: str  # "source", "noisy", "denoised", "clean" …
    file: Path
    width: int
    height: int
    psnr: float | None  # dB; None for the clean picture, and where noise drowns the estimate
    estimated: bool = False  # without a clean picture, from the two shots


def middle(pairs: Pairs, side: int) -> Pairs:
    """The same scenes, each cut to its middle side × side pixels, or less where it has less."""
    if pairs.sizes.max() <= side:
        return pairs
    return replace(pairs, scenes=[_middle(scene, side) for scene in pairs.scenes], sizes=np.minimum(pairs.sizes, side))


def _middle(scene: Scene, side: int) -> Scene:
    top, left = (max(0, length - side) // 2 for length in scene.pictures[0].shape[-2:])
    return scene.window((..., slice(top, top + side), slice(left, left + side)))


def first_shots(pairs: Pairs, most: int) -> Pairs:
    """The same scenes with `most` shots each, or less where there are less."""
    if pairs.shots.max() <= most:
        return pairs
    scenes = [Scene(scene.name, scene.shots[:most], scene.clean) for scene in pairs.scenes]
    return replace(pairs, scenes=scenes, shots=np.minimum(pairs.shots, most))


def spread(pairs: Pairs, count: int) -> Pairs:
    """At most `count` of the scenes, the first and the last among them, evenly apart."""
    chosen = np.linspace(0, len(pairs) - 1, min(count, len(pairs))).round().astype(int)
    return pairs.chosen(chosen.tolist())


def first_pairs(pairs: Pairs) -> list[Batch]:
    """The first two shots of every scene, and its clean picture where there is one: (1, C, H, W) each."""
    batches = (next(pairs.chosen([index]).batches()) for index in range(len(pairs)))
    return [Batch(names[:1], *(part if part is None else part[:1] for part in parts)) for names, *parts in batches]


def draw(file: Path, role: str, picture: Tensor, pair: Batch | None) -> Shown:
    """Writes (1, C, H, W) with white at 1 as it is seen, measured by `pair`; without one it is not. Raises OSError."""
    pixels = image.to_pixels(picture, np.dtype(np.uint8), 255.0)
    image.write(file, image.Picture(pixels))
    psnr = _psnr(picture, pair) if pair else None
    return Shown(role, file, pixels.shape[1], pixels.shape[0], psnr, estimated=bool(pair) and pair.clean is None)


def draw_map(file: Path, role: str, values: Tensor, most: float) -> Shown:
    """Writes (1, 1, H, W) in the colours of n2n.trust.heat, brightest from `most` > 0. Raises OSError."""
    pixels = exposures.heat(values, most)
    image.write(file, image.Picture(pixels))
    return Shown(role, file, pixels.shape[1], pixels.shape[0], None)


def _psnr(picture: Tensor, pair: Batch) -> float | None:
    """In dB: against the clean picture, both as they are seen; where there is none, estimated from the pair.

    The target of the pair must have no part in `picture` then. None where noise drowns the estimate.
    """
    if pair.clean is not None:
        seen = (image.to_pixels(each, np.dtype(np.uint8), 255.0) for each in (picture, pair.clean))
        return float(metrics.psnr(*(image.to_tensor(pixels, 255.0) for pixels in seen)))
    estimated = estimate.estimate([estimate.block_errors(picture, pair.source, pair.target)]).psnr
    return None if estimated >= metrics.PEAK_DB else estimated


def swapped(pair: Batch) -> Batch:
    """Source and target changed over: what the second shot is measured with."""
    return pair._replace(source=pair.target, target=pair.source)


def draw_pair(folder: Path, place: int, pair: Batch, first: str) -> tuple[Shown, ...]:
    """Writes what a scene brings along: the source, here called `first`, then target and clean where there are any."""
    row = [draw(folder / f"{place}_{first}.png", first, pair.source, pair)]
    if pair.target is not None:
        row.append(draw(folder / f"{place}_target.png", "target", pair.target, swapped(pair)))
    if pair.clean is not None:
        row.append(draw(folder / f"{place}_clean.png", "clean", pair.clean, None))
    return tuple(row)
