"""Claims that an experiment may make: none too early, and none from a difference that may be chance.

On a busy computer a training of some seconds takes few steps, and the first hundred only show how a net leaves its
random start. Later its PSNR still varies from one measurement to the next. So a claim needs STEPS steps and LOOKS
measurements, and a difference that is larger than its uncertainty. The uncertainty is twice the standard error, which
combines the scatter of the difference among the pictures measured on, and over the latest third of the measurements,
at least LOOKS of them. A difference that still rises or falls scatters more. The interval also has to reach the one
of the measurement before: among many measurements one is off by chance, but seldom two in a row.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import stdev

STEPS, LOOKS = 100, 5
EARLY = "Too early to tell"
LONGER = ": train for longer, or while this computer has less to do"


@dataclass(frozen=True)
class Gap:
    """A difference and its uncertainty, two standard errors, in one unit."""

    value: float
    uncertainty: float

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance."""
        return abs(self.value) > self.uncertainty

    def __str__(self) -> str:
        """The size of the difference: '0.21 ± 0.06'."""
        return f"{abs(self.value):.2f} ± {self.uncertainty:.2f}"


def is_early(steps: int, looks: int) -> bool:
    """Whether a run has not gone far enough for any claim."""
    return steps < STEPS or looks < LOOKS


def too_early(steps: int, done: bool) -> str:
    """The words for that, without a full stop; at the end of the run with advice."""
    return f"{EARLY} after {step_count(steps)}{LONGER * done}"


def step_count(steps: int) -> str:
    """'1 step', '1,200 steps'."""
    return f"{steps:,} step{'s' * (steps != 1)}"


def gap(looks: Sequence[float], by_picture: Sequence[float] = ()) -> Gap:
    """The gap from the differences at each measurement, and those of the single pictures at the last one."""
    sampling = stdev(by_picture) / math.sqrt(len(by_picture)) if len(by_picture) > 1 else 0.0
    uncertainty = 2 * math.hypot(_scatter(looks), sampling)
    if len(looks) > LOOKS:
        before = 2 * math.hypot(_scatter(looks[:-1]), sampling)
        uncertainty = max(uncertainty, before + abs(looks[-1] - looks[-2]))
    return Gap(looks[-1], uncertainty)


def _scatter(looks: Sequence[float]) -> float:
    """The standard deviation of the latest measurements; infinite for a single one."""
    late = looks[-max(LOOKS, len(looks) // 3) :]
    return stdev(late) if len(late) > 1 else math.inf


def nearest(looks: Sequence[Mapping[str, float]]) -> list[str]:
    """The name of the smallest of several distances, and of those that may be as small.

    `looks` holds the distances by name at each measurement.
    """
    first, *others = sorted(looks[-1], key=looks[-1].__getitem__)
    return [first] + [other for other in others if not gap([look[other] - look[first] for look in looks]).significant]
