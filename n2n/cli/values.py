"""The values of options: functions that read them from text and raise ArgumentTypeError."""

import argparse
import math
from collections.abc import Callable

from ..data import SHOT_ROLES
from ..files import DataRange, layout
from ..noise import Noise, parse

ROLES = (("source", "target"), ("source", "clean"), ("source", "target", "clean"))  # for example; in any order


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
    known = {*SHOT_ROLES, "clean"}
    if len(names) < 2 or "source" not in names or not known.issuperset(names) or len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(
            f"'{text}'; allowed: {' or '.join(map(','.join, ROLES))}, in any order; shot3 to {SHOT_ROLES[-1]} too"
        )
    return names


def value_range(text: str) -> DataRange:
    """'4095' → white; '-1000,3000' → black and white."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    black, white = numbers if len(numbers) == 2 else (0.0, *numbers) if len(numbers) == 1 else (math.nan, math.nan)
    if not -math.inf < black < white < math.inf:
        raise argparse.ArgumentTypeError(
            f"'{text}'; allowed: the value of white above 0, such as 4095, or of black and white, such as -1000,3000"
        )
    return black, white


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
