"""A setting is a field of a dataclass that says what it is: its help, unit and range. The command line's options and a
page's controls are made from it.
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
    """What there is to know of one setting. A `kind` is bool, int, float or str; None is a value where `optional`."""

    name: str
    kind: type
    default: bool | int | float | str | None
    help: str  # what it sets, without its unit, as a phrase that begins in small letters
    unit: str = ""  # in words and in the plural, such as pixels; "" where it has none
    low: float = -math.inf  # the least that is allowed
    high: float = math.inf  # the most that is allowed
    multiple: int | None = None  # what the numbers that are allowed are multiples of
    choices: tuple[str, ...] = ()  # all that is allowed, where it is a word
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
        """The numbers that are allowed, told to whoever gave this one."""
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
    """A field of a dataclass that is a setting; see Setting for what its parts mean."""
    told = {"help": help, "unit": unit, "low": low, "high": high, "multiple": multiple}
    return dataclasses.field(default=default, metadata=told | {"choices": choices, "unset": unset})


def settings(owner: type) -> dict[str, Setting]:
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
    """Makes numbers of numpy plain ones, which a file's header can hold. Raises ValueError naming the first setting
    that has a value which is not allowed.
    """
    for name, known in settings(type(instance)).items():
        value = getattr(instance, name)
        if isinstance(value, np.generic):
            value = value.item()
            object.__setattr__(instance, name, value)
        known.check(value)
