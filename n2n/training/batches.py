"""Training batches: aligned random crops of noisy pairs, where each batch is a pure function of seed and step."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ..data import Crop, Pairs, bent
from ..files import turned
from .recipe import Recipe

TRAINING = 1  # in the seed of noise to learn from, which differs from noise to measure on


class Crops(Dataset[Tensor]):
    """Batches by step: float32 (B, 2, C, crop, crop), source and target, with white at 1.

    An epoch has as many crops of every ordered pair of shots as it takes to tile it once, in an order drawn from seed
    and epoch. `augment` turns and flips whole pairs and swaps source and target. With a noise model, fresh noise is
    drawn for every crop of a photograph. `share` (k, K) is the part of each batch that the k-th of K processes learns.
    Raises ValueError where the pairs lack the targets that the recipe calls for.
    """

    def __init__(self, pairs: Pairs, recipe: Recipe, share: tuple[int, int] = (0, 1)) -> None:
        recipe = recipe.fitted(pairs)
        pairs.check_targets(recipe.clean_targets)
        self.pairs = bent(pairs, recipe.variety)
        self.share, self.seed, self.side = share, recipe.seed, recipe.crop
        self.batch_size, self.augment, self.clean_targets = recipe.batch_size, recipe.augment, recipe.clean_targets
        self.grey = recipe.grey if pairs.channels == 3 else 0.0
        tiles = np.maximum(pairs.sizes // (self.side * pairs.shrink), 1).prod(axis=1)
        self.orders = np.where(pairs.shots > 2, pairs.shots * (pairs.shots - 1), 1)  # ordered pairs in each scene
        self.ends = np.cumsum(tiles * self.orders)
        self.epoch_size = int(self.ends[-1])
        self._order: tuple[int, npt.NDArray[np.int64]] = (-1, np.empty(0, np.int64))  # of the epoch used last

    def __len__(self) -> int:
        return -(-self.epoch_size // self.batch_size)

    def __getitem__(self, step: int) -> Tensor:
        rng = np.random.default_rng([self.seed, 0, step])
        places = rng.random((self.batch_size, 2))
        turns = rng.integers(8, size=self.batch_size)
        swaps = rng.integers(2, size=self.batch_size)
        mine = slice(self.share[0], None, self.share[1])
        crops = [Crop(*self._item(step * self.batch_size + i), place) for i, place in enumerate(places)]
        noise = self.seed, step, TRAINING
        batch = self.pairs.draw(crops, self.side, noise, clean=self.clean_targets, share=mine)
        if self.augment:
            batch = _augmented(batch, turns[mine], swaps[mine] * (not self.clean_targets))
        if self.grey:
            # Grey pictures have the same noise in all channels; a net that only ever saw colour takes it for detail.
            greys = torch.from_numpy(rng.random(self.batch_size)[mine] < self.grey)
            batch[greys] = batch[greys][:, :, :1].expand(-1, -1, self.pairs.channels, -1, -1)
        return batch

    def _item(self, position: int) -> tuple[int, int]:
        """Position in the stream of all epochs → index of the scene, index of the ordered pair of its shots."""
        epoch, place = divmod(position, self.epoch_size)
        if self._order[0] != epoch:
            self._order = (epoch, np.random.default_rng([self.seed, 1, epoch]).permutation(self.epoch_size))
        unit = self._order[1][place]
        scene = int(np.searchsorted(self.ends, unit, side="right"))
        return scene, int((self.ends[scene] - 1 - unit) % self.orders[scene])


def _augmented(batch: Tensor, turns: npt.NDArray[np.int64], swaps: npt.NDArray[np.int64]) -> Tensor:
    """Turns pair i of a batch, (B, 2, C, S, S), by turns[i], and swaps it where swaps[i] is 1."""
    result = torch.empty_like(batch)
    for turn in range(8):
        chosen = torch.from_numpy(turns == turn)
        result[chosen] = turned(batch[chosen], turn)
    swapped = torch.from_numpy(swaps == 1)
    result[swapped] = result[swapped].flip(1)
    return result


def loader(crops: Crops, first: int, last: int, workers: int = 0) -> Iterable[Tensor]:
    """The batches of the steps from `first` to `last` − 1, prepared by `workers` extra processes."""
    return DataLoader(crops, batch_size=None, sampler=range(first, last), num_workers=workers)
