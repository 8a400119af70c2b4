"""Parts of a set of pairs that are small enough to be shown, or to be measured again and again."""

import math
from dataclasses import replace

import numpy as np

from n2n import Pairs
from n2n.data import Batch, Scene

SIDE = 192  # pixels: larger pictures are cut to their middle before they are shown
ROWS = 4  # scenes shown
HELD = 200  # scenes of the hold-out that are measured on, at most
HELD_PIXELS = 2**18  # of all these scenes, so that measuring takes half a second
HELD_SHOTS = 5  # of each of these scenes, at most
LEAST_SIDE = 128  # pixels: large pictures are cut to their middle, but no smaller than this


def preview_pairs(pairs: Pairs, count: int = ROWS, side: int = SIDE) -> list[Batch]:
    """The first pair of each of at most `count` scenes, cut to the middle of its pictures: (1, C, H, W) each."""
    return first_pairs(crop_middles(spread_scenes(pairs, count), side))


def to_measure(held: Pairs) -> Pairs:
    """A part of the hold-out that is quick to measure: middles of large pictures, some scenes, a few shots of each."""
    few = limit_shots(held, HELD_SHOTS)
    side = max(LEAST_SIDE, int(math.sqrt(HELD_PIXELS / len(few) / max(1, few.shots.max() - 1))))
    cut = crop_middles(few, side)
    pixels = (cut.sizes.prod(axis=1) * np.maximum(1, cut.shots - 1)).mean()
    return spread_scenes(cut, min(HELD, max(1, int(HELD_PIXELS / pixels))))


def crop_middles(pairs: Pairs, side: int = SIDE) -> Pairs:
    """The same scenes, each cut to its middle side × side pixels; smaller pictures stay as they are."""
    if pairs.sizes.max() <= side:
        return pairs
    scenes = [_crop_middle(scene, side) for scene in pairs.scenes]
    return replace(pairs, scenes=scenes, sizes=np.minimum(pairs.sizes, side))


def _crop_middle(scene: Scene, side: int) -> Scene:
    top, left = (max(0, length - side) // 2 for length in scene.pictures[0].shape[-2:])
    return scene.window((..., slice(top, top + side), slice(left, left + side)))


def limit_shots(pairs: Pairs, most: int) -> Pairs:
    """The same scenes with at most `most` shots each, the first ones."""
    if pairs.shots.max() <= most:
        return pairs
    scenes = [Scene(scene.name, scene.shots[:most], scene.clean) for scene in pairs.scenes]
    return replace(pairs, scenes=scenes, shots=np.minimum(pairs.shots, most))


def spread_scenes(pairs: Pairs, count: int) -> Pairs:
    """At most `count` of the scenes, evenly spaced, the first and the last among them."""
    indices = np.linspace(0, len(pairs) - 1, min(count, len(pairs))).round().astype(int)
    return pairs.chosen(indices.tolist())


def first_pairs(pairs: Pairs) -> list[Batch]:
    """The first two shots of every scene, and its clean picture where there is one: (1, C, H, W) each."""
    return [_first_pair(next(pairs.chosen([index]).batches())) for index in range(len(pairs))]


def _first_pair(batch: Batch) -> Batch:
    target = None if batch.target is None else batch.target[:1]
    clean = None if batch.clean is None else batch.clean[:1]
    return Batch(batch.names[:1], batch.source[:1], target, clean)
