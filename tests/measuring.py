"""What was measured beside what is asked for: for the scripts that print figures."""

import argparse
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """What was measured; `bar` is the most that is allowed, or the least, or None where nothing is asked for."""

    what: str
    value: float
    unit: str = ""
    bar: float | None = None
    least: bool = False

    @property
    def missed(self) -> bool:
        """Whether it is not what is asked for; NaN never is."""
        return self.bar is not None and not (self.value >= self.bar if self.least else self.value <= self.bar)

    def __str__(self) -> str:
        asked = "" if self.bar is None else f"{'≥' if self.least else '≤'} {self.bar:g} {self.unit}"
        return f"{self.what:<60}{self.value:>8.4g} {self.unit:<4}{asked:<10}{'missed' * self.missed}".rstrip()


def print_figures(parts: Mapping[str, Callable[[Path, bool], Iterator[Figure]]], about: str) -> int:
    """Measures the parts that the command line names, each in a folder of its own, quickly where that says so.

    Returns the exit status: 1 where something was missed.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("parts", nargs="*", choices=[*parts, "all"], default="all", help="what to measure")
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    missed = []
    for name in parts if "all" in parsed.parts else parsed.parts:
        try:
            with tempfile.TemporaryDirectory(prefix="n2n-measure-") as folder:
                for figure in parts[name](Path(folder), parsed.quick):
                    print(figure, flush=True)
                    missed += [figure.what] * figure.missed
        except Exception:  # the other parts are measured all the same
            traceback.print_exc()
            missed.append(f"{name}: could not be measured")
    print("\nmissed: " + "; ".join(missed) if missed else "\neverything is as asked for")
    return bool(missed)
