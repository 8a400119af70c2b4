"""Settings: fields of dataclasses with their help, unit and range, from which the options of the command line and the
controls of a page are made.
"""

import dataclasses
import math
import types
import typing
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")


@dataclass(frozen=True)
class Setting:
    """The description of a setting. Its `kind` is bool, int, float or str; an `optional` one can also be None."""

    name: str
    kind: type
    default: bool | int | float | str | None
    help: str  # a phrase without the unit, which begins in small letters
    unit: str = ""  # a plural noun, such as pixels; "" where it has none
    low: float = -math.inf  # the least value allowed
    high: float = math.inf  # the greatest value allowed
    multiple: int | None = None  # allowed numbers are multiples of this one
    choices: tuple[str, ...] = ()  # the words allowed, for a str
    optional: bool = False
    unset: str = ""  # what happens where it is None

    def check(self, value: object) -> None:
        """Raises ValueError for a value of another type, or that is not among or between those allowed."""
        if value is None and self.optional:
            return
        if self.choices:
            if value not in self.choices:
                raise ValueError(f"{self.name} is '{value}'; allowed: {', '.join(self.choices)}")
        elif self.kind is bool:
            if not isinstance(value, bool):
                raise ValueError(f"{self.name} is {value!r}; allowed: True, False")
        elif isinstance(value, int | float) and not isinstance(value, bool) and isinstance(value, int | self.kind):
            if not self.low <= value <= self.high or (self.multiple and value % self.multiple):
                raise ValueError(f"{self.name} is {value}; allowed: {self._allowed(value)}")
        else:
            raise ValueError(f"{self.name} is {value!r}; allowed: a{' whole' * (self.kind is int)} number")

    def _allowed(self, number: float) -> str:
        """The numbers that are allowed, as the answer to one that is not."""
        span = f"{self.low:g} to {self.high:g}"
        if not self.multiple or (number < self.low and self.high == math.inf):
            return span
        return f"multiples of {self.multiple} " + (self.unit if self.high == math.inf else f"from {span}")


def setting(
    default: Value,
    help: str,
    *,
    unit: str = "",
    low: float = -math.inf,
    high: float = math.inf,
    multiple: int | None = None,
    choices: tuple[str, ...] = (),
    unset: str = "",
) -> Value:
    """A dataclass field that is a setting; see Setting for the arguments."""
    metadata = {"help": help, "unit": unit, "low": low, "high": high, "multiple": multiple}
    return dataclasses.field(default=default, metadata=metadata | {"choices": choices, "unset": unset})


def settings_of(owner: type) -> dict[str, Setting]:
    """The settings among the fields of a dataclass, by name and in their order."""
    found = {}
    for field in dataclasses.fields(owner):
        if field.metadata:
            optional = isinstance(field.type, types.UnionType)
            kind: Any = typing.get_args(field.type)[0] if optional else field.type
            default: Any = field.default
            found[field.name] = Setting(field.name, kind, default, optional=optional, **field.metadata)
    return found


def check_settings(instance: object) -> None:
    """Turns numbers of numpy into plain ones, which the header of a file can hold. Raises ValueError naming the first
    setting whose value is not allowed.
    """
    for name, described in settings_of(type(instance)).items():
        value = getattr(instance, name)
        if isinstance(value, np.generic):
            value = value.item()
            object.__setattr__(instance, name, value)
        described.check(value)
