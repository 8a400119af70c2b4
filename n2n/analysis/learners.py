"""Trainings side by side, one step each in turn, so that they differ only in what was meant to differ."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from ..data import Pairs
from ..model import Noise2Noise
from ..nets import UNetConfig
from ..training import Progress, Recipe, train


@dataclass
class Learner:
    """A net with the pairs that it learns from and the recipe by which it does."""

    name: str
    pairs: Pairs
    recipe: Recipe
    model: Noise2Noise

    @classmethod
    def fresh(cls, name: str, pairs: Pairs, recipe: Recipe, config: UNetConfig | None = None) -> Self:
        """A learner with an untrained net: `config`, or else the one that goes with the recipe.

        Learners with the same seed, net and number of channels start from the same weights.
        """
        return cls(name, pairs, recipe, Noise2Noise.for_pairs(pairs, recipe, config, "cpu"))


def train_in_turns(
    learners: Sequence[Learner], validation: Pairs | None, stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Progress, ...]]:
    """Yields the latest Progress of every learner each time that all have taken a step, until all are done.

    A budget in seconds counts the time of all learners, so they take equally many steps, give or take the last one.
    Raises Diverged, ValueError.
    """
    streams = [train(learner.model.net, learner.pairs, validation, learner.recipe, stop=stop) for learner in learners]
    latest = [next(stream) for stream in streams]
    yield tuple(latest)
    while not all(progress.done for progress in latest):
        latest = [progress if progress.done else next(stream) for progress, stream in zip(latest, streams)]
        yield tuple(latest)
