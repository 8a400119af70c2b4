"""The header of a weights file: a typed class here, a JSON value for each key in the file."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from ..files import ValueRange
from .unet import UNetConfig

ALWAYS = ("noise", "sigma", "psnr")  # keys that the file of a training has even where their value is unknown


@dataclass(frozen=True)
class Mark:
    """How far a training has come: its last step, its time and its best score."""

    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf  # dB: highest score of the hold-out so far

    def as_json(self) -> dict[str, float | None]:
        """JSON knows no infinity: None stands for no score yet."""
        return asdict(self) | {"best": self.best if math.isfinite(self.best) else None}


@dataclass(frozen=True)
class Header:
    """The header; a field is None or empty where a file lacks it, as older files and those of other programs do."""

    config: UNetConfig | None = None  # configuration of the net
    recipe: Mapping[str, Any] = field(default_factory=dict)  # settings of the training by name
    data: str | None = None  # description of the training data
    noise: str | None = None  # noise model, such as gaussian:0-50; None where the shots were noisy already
    sigma: tuple[float, float] | None = None  # standard deviation of the shots' noise, least and most, white is 255
    range: ValueRange | None = None  # values of black and white in the data
    dtype: str | None = None  # type of the values in the data, such as uint16
    seed: int | None = None
    steps: int | None = None  # step of these weights; 0: the weights that training started from
    images: int | None = None  # pairs shown in these steps
    seconds: float | None = None  # duration of these steps, measuring included
    psnr: Mapping[str, float] = field(default_factory=dict)  # in dB on the hold-out; names as in training.summary
    start: str | None = None  # name of the weights that training started from; None: random ones
    command: str | None = None  # the command that repeats the training
    machine: str | None = None  # the hardware it ran on
    note: str | None = None  # free text, such as the terms of the data
    stretch: bool = False  # stretch denoised frames that had been stretched from end to end; see stretch.py
    measured: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # psnr on other sets, by name
    version: str | None = None  # version of the package that wrote the file
    mark: Mark | None = None  # in a checkpoint only
    facts: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # in a checkpoint only; see training/facts.py
    more: Mapping[str, Any] = field(default_factory=dict)  # all other keys of the file, unchanged

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Header":
        """A header from the JSON values of a file. Values that this package would not write go into `more`."""
        fields, more = {}, {}
        for name, value in _with_range(values).items():
            if value is None and name in READERS:
                continue
            try:
                fields[name] = READERS[name](value)
            except (KeyError, TypeError, ValueError):
                more[name] = value
        return cls(**fields, more=more)

    def as_json(self) -> dict[str, Any]:
        """The JSON values by their keys. Unknown ones are left out, except those of ALWAYS after a training."""
        own = {item.name: getattr(self, item.name) for item in dataclasses.fields(self) if item.name != "more"}
        own["config"] = asdict(self.config) if self.config else None
        own["range"] = [self.range.black, self.range.white] if self.range else None
        own["stretch"] = self.stretch or None
        own["mark"] = self.mark.as_json() if self.mark else None
        trained = self.data is not None
        kept = {name: value for name, value in own.items() if value not in (None, {}) or (trained and name in ALWAYS)}
        return dict(self.more) | kept

    def learnt_range(self, dtype: np.dtype[Any]) -> ValueRange | None:
        """The range that was learnt from data of this type, or from any floating point; None where it was another.

        Older files do not tell the type: there, white tells it.
        """
        if self.range is None:
            return None
        learnt = self.dtype or {255.0: "uint8", 1.0: "float32"}.get(self.range.white, "uint16")
        both_real = dtype.kind == "f" and learnt.startswith("float")
        return self.range if both_real or str(dtype) == learnt else None

    def without_checkpoint(self) -> "Header":
        """The header for a file with the weights alone."""
        return replace(self, mark=None, facts={})


def _with_range(values: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON values of a file; older ones tell the value of white alone, as `scale`."""
    values = dict(values)
    if "scale" in values and "range" not in values:
        values["range"] = [0.0, values.pop("scale")]
    return values


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
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
    return {name: (_text(words), _text(digest)) for name, (words, digest) in value.items()}


READERS: dict[str, Callable[[Any], Any]] = {
    "config": lambda value: UNetConfig(**value),
    "recipe": _mapping,
    "data": _text,
    "noise": _text,
    "sigma": _sigma,
    "dtype": _text,
    "range": lambda value: ValueRange(*map(_number, value)),
    "seed": _whole,
    "steps": _whole,
    "images": _whole,
    "seconds": _number,
    "psnr": _numbers,
    "start": _text,
    "command": _text,
    "machine": _text,
    "note": _text,
    "stretch": _truth,
    "measured": lambda value: {name: _numbers(figures) for name, figures in _mapping(value).items()},
    "version": _text,
    "mark": _mark,
    "facts": _facts,
}
