"""What a weights file tells of itself: typed here, a JSON value for each key in the file."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .unet import UNetConfig

ALWAYS = ("noise", "sigma", "psnr")  # keys that stand in the file of a training also where nothing is known


@dataclass(frozen=True)
class Mark:
    """How far a training has come."""

    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf  # dB: highest score of the hold-out so far

    def as_json(self) -> dict[str, float | None]:
        """JSON knows no infinity: None stands for no score yet."""
        return asdict(self) | {"best": self.best if math.isfinite(self.best) else None}


@dataclass(frozen=True)
class Header:
    """What a weights file tells; None, or empty, where it does not, as older files and those of other programs."""

    config: UNetConfig | None = None  # the net
    recipe: Mapping[str, Any] = field(default_factory=dict)  # how it was trained: settings of that time by name
    data: str | None = None  # what it learnt from, in words
    noise: str | None = None  # model of the noise that was drawn, such as gaussian:0-50; None: that of the shots
    sigma: tuple[float, float] | None = None  # standard deviation of the shots' noise, least and most, white is 255
    scale: float | None = None  # value of white in the data
    seed: int | None = None
    steps: int | None = None  # after which the weights were as they are; 0: those that were started from
    images: int | None = None  # pairs shown in these steps
    seconds: float | None = None  # that these steps took, measuring included
    psnr: Mapping[str, float] = field(default_factory=dict)  # of the hold-out, dB; see checkpoint.summary for the names
    start: str | None = None  # weights that were started from; None: random ones
    command: str | None = None  # that repeats the training
    machine: str | None = None  # that it ran on
    note: str | None = None  # by whoever trained, such as the terms of the data
    measured: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # name of a set → psnr as above, of it
    version: str | None = None  # of the package that wrote the file
    mark: Mark | None = None  # of a checkpoint: how far the training is
    facts: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # of a checkpoint: see training/facts.py
    more: Mapping[str, Any] = field(default_factory=dict)  # all else that the file tells, as it stands there

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Header":
        """From the JSON values of a file by their keys. What is not as this package writes it stays in `more`."""
        known, more = {}, {}
        for name, value in told.items():
            if value is None and name in READERS:
                continue
            try:
                known[name] = READERS[name](value)
            except (KeyError, TypeError, ValueError):
                more[name] = value
        return cls(**known, more=more)

    def as_json(self) -> dict[str, Any]:
        """The JSON values by their keys; what is not known is left out, but for noise and PSNRs of a training."""
        own = {known.name: getattr(self, known.name) for known in dataclasses.fields(self) if known.name != "more"}
        own["config"] = asdict(self.config) if self.config else None
        own["mark"] = self.mark.as_json() if self.mark else None
        trained = self.data is not None
        told = {name: value for name, value in own.items() if value not in (None, {}) or (trained and name in ALWAYS)}
        return dict(self.more) | told

    def without_checkpoint(self) -> "Header":
        """The same for a file that holds the weights alone."""
        return replace(self, mark=None, facts={})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def _numbers(value: Mapping[str, Any]) -> dict[str, float]:
    return {name: _number(number) for name, number in _mapping(value).items()}


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _sigma(value: Sequence[float]) -> tuple[float, float]:
    least, most = value
    return float(least), float(most)


def _mark(value: Mapping[str, Any]) -> Mark:
    return Mark(**{**value, "best": -math.inf if value["best"] is None else value["best"]})


def _facts(value: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {name: (_text(told), _text(mark)) for name, (told, mark) in value.items()}


READERS: dict[str, Callable[[Any], Any]] = {
    "config": lambda value: UNetConfig(**value),
    "recipe": _mapping,
    "data": _text,
    "noise": _text,
    "sigma": _sigma,
    "scale": _number,
    "seed": _whole,
    "steps": _whole,
    "images": _whole,
    "seconds": _number,
    "psnr": _numbers,
    "start": _text,
    "command": _text,
    "machine": _text,
    "note": _text,
    "measured": lambda value: {name: _numbers(figures) for name, figures in _mapping(value).items()},
    "version": _text,
    "mark": _mark,
    "facts": _facts,
}
