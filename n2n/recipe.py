"""How to train: every setting once, with its unit; the command line is made from it."""

import math
import types
import typing
from dataclasses import Field, dataclass, field, replace
from numbers import Integral, Real

import numpy as np
from torch import Tensor

from .fast import PRECISIONS
from .metrics import squared_error
from .pairs import Pairs
from .unet import MULTIPLE

LOSSES = ("l2", "l1", "l0")
INITIALIZATIONS = ("he", "torch")
SCHEDULES = ("cosine", "constant")
OPTIMIZERS = ("muon", "adam")
# Learning rates, Adam's: from random weights, and of weights that learnt before. Of gaussian-small, 80 steps of 8 crops
# at σ = 25, which it knows, bring -0.44 dB at 0.003, -0.04 at 0.001, +0.04 at 0.0003 and -0.02 at 0.0001; 80 steps at
# poisson:30 -0.20, +0.26, +0.31 and +0.22; at impulse:0.2 +1.10, +1.17, +1.25 and +0.94. Many steps of a noise that is
# new want more: 400 at impulse:0.2 bring +2.15, +1.65, +1.56 and +1.39.
FRESH, FINE = 3e-3, 3e-4
WARM_UP = 0.05  # of the training, in which the cosine schedule's rate rises from a tenth
# Pixels: pictures up to this size are learnt whole, larger ones in crops of this size. A crop of 64 is 2×2 at the
# deepest level, all of it beside the padding: a net that learnt so does less well in the middle of large pictures.
WHOLE = 128
BATCH = 16  # crops a step, but of large ones
BATCH_PIXELS = 2**16  # as many as make so many pixels, which takes as long as 16 crops of 64
EPSILON = 1e-8  # of the annealed l0 loss
FAINT = 2 / 255  # σ under which noise is not told from none


