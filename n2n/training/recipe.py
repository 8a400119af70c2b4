"""How to train: every setting once, with its unit; the command line and the demo's controls are made from it."""

from dataclasses import dataclass, replace

import numpy as np

from ..data import Pairs
from ..nets import MULTIPLE, PRECISIONS, UNetConfig
from ..settings import check_settings, setting, settings_of
from .losses import LOSSES

INITIALIZATIONS = ("he", "torch")
SCHEDULES = ("cosine", "constant")
OPTIMIZERS = ("muon", "adam")
# Learning rates, Adam's: from random weights, and of weights that learnt before. Of gaussian-small, 80 steps of 8 crops
# at σ = 25, which it knows, bring -0.44 dB at 0.003, -0.04 at 0.001, +0.04 at 0.0003 and -0.02 at 0.0001; 80 steps at
# poisson:30 -0.20, +0.26, +0.31 and +0.22; at impulse:0.2 +1.10, +1.17, +1.25 and +0.94. Many steps of a noise that is
# new want more: 400 at impulse:0.2 bring +2.15, +1.65, +1.56 and +1.39.
FRESH, FINE = 3e-3, 3e-4
# Pixels: pictures up to this size are learnt whole, larger ones in crops of this size. A crop of 64 is 2×2 at the
# deepest level, all of it beside the padding: a net that learnt so does less well in the middle of large pictures.
WHOLE = 128
BATCH = 16  # crops a step, but of large ones
BATCH_PIXELS = 2**16  # as many as make so many pixels, which takes as long as 16 crops of 64


@dataclass(frozen=True)
class Recipe:
    """Settings of a training. It ends with the first budget reached of epochs, steps and seconds."""

    name: str = "fast"
    epochs: float | None = setting(
        10.0, "how often to pass over the pairs; without any budget 10 times", unit="epochs", low=0.001, high=1e6
    )
    steps: int | None = setting(None, "how many batches to learn from", unit="steps", low=1, high=10**9)
    seconds: float | None = setting(None, "how long to train, measuring included", unit="seconds", low=0.1, high=1e7)
    batch_size: int | None = setting(
        None,
        "how many pairs a step learns from, over all processes",
        unit="pairs",
        low=1,
        high=65536,
        unset=f"{BATCH}, or fewer of crops beyond 64 pixels",
    )
    crop: int | None = setting(
        None,
        f"side of the crops, a multiple of {MULTIPLE}",
        unit="pixels",
        low=MULTIPLE,
        multiple=MULTIPLE,
        unset=f"what fits, {WHOLE} at most",
    )
    loss: str = setting(
        "l2",
        "what the errors are summed as: l2 learns the mean of the targets, l1 the median, l0 (annealed) the mode",
        choices=LOSSES,
    )
    initialization: str = setting(
        "he", "how random weights are drawn: he, as in the paper, or torch's own way", choices=INITIALIZATIONS
    )
    optimizer: str = setting(
        "muon", "what takes the steps: muon for the kernels and adam for the rest, or adam for all", choices=OPTIMIZERS
    )
    learning_rate: float | None = setting(
        None,
        "Adam's step size, at its highest; Muon's is ten times that",
        low=1e-8,
        high=1.0,
        unset=f"{FRESH:g}, or {FINE:g} for weights that learnt before",
    )
    schedule: str = setting(
        "cosine",
        "how the learning rate changes: a warm-up over 5 % of the training, then a cosine to zero; or constant",
        choices=SCHEDULES,
    )
    augment: bool = setting(True, "turn, flip and swap the pairs at random")
    grey: float = setting(
        0.0, "fraction of the colour pairs that are shown in grey: one channel, three times", low=0.0, high=1.0
    )
    balance: bool = setting(False, "weigh pictures by 1/σ of their noise, so that weak noise counts like strong noise")
    clean_targets: bool = setting(False, "learn from the clean pictures instead, to compare")
    hold_out: float = setting(
        0.1, "fraction of the scenes that is kept to measure on, 1000 scenes at most; 0 keeps none", low=0.0, high=0.9
    )
    evaluations: int = setting(20, "how often the hold-out is measured", unit="times", low=1, high=10000)
    seed: int = setting(0, "seed of everything that is random", low=0, high=2**63 - 1)
    precision: str = setting(
        "auto", "numbers to compute in: fp32, bf16, or auto for the faster on this machine", choices=PRECISIONS
    )
    workers: int = setting(0, "how many processes prepare the batches; 0 for none", unit="processes", low=0, high=64)

    def __new__(cls, *_: object, **given: object) -> "Recipe":
        """Raises ValueError for settings that there are not, naming those that there are."""
        if own := [name for name in given if name in settings_of(UNetConfig)]:
            raise ValueError(f"{own[0]} says what the net is, not how it learns; set it in the net's UNetConfig")
        if unknown := [name for name in given if name not in cls.__dataclass_fields__]:
            raise ValueError(f"unknown setting '{unknown[0]}'; allowed: {', '.join(settings_of(cls))}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        check_settings(self)
        if self.epochs is self.steps is self.seconds is None:
            raise ValueError("no budget: the training would never end; set epochs, steps or seconds")

    def fitted(self, pairs: Pairs, learning_rate: float = FRESH) -> "Recipe":
        """The same with what is not set chosen: the learning rate as given here; for these pairs, as side of the crops
        the largest multiple of 32 that all pictures hold, 32 to 128, and 16 crops in a batch, or as many as make
        65,536 pixels.
        """
        side = int(pairs.sizes.min()) // pairs.shrink
        crop = self.crop or int(np.clip(side // MULTIPLE * MULTIPLE, MULTIPLE, WHOLE))
        batch_size = self.batch_size or min(BATCH, max(1, BATCH_PIXELS // crop**2))
        return replace(self, crop=crop, batch_size=batch_size, learning_rate=self.learning_rate or learning_rate)


RECIPES = {
    "fast": Recipe(),
    # The course report's, to the letter: MSE, Adam (0.001, 0.9, 0.99, 1e-8), batch 100, ten epochs, nothing else.
    "report": Recipe(
        name="report",
        batch_size=100,
        crop=32,
        initialization="torch",
        optimizer="adam",
        learning_rate=1e-3,
        schedule="constant",
        augment=False,
    ),
}


# The net that a recipe makes where nothing else is asked for.
NETS = {
    "fast": UNetConfig(residual=True),
    "report": UNetConfig(),  # Table I
}


def named_recipe(name: str, **changes: object) -> Recipe:
    """A recipe by name with some settings changed; a budget in steps or seconds replaces the epochs.

    Raises ValueError naming the recipes or settings that there are, or the setting that is out of range.
    """
    if name not in RECIPES:
        raise ValueError(f"unknown recipe '{name}'; allowed: {', '.join(RECIPES)}")
    if (changes.get("steps") or changes.get("seconds")) and not changes.get("epochs"):
        changes["epochs"] = None
    return replace(RECIPES[name], **changes)


def named_net(name: str, **changes: object) -> UNetConfig:
    """The net that goes with a recipe, by the recipe's name, with some fields changed. Raises ValueError for another
    name, and for what is out of range.
    """
    if name not in NETS:
        raise ValueError(f"unknown recipe '{name}'; allowed: {', '.join(NETS)}")
    return replace(NETS[name], **changes)
