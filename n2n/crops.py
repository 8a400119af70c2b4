"""Training batches: aligned random crops of noisy pairs, each batch a pure function of seed and step."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from .image import turned
from .noise import generator
from .padding import pad_to_multiple
from .pairs import Pairs
from .recipe import Recipe

TRAINING = 1  # tells the noise learnt from apart from the noise measured on


class Crops(Dataset[Tensor]):
    """Item `step` is the stacked batch (B, 2, C, crop, crop) of that step: source, then target; white is 1.

    An epoch shows as many crops of every ordered pair of shots as it takes to tile it once, in an order drawn by seed
    and epoch. `augment` turns and flips whole pairs and swaps source and target. With a noise model the noise is drawn
    afresh, on the cropped photograph. `share` (k, K) is the k-th of K processes' part of each batch.
    """

    def __init__(self, pairs: Pairs, recipe: Recipe, share: tuple[int, int] = (0, 1)) -> None:
        recipe = recipe.fitted(pairs)
        self.pairs, self.share, self.seed = pairs, share, recipe.seed
        self.batch_size, self.augment, self.clean_targets = recipe.batch_size, recipe.augment, recipe.clean_targets
        self.grey = recipe.grey if pairs.channels > 1 else 0.0
        if self.clean_targets and not pairs.has_clean:
            raise ValueError("clean targets need clean pictures, and this data has none")
        if not self.clean_targets and pairs.noise is None and pairs.shots.min() < 2:
            raise ValueError("one shot only: Noise2Noise learns from two noisy shots of a scene, this data has one")
        self.window = recipe.crop * (pairs.noise.shrink if pairs.noise else 1)
        tiles = np.maximum(pairs.sizes // self.window, 1).prod(axis=1)
        self.orders = np.where(pairs.shots > 2, pairs.shots * (pairs.shots - 1), 1)  # ordered pairs of a scene
        self.ends = np.cumsum(tiles * self.orders)
        self.epoch_size = int(self.ends[-1])
        self._order: tuple[int, np.ndarray] = (-1, np.empty(0, int))

    def __len__(self) -> int:
        return -(-self.epoch_size // self.batch_size)

    def __getitem__(self, step: int) -> Tensor:
        rng = np.random.default_rng([self.seed, 0, step])
        places = rng.random((self.batch_size, 2))
        turns = rng.integers(8, size=self.batch_size)
        swaps = rng.integers(2, size=self.batch_size)
        whole, mine = range(self.batch_size), slice(self.share[0], None, self.share[1])
        # With a noise model every process draws the whole batch, so that the noise does not depend on their number.
        drawn = whole[mine] if self.pairs.noise is None else whole
        cut = [self._cut(*self._item(step * self.batch_size + i), places[i]) for i in drawn]
        batch = torch.from_numpy(np.stack(cut)).float().div_(self.pairs.scale)
        if self.pairs.noise is not None:
            batch = self._noisy(batch[:, 0], step)[mine]
        if self.augment:
            batch = _augmented(batch, turns[mine], swaps[mine] * (not self.clean_targets))
        if self.grey:
            # Noise is the same in all channels of a grey picture, which a net that saw colour only takes for picture.
            greys = torch.from_numpy(rng.random(self.batch_size)[mine] < self.grey)
            batch[greys] = batch[greys][:, :, :1].expand(-1, -1, self.pairs.channels, -1, -1)
        return batch

    def _item(self, position: int) -> tuple[int, int]:
        """Position in the stream of all epochs → (scene, which ordered pair of its shots)."""
        epoch, place = divmod(position, self.epoch_size)
        if self._order[0] != epoch:
            self._order = (epoch, np.random.default_rng([self.seed, 1, epoch]).permutation(self.epoch_size))
        unit = self._order[1][place]
        scene = int(np.searchsorted(self.ends, unit, side="right"))
        return scene, int((self.ends[scene] - 1 - unit) % self.orders[scene])

    def _cut(self, index: int, order: int, place: np.ndarray) -> np.ndarray:
        """The same window of both shots, (2, C, window, window), values as they were brought."""
        scene = self.pairs.scenes[index]
        if self.pairs.noise is not None:
            both = (scene.clean,)
        elif self.clean_targets:
            both = (scene.shots[order % len(scene.shots)], scene.clean)
        else:
            first, skip = divmod(order, len(scene.shots) - 1)
            both = (scene.shots[first], scene.shots[(first + 1 + skip) % len(scene.shots)])
        top, left = (int(room * (max(side - self.window, 0) + 1)) for room, side in zip(place, self.pairs.sizes[index]))
        window = (slice(None), slice(top, top + self.window), slice(left, left + self.window))
        cut = np.stack([np.broadcast_to(shot[window], (self.pairs.channels, *shot[window].shape[1:])) for shot in both])
        if min(cut.shape[-2:]) < self.window:
            cut = pad_to_multiple(torch.from_numpy(cut), self.window).numpy()
        return cut

    def _noisy(self, photo: Tensor, step: int) -> Tensor:
        """The whole paper in a line: two independent draws of the noise on one picture."""
        noise, rng = self.pairs.noise, generator(self.seed, step, TRAINING)
        source, target = noise.shots(photo, 2, rng)
        return torch.stack([source, noise.clean(photo) if self.clean_targets else target], dim=1)


def _augmented(batch: Tensor, turns: np.ndarray, swaps: np.ndarray) -> Tensor:
    """Whole pairs, (B, 2, C, S, S): pair i is turned by turns[i], and swapped where swaps[i]."""
    result = torch.empty_like(batch)
    for turn in range(8):
        chosen = torch.from_numpy(turns == turn)
        result[chosen] = turned(batch[chosen], turn)
    swapped = torch.from_numpy(swaps == 1)
    result[swapped] = result[swapped].flip(1)
    return result


def loader(crops: Crops, first: int, last: int, workers: int = 0) -> Iterable[Tensor]:
    """The batches of steps first … last − 1."""
    return DataLoader(crops, batch_size=None, sampler=range(first, last), num_workers=workers)
