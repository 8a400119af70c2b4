"""The values of options: functions that read them from text and raise ArgumentTypeError."""

import argparse
import math
from collections.abc import Callable

from ..data import layout
from ..noise import Noise, parse

ROLES = (("source", "target"), ("source", "clean"), ("source", "target", "clean"))  # in any order


def noise(text: str) -> Noise:
    """'gaussian:25' → its model."""
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def axes(text: str) -> str:
    """'tyx' → the letters of axes."""
    try:
        return layout.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def roles(text: str) -> tuple[str, ...]:
    """'source,clean' → the roles of arrays, folders or pictures, in their order."""
    names = tuple(part.strip() for part in text.split(","))
    if sorted(names) not in map(sorted, ROLES):
        raise argparse.ArgumentTypeError(f"'{text}'; allowed: {' or '.join(map(','.join, ROLES))}, in any order")
    return names


def white(text: str) -> float:
    """The value of white."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}'; allowed: the value of white, above 0 and finite, such as 4095")
    return value


def whole(least: int) -> Callable[[str], int]:
    """A function that reads whole numbers from `least` on."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"'{text}'; allowed: whole numbers from {least}")
        return value

    return read
