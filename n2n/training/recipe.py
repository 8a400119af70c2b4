"""The settings of a training, each with its unit and range; options and the demo's controls are made from them."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from ..data import METHODS, NEIGHBOURS, PAIRED, VARIETIES, ZERO_SHOT, Pairs
from ..nets import MULTIPLE, PRECISIONS, UNetConfig
from ..settings import check_settings, setting, settings_of
from .losses import LOSSES

INITIALIZATIONS = ("he", "torch")
SCHEDULES = ("cosine", "constant")
OPTIMIZERS = ("muon", "adam")
# Adam's learning rates, from random weights and for fine-tuning. With gaussian-small, 80 steps of 8 crops at σ = 25,
# which it has learnt, gain -0.44 dB at 0.003, -0.04 at 0.001, +0.04 at 0.0003 and -0.02 at 0.0001; 80 steps at
# poisson:30 gain -0.20, +0.26, +0.31 and +0.22; at impulse:0.2 +1.10, +1.17, +1.25 and +0.94. Many steps on noise that
# is new to the net call for a higher rate: 400 at impulse:0.2 gain +2.15, +1.65, +1.56 and +1.39.
FRESH_RATE, FINE_TUNING_RATE = 3e-3, 3e-4
# Pixels: pictures up to this size are learnt whole, larger ones in crops of this size. At the deepest level a crop of
# 64 is 2×2 pixels, all of them next to the padding: a net that learns from those is worse in the middle of large
# pictures.
LARGEST_CROP = 128
BATCH = 16  # crops in a batch, fewer if they are large
BATCH_PIXELS = 2**16  # pixels in a batch of large crops, which take as long as 16 crops of 64
SINGLE_PIXELS = 2**12  # pixels in a batch of halves of single shots


@dataclass(frozen=True)
class Recipe:
    """The settings of a training, which ends when the first of its budgets (epochs, steps, seconds) is used up.

    Raises ValueError for a setting that does not exist or has a value that is not allowed, and where no budget is set.
    """

    name: str = "fast"
    method: str = setting(
        PAIRED,
        "what is learnt from: noise2noise takes two shots of a scene; from single ones, neighbor2neighbor, the better, "
        "learns by neighbouring pixels, and zero-shot by the diagonals of blocks of pixels, with a small net",
        choices=METHODS,
    )
    epochs: float | None = setting(
        10.0, "number of passes over the pairs; 10 if no budget is set", unit="epochs", low=0.001, high=1e6
    )
    steps: int | None = setting(None, "number of batches to learn from", unit="steps", low=1, high=10**9)
    seconds: float | None = setting(None, "how long to train, measuring included", unit="seconds", low=0.1, high=1e7)
    batch_size: int | None = setting(
        None,
        "number of pairs in a batch, over all processes",
        unit="pairs",
        low=1,
        high=65536,
        unset=f"{BATCH}, or fewer if the crops are larger than 64 pixels",
    )
    crop: int | None = setting(
        None,
        f"side of the crops, a multiple of {MULTIPLE}",
        unit="pixels",
        low=MULTIPLE,
        multiple=MULTIPLE,
        unset=f"as large as fits, {LARGEST_CROP} at most",
    )
    loss: str = setting(
        "l2",
        "error to minimise: l2 learns the mean of the targets, l1 the median, l0 (annealed) the mode",
        choices=LOSSES,
    )
    initialization: str = setting(
        "he", "distribution of the random weights: he, as in the paper, or torch's default", choices=INITIALIZATIONS
    )
    optimizer: str = setting(
        "muon", "optimizer: muon for the kernels and adam for the rest, or adam for everything", choices=OPTIMIZERS
    )
    learning_rate: float | None = setting(
        None,
        "highest step size of Adam; Muon's is ten times as large",
        low=1e-8,
        high=1.0,
        unset=f"{FRESH_RATE:g}, or {FINE_TUNING_RATE:g} for weights that are already trained",
    )
    schedule: str = setting(
        "cosine",
        "course of the learning rate: a warm-up over 5 % of the training, then a cosine to zero; or constant",
        choices=SCHEDULES,
    )
    augment: bool = setting(True, "turn, flip and swap the pairs at random")
    grey: float = setting(
        0.0, "fraction of the colour pairs that are turned grey, one channel repeated three times", low=0.0, high=1.0
    )
    variety: str = setting(
        "plain",
        "with a noise model, how photographs are bent at random: plain (not at all), photos (shrunk, other colours), "
        "camera (also enlarged) or microscopy (grey, dark and blurred, or drawn)",
        choices=VARIETIES,
    )
    balance: bool = setting(False, "weight pictures by 1/σ of their noise, so that weak noise counts like strong")
    clean_targets: bool = setting(False, "learn from the clean pictures instead, for comparison")
    hold_out: float = setting(
        0.1, "fraction of the scenes held out to measure on, 1000 scenes at most; 0 holds out none", low=0.0, high=0.9
    )
    evaluations: int = setting(
        20,
        "number of measurements on the hold-out, fewer where they would take more than a quarter of --seconds",
        unit="times",
        low=1,
        high=10000,
    )
    seed: int = setting(0, "seed of all random numbers", low=0, high=2**63 - 1)
    precision: str = setting(
        "auto", "number format: fp32, bf16, or auto for the faster of them on this machine", choices=PRECISIONS
    )
    workers: int = setting(0, "number of extra processes that prepare batches", unit="processes", low=0, high=64)

    def __new__(cls, *_: object, **values: object) -> Self:
        if own := [name for name in values if name in settings_of(UNetConfig)]:
            raise ValueError(f"{own[0]} says what the net is, not how it learns; set it in the net's UNetConfig")
        if unknown := [name for name in values if name not in cls.__dataclass_fields__]:
            raise ValueError(f"unknown setting '{unknown[0]}'; allowed: {', '.join(settings_of(cls))}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        check_settings(self)
        if self.epochs is self.steps is self.seconds is None:
            raise ValueError("no budget: the training would never end; set epochs, steps or seconds")

    def fitted(self, pairs: Pairs, learning_rate: float = FRESH_RATE) -> "FittedRecipe":
        """The same recipe for these pairs, with a value for every setting that was left open.

        The learning rate is the one passed here. The side of the crops is the largest multiple of 32 pixels, from 32 to
        128, that fits into all pictures; a batch has 16 crops, or as many as make 65,536 pixels. For single shots they
        are halves of 64 pixels at most, and 4,096 pixels: in the same time many small steps teach more than few.
        """
        single = self.method != PAIRED  # the whole is denoised beside its halves
        largest, pixels = (LARGEST_CROP // 2, SINGLE_PIXELS) if single else (LARGEST_CROP, BATCH_PIXELS)
        side = int(pairs.sizes.min()) // pairs.shrink
        crop = self.crop or int(np.clip(side // MULTIPLE * MULTIPLE, MULTIPLE, largest))
        batch_size = self.batch_size or min(BATCH, max(1, pixels // crop**2))
        rate = self.learning_rate or learning_rate
        return FittedRecipe(**vars(replace(self, crop=crop, batch_size=batch_size, learning_rate=rate)))


@dataclass(frozen=True)
class FittedRecipe(Recipe):
    """A recipe for certain pairs, in which no setting but a budget is left open."""

    batch_size: int = field(kw_only=True)  # pairs
    crop: int = field(kw_only=True)  # pixels
    learning_rate: float = field(kw_only=True)


RECIPES = {
    "fast": Recipe(),
    # Exactly the course report's: MSE, Adam (0.001, 0.9, 0.99, 1e-8), batch 100, ten epochs, nothing else.
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

# The net that goes with each recipe.
NETS = {
    "fast": UNetConfig(residual=True),
    "report": UNetConfig(),  # Table I
}


# What else changes with the method: a single shot is learnt from as a whole, since nothing tells how good the net is.
# The small net for zero-shot learns faster by Adam: 25.9 dB with Muon and 26.5 with Adam after 420 steps on a
# photograph at σ = 25, and 26.6 at the higher rate.
METHOD_SETTINGS: dict[str, dict[str, object]] = {
    PAIRED: {},
    NEIGHBOURS: {"hold_out": 0.0, "seconds": 120.0},
    ZERO_SHOT: {"hold_out": 0.0, "seconds": 60.0, "optimizer": "adam", "learning_rate": 1e-2},
}
METHOD_WIDTHS = {NEIGHBOURS: 12, ZERO_SHOT: 6}  # of the nets for single shots; 16,047 numbers in colour at 6


def named_recipe(name: str, **changes: object) -> Recipe:
    """One of RECIPES with some settings changed; a budget in steps or seconds replaces the one in epochs. Methods for
    single shots have a budget of their own, and hold nothing out, where nothing else is asked for.

    Raises ValueError for an unknown name or setting, naming the known ones, and for a value that is not allowed.
    """
    if name not in RECIPES:
        raise ValueError(f"unknown recipe '{name}'; allowed: {', '.join(RECIPES)}")
    of_method = dict(METHOD_SETTINGS.get(str(changes.get("method", PAIRED)), {}))
    if {"epochs", "steps"} & set(changes):
        of_method.pop("seconds", None)
    changes = of_method | changes
    if (changes.get("steps") or changes.get("seconds")) and not changes.get("epochs"):
        changes["epochs"] = None
    return Recipe(**vars(RECIPES[name]) | changes)


def named_net(name: str, method: str = PAIRED, **changes: object) -> UNetConfig:
    """The net that goes with the recipe of this name, with some fields changed; narrower for single shots.

    Raises ValueError for an unknown name, and for a value that is not allowed.
    """
    if name not in NETS:
        raise ValueError(f"unknown recipe '{name}'; allowed: {', '.join(NETS)}")
    widths = {"width": METHOD_WIDTHS[method]} if method in METHOD_WIDTHS else {}
    return UNetConfig(**vars(NETS[name]) | widths | changes)
