"""What a run can carry: nothing is claimed too early, nor from a difference that may be chance.

A training in seconds takes few steps on a busy computer, and its first hundred say only how a net leaves its random
start. Later its PSNR still goes up and down from look to look. So something is claimed once there were STEPS steps and
LOOKS looks, and then only if the difference is larger than its doubt. That is twice the standard error, in which two
things add up: how the pictures measured on scatter, and how the difference itself did over the latest third of the
looks, LOOKS at least. What still rises or falls adds to it, and it reaches as far as the look before did: among many
looks one is outside by chance, but seldom two in a row.
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
    """A difference, and by how much it may be off."""

    value: float
    doubt: float

    @property
    def sure(self) -> bool:
        """Whether it is more than chance."""
        return abs(self.value) > self.doubt

    def told(self) -> str:
        """'0.21 ± 0.06'."""
        return f"{abs(self.value):.2f} ± {self.doubt:.2f}"


def is_early(steps: int, looks: int) -> bool:
    """Whether a run has not gone far enough for anything to be claimed."""
    return steps < STEPS or looks < LOOKS


def early(steps: int, done: bool) -> str:
    """Says so, without a full stop; at the end of the run with what to do about it."""
    return f"{EARLY} after {counted(steps)}{LONGER * done}"


def counted(steps: int) -> str:
    """'1 step', '1,200 steps'."""
    return f"{steps:,} step{'s' * (steps != 1)}"


def gap(looks: Sequence[float], by_picture: Sequence[float] = ()) -> Gap:
    """From the differences seen at each look, and those of the pictures at the last look."""
    measuring = stdev(by_picture) / math.sqrt(len(by_picture)) if len(by_picture) > 1 else 0.0
    doubt = 2 * math.hypot(_moving(looks), measuring)
    if len(looks) > LOOKS:
        before = 2 * math.hypot(_moving(looks[:-1]), measuring)
        doubt = max(doubt, before + abs(looks[-1] - looks[-2]))
    return Gap(looks[-1], doubt)


def _moving(looks: Sequence[float]) -> float:
    """How the latest looks scatter."""
    late = looks[-max(LOOKS, len(looks) // 3) :]
    return stdev(late) if len(late) > 1 else math.inf


def nearest(looks: Sequence[Mapping[str, float]]) -> list[str]:
    """Which of several distances, by name, is the smallest, and those that may be it as well; `looks` are the distances
    at each look.
    """
    first, *others = sorted(looks[-1], key=looks[-1].__getitem__)
    return [first] + [other for other in others if not gap([look[other] - look[first] for look in looks]).sure]
