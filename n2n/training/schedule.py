"""How a training passes: how much of its budget is used, what the learning rate is then, and when it is measured."""

import math

from .recipe import FRESH, Recipe

WARM_UP = 0.05  # fraction of the training in which the rate of the cosine schedule rises from a tenth


def steps_for(recipe: Recipe, epoch_size: int) -> int | None:
    """Planned number of steps of a recipe whose batch size is known, given the pairs in an epoch; None where only
    seconds count.
    """
    budgets = [recipe.steps] if recipe.steps else []
    if recipe.epochs is not None:
        budgets.append(math.ceil(recipe.epochs * epoch_size / recipe.batch_size))
    return min(budgets) if budgets else None


def fraction(recipe: Recipe, step: int, steps: int | None, seconds: float) -> float:
    """How much of the budget is used after so many of the planned steps, and so many seconds: 0 to 1."""
    used = [step / steps] if steps else []
    used += [seconds / recipe.seconds] if recipe.seconds else []
    return min(1.0, max(used))


def is_due(evaluations: int, before: float, after: float) -> bool:
    """Whether one of so many measurements, evenly spread, lies between two fractions of the training."""
    slack = 1e-9  # a third of three thirds is one
    return int(after * evaluations + slack) > int(before * evaluations + slack)


def learning_rate(recipe: Recipe, fraction: float) -> float:
    """The learning rate after a fraction of the training."""
    highest = recipe.learning_rate or FRESH
    if recipe.schedule == "constant":
        return highest
    warmth = min(1.0, 0.1 + 0.9 * fraction / WARM_UP)
    return highest * warmth * (1 + math.cos(math.pi * fraction)) / 2
