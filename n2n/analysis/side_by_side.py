"""Trainings side by side, step by step in turns: what differs between them is what was meant to differ."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..data import Pairs
from ..model import Noise2Noise
from ..nets import UNetConfig
from ..training import Progress, Recipe, train


@dataclass
class Lane:
    """One of the trainings: the net is made by `side_by_side`, from the recipe's seed."""

    name: str
    pairs: Pairs
    recipe: Recipe
    model: Noise2Noise


def lane(name: str, pairs: Pairs, recipe: Recipe, config: UNetConfig | None = None) -> Lane:
    """A lane with a fresh net, without `config` the one that goes with the recipe: lanes of one seed, net and number
    of channels start from the same weights.
    """
    return Lane(name, pairs, recipe, Noise2Noise.for_pairs(pairs, recipe, config, "cpu"))


def side_by_side(
    lanes: Sequence[Lane], validation: Pairs | None, stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Progress, ...]]:
    """The latest Progress of every lane, each time that all have taken a step, until all are done.

    A budget in seconds counts the time of all lanes, so they take equally many steps but for the last.
    Raises Diverged, ValueError.
    """
    streams = [train(each.model.net, each.pairs, validation, each.recipe, stop=stop) for each in lanes]
    latest = [next(stream) for stream in streams]
    yield tuple(latest)
    while not all(progress.done for progress in latest):
        latest = [progress if progress.done else next(stream) for progress, stream in zip(latest, streams)]
        yield tuple(latest)
