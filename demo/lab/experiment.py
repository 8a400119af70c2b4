"""What an experiment is, and what it shows. Jobs import this: no Gradio here."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from n2n.measure import Verdict

from ..work.picture_files import PictureRows

Value = str | float


@dataclass(frozen=True)
class Choice:
    """A control with some values to choose from, each with the words people see."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]  # (words, value)
    value: str  # at first
    info: str = ""

    def read(self, given: object) -> str:
        """Raises ValueError naming the values that are allowed."""
        allowed = [value for _, value in self.options]
        if given not in allowed:
            raise ValueError(f"{self.label} is '{str(given)[:40]}'; allowed: {', '.join(allowed)}")
        return str(given)


@dataclass(frozen=True)
class Amount:
    """A control with a number between two ends."""

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float  # at first
    info: str = ""

    def read(self, given: object) -> float:
        """The nearest step. Raises ValueError naming the ends."""
        try:
            number = float(given)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = math.nan
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.label} is '{str(given)[:40]}'; allowed: {self.low:g} to {self.high:g}")
        return min(self.high, self.low + round((number - self.low) / self.step) * self.step)


Control = Choice | Amount
SEED = Amount("seed", "Random seed", 0, 9999, 1, 0)


def budget(*seconds: int) -> Choice:
    """The control for how long an experiment trains; the first is what it takes at first."""
    options = tuple((f"{each} s", str(each)) for each in sorted(seconds))
    return Choice("seconds", "Train for", options, str(seconds[0]))


@dataclass(frozen=True)
class Screen:
    """What an experiment shows at one moment; everything else of the page stays as it is."""

    headline: str  # the answer so far, in one line
    figure: str = ""  # SVG
    rows: PictureRows = ()
    notes: tuple[str, ...] = ()  # under the pictures
    verdicts: tuple[Verdict, ...] = ()  # of the pair doctor
    share: float | None = None  # of the work that is done, 0 to 1; None: no bar
    beside: str = ""  # SVG, a second figure


def always(_: Mapping[str, Value]) -> bool:
    """Of an experiment that trains whatever is chosen."""
    return True


def never(_: Mapping[str, Value]) -> bool:
    """Of one that trains nothing."""
    return False


@dataclass(frozen=True)
class Experiment:
    """One question, and the work that answers it.

    `work(stop, folder, chosen)` yields one Screen after the other, in a job, pictures written into `folder`; `chosen`
    has a value for every control. It ends early once stop() is true.
    """

    key: str  # in links
    title: str
    question: str
    words: str  # two sentences that stay on the page
    controls: tuple[Control, ...]
    work: Callable[[Callable[[], bool], Path, Mapping[str, Value]], Iterator[Screen]]
    trains: Callable[[Mapping[str, Value]], bool]  # on all cores, for seconds: it takes its turn with the trainings
    picks: tuple[str, ...] = ()  # two controls that a click on a picture sets: how far across and down, in %
    answers: tuple[tuple[str, str], ...] = ()  # (words, value): a button each that sets the control "answer"
    seconds: float = 120.0  # that it may take beside what is chosen as "seconds", on a computer with much to do

    def read(self, given: Mapping[str, object]) -> tuple[dict[str, Value], list[str]]:
        """A value for every control: what is given where that is allowed, else the first; and what was not allowed.

        None is as if nothing were given: a browser sends it for what it does not show.
        """
        chosen: dict[str, Value] = {}
        notes = []
        for control in self.controls:
            asked = given.get(control.name)
            try:
                chosen[control.name] = control.read(control.value if asked is None else asked)
            except ValueError as problem:
                notes.append(str(problem))
                chosen[control.name] = control.value
        return chosen, notes

    def longest(self, chosen: Mapping[str, Value]) -> float:
        """Seconds that the work may take, training included."""
        return self.seconds + (float(chosen.get("seconds", 0)) if self.trains(chosen) else 0.0)
