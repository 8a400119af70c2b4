"""What a person has set in the first tab, and the order that it makes."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from .denoising import Learnt, Options, Order
from .trainings import Trainings

ADD, ALREADY = "Add noise to it", "It is noisy already"
SOURCES = 4  # of pictures, the first controls
TRAINED_FILE = "model.safetensors"  # of a visitor's own training, in their folder


class Controls(NamedTuple):
    """The components a person sets; and, in a handler, their values."""

    strip: object
    files: object
    camera: object
    own: object  # token of a training whose shots are shown; it goes unseen
    adding: object
    noise: object
    level: object
    seed: object
    cleans: object
    weights: object
    strength: object
    ensemble: object
    baselines: object
    maps: object


def ordered(asked: Controls, trained: Path, trainings: Trainings) -> Order:
    """What was asked for; `trained` are the weights of the visitor's own training. Raises ValueError."""
    options = Options(
        asked.weights, trained, asked.strength, asked.ensemble, tuple(asked.baselines or ()), bool(asked.maps)
    )
    if asked.own:
        run = trainings.find(str(asked.own)).run
        return Order(pairs=Learnt(run.data, run.settings.recipe.hold_out, run.settings.recipe.seed), options=options)
    files = tuple(asked.files or ([asked.camera] if asked.camera else []))
    order = Order(files, sample=None if files or not asked.strip else str(asked.strip), options=options)
    if asked.adding == ADD:
        return replace(order, noise=asked.noise, level=float(asked.level), seed=int(asked.seed or 0))
    return replace(order, cleans=tuple(asked.cleans or ()))