def setting(default: object, text: str, low: float = -math.inf, high: float = math.inf, choices: tuple = ()) -> object:
    """A field with its help text and what is allowed."""
    return field(default=default, metadata={"help": text, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class Recipe:
    """Settings of a training. It ends with the first budget reached of epochs, steps and seconds."""

    name: str = "fast"
    epochs: float | None = setting(10.0, "passes over the pairs; without any budget 10", 0.001, 1e6)
    steps: int | None = setting(None, "batches", 1, 10**9)
    seconds: float | None = setting(None, "seconds of training, measuring included", 0.1, 1e7)
    batch_size: int | None = setting(
        None, "pairs a step, over all processes; without: 16, or fewer of crops beyond 64 pixels", 1, 65536
    )
    crop: int | None = setting(
        None, "side of the crops in pixels, a multiple of 32; without: what fits, 128 at most", 32
    )
    loss: str = setting(
        "l2", "l2 learns the mean of the targets, l1 the median, l0 (annealed) the mode", choices=LOSSES
    )
    initialization: str = setting("he", "random weights: he, as in the paper, or torch's own", choices=INITIALIZATIONS)
    residual: bool = setting(True, "the net says what to change in a picture; Table I says the picture itself")
    bias: bool = setting(True, "the convolutions add biases; without, one strength of noise teaches others too")
    optimizer: str = setting("muon", "muon for the kernels and adam for the rest; or adam for all", choices=OPTIMIZERS)
    learning_rate: float | None = setting(
        None,
        f"Adam's step size, at its highest; Muon's is ten times that; without: {FRESH:g}, or {FINE:g} for weights that "
        "learnt before",
        1e-8,
        1.0,
    )
    schedule: str = setting(
        "cosine", "learning rate: 5 %% warm-up, then a cosine to zero; or constant", choices=SCHEDULES
    )
    augment: bool = setting(True, "turn, flip and swap pairs")
    grey: float = setting(0.0, "fraction of colour pairs shown in grey: one channel, three times", 0.0, 1.0)
    balance: bool = setting(False, "weigh pictures by 1/σ of their noise, so that weak noise counts like strong noise")
    clean_targets: bool = setting(False, "learn from the clean pictures instead, to compare")
    hold_out: float = setting(0.1, "fraction of the scenes to measure on, 1000 at most; 0: none", 0.0, 0.9)
    evaluations: int = setting(20, "times the hold-out is measured", 1, 10000)
    seed: int = setting(0, "of everything random", 0, 2**63 - 1)
    precision: str = setting(
        "auto", "numbers to compute in: fp32, bf16, or auto for the faster here", choices=PRECISIONS
    )
    workers: int = setting(0, "processes that prepare batches; 0: none", 0, 64)

    def __new__(cls, *_: object, **given: object) -> "Recipe":
        """Raises ValueError for settings that there are not, naming those that there are."""
        if unknown := [name for name in given if name not in cls.__dataclass_fields__]:
            known = ", ".join(name for name, known in cls.__dataclass_fields__.items() if known.metadata)
            raise ValueError(f"unknown setting '{unknown[0]}'; allowed: {known}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name, known in self.__dataclass_fields__.items():
            value = getattr(self, name)
            if isinstance(value, np.generic):  # a header cannot hold it
                object.__setattr__(self, name, value.item())
            if known.metadata:
                _check_setting(name, value, known)
        if self.epochs is self.steps is self.seconds is None:
            raise ValueError("no budget: the training would never end; set epochs, steps or seconds")
        if self.crop is not None and self.crop % MULTIPLE:
            raise ValueError(f"crop is {self.crop}; allowed: multiples of {MULTIPLE} pixels")

    def fitted(self, pairs: Pairs, learning_rate: float = FRESH) -> "Recipe":
        """The same with what is not set chosen: the learning rate as given here; for these pairs, as side of the crops
        the largest multiple of 32 that all pictures hold, 32 to 128, and 16 crops in a batch, or as many as make
        65,536 pixels.
        """
        side = int(pairs.sizes.min()) // pairs.shrink
        crop = self.crop or int(np.clip(side // MULTIPLE * MULTIPLE, MULTIPLE, WHOLE))
        batch_size = self.batch_size or min(BATCH, max(1, BATCH_PIXELS // crop**2))
        return replace(self, crop=crop, batch_size=batch_size, learning_rate=self.learning_rate or learning_rate)

    def steps_for(self, epoch_size: int) -> int | None:
        """Planned number of steps, given the pairs in an epoch; None where only seconds count."""
        budgets = [self.steps] if self.steps else []
        if self.epochs is not None:
            budgets.append(math.ceil(self.epochs * epoch_size / self.batch_size))
        return min(budgets) if budgets else None

    def fraction(self, step: int, steps: int | None, seconds: float) -> float:
        """How much of the budget is used, 0 to 1."""
        used = [step / steps] if steps else []
        used += [seconds / self.seconds] if self.seconds else []
        return min(1.0, max(used))

    def is_due(self, before: float, after: float) -> bool:
        """Does a measurement lie between two fractions of the training?"""
        slack = 1e-9  # a third of three thirds is one
        return int(after * self.evaluations + slack) > int(before * self.evaluations + slack)

    def rate(self, fraction: float) -> float:
        """Learning rate after a fraction of the training."""
        highest = self.learning_rate or FRESH
        if self.schedule == "constant":
            return highest
        warmth = min(1.0, 0.1 + 0.9 * fraction / WARM_UP)
        return highest * warmth * (1 + math.cos(math.pi * fraction)) / 2

    def errors(self, denoised: Tensor, target: Tensor, fraction: float) -> Tensor:
        """Loss of each picture, (N, C, H, W) twice → (N,).

        l0 is the paper's annealed (|d| + ε)^γ, γ from 2 to 0 over the training (section 3.4).
        """
        difference = denoised - target
        if self.loss == "l2":
            error = difference.square()
        elif self.loss == "l1":
            error = difference.abs()
        else:
            error = (difference.abs() + EPSILON).pow(2 * (1 - fraction))
        return error.mean((1, 2, 3))

    def weights(self, source: Tensor, target: Tensor) -> Tensor:
        """What each picture's loss counts, (N, C, H, W) twice → (N,): 1, or with `balance` c / (c + rms(y1 − y2)).

        The gradient of a picture is as noisy as its target: so weighted, all pictures teach alike.
        """
        if not self.balance:
            return source.new_ones(len(source))
        return FAINT / (FAINT + squared_error(source, target).sqrt())


def _check_setting(name: str, value: object, known: Field) -> None:
    """Raises ValueError for a value that is not of the setting's type, or not among or between those allowed."""
    rule, kind = known.metadata, known.type
    if isinstance(kind, types.UnionType):
        kind = typing.get_args(kind)[0]
        if value is None:
            return
    if rule["choices"]:
        if value not in rule["choices"]:
            raise ValueError(f"{name} is '{value}'; allowed: {', '.join(rule['choices'])}")
    elif kind is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{name} is {value!r}; allowed: True, False")
    elif isinstance(value, bool) or not isinstance(value, Integral if kind is int else Real):
        raise ValueError(f"{name} is {value!r}; allowed: a{' whole' * (kind is int)} number")
    elif not rule["low"] <= value <= rule["high"]:
        raise ValueError(f"{name} is {value}; allowed: {rule['low']:g} to {rule['high']:g}")


RECIPES = {
    "fast": Recipe(),
    # The course report's, to the letter: MSE, Adam (0.001, 0.9, 0.99, 1e-8), batch 100, ten epochs, nothing else.
    "report": Recipe(
        name="report",
        batch_size=100,
        crop=32,
        initialization="torch",
        residual=False,
        optimizer="adam",
        learning_rate=1e-3,
        schedule="constant",
        augment=False,
    ),
}


def recipe(name: str, **changes: object) -> Recipe:
    """A recipe by name with some settings changed; a budget in steps or seconds replaces the epochs.

    Raises ValueError naming the recipes or settings that there are, or the setting that is out of range.
    """
    if name not in RECIPES:
        raise ValueError(f"unknown recipe '{name}'; allowed: {', '.join(RECIPES)}")
    if (changes.get("steps") or changes.get("seconds")) and not changes.get("epochs"):
        changes["epochs"] = None
    return replace(RECIPES[name], **changes)
