"""The course of a training: the fraction of its budget that is used, the learning rate, and when to measure."""

import math

from .recipe import FittedRecipe, Recipe

WARM_UP = 0.05  # fraction of the training over which the cosine schedule's rate rises, from a tenth
# Of a training's seconds, that may go into measuring before its end. Twenty measurements on a tenth of a photograph of
# 0.8 megapixels would take a net of width 48 some 9 s of 20 on one core; on a larger one they would leave no steps.
MEASURING = 0.25


def steps_for(recipe: FittedRecipe, epoch_size: int) -> int | None:
    """The number of steps that a recipe plans, where an epoch has `epoch_size` pairs; None where only seconds count."""
    budgets = [recipe.steps] if recipe.steps else []
    if recipe.epochs is not None:
        budgets.append(math.ceil(recipe.epochs * epoch_size / recipe.batch_size))
    return min(budgets) if budgets else None


def fraction(recipe: Recipe, step: int, steps: int | None, seconds: float) -> float:
    """The fraction of the budget, 0 to 1, that is used after `step` of the planned steps and `seconds` of training."""
    used = [step / steps] if steps else []
    used += [seconds / recipe.seconds] if recipe.seconds else []
    return min(1.0, max(used))


def is_due(evaluations: int, before: float, after: float) -> bool:
    """Whether one of `evaluations` evenly spread measurements lies between two fractions of the training."""
    slack = 1e-9  # three times a third may be a little less than one
    return int(after * evaluations + slack) > int(before * evaluations + slack)


def is_affordable(recipe: Recipe, measuring: float, seconds: float) -> bool:
    """Whether `measuring`, in seconds with the next measurement, is little of the `seconds` that have passed; where the
    budget is not in seconds, it always is, so that the same command ends in the same weights.
    """
    return recipe.seconds is None or measuring <= MEASURING * seconds


def learning_rate(recipe: FittedRecipe, fraction: float) -> float:
    """The learning rate after a fraction, 0 to 1, of the training."""
    highest = recipe.learning_rate
    if recipe.schedule == "constant":
        return highest
    warm_up = min(1.0, 0.1 + 0.9 * fraction / WARM_UP)
    return highest * warm_up * (1 + math.cos(math.pi * fraction)) / 2
