"""Lines on stderr that several commands print."""

import sys

from ..data import Pairs


def describe(data: Pairs, *more: str) -> None:
    """Prints where the pictures come from and what was changed on reading them, then `more`."""
    for line in (data.described, *data.notes, *more):
        print(line, file=sys.stderr)
