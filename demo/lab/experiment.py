"""The parts of an experiment: its controls, its work and its screens. Jobs import this, so it does without Gradio."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from n2n.measure import Verdict

from ..work.picture_files import PictureRows
from .net_drawing import NetDrawing

Value = str | float


@dataclass(frozen=True)
class Choice:
    """A control with some values to choose from, each with its words on the page."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]  # (words, value)
    value: str  # the default
    info: str = ""

    def read(self, value: object) -> str:
        """Checks a value. Raises ValueError naming those allowed."""
        allowed = [option for _, option in self.options]
        if value not in allowed:
            raise ValueError(f"{self.label} is '{str(value)[:40]}'; allowed: {', '.join(allowed)}")
        return str(value)


@dataclass(frozen=True)
class Amount:
    """A control with a number between two ends."""

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float  # the default
    info: str = ""

    def read(self, value: object) -> float:
        """Rounds a value to the nearest step. Raises ValueError naming the ends."""
        try:
            number = float(value) if isinstance(value, int | float | str) else math.nan
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.label} is '{str(value)[:40]}'; allowed: {self.low:g} to {self.high:g}")
        return min(self.high, self.low + round((number - self.low) / self.step) * self.step)


Control = Choice | Amount


def words(control: Control, value: Value) -> str:
    """A value as the page says it."""
    if isinstance(control, Choice):
        return next((text for text, option in control.options if option == value), str(value))
    return f"{value:g}"


SEED = Amount("seed", "Random seed", 0, 9999, 1, 0)


def budget(*seconds: int) -> Choice:
    """The control for the seconds of training; the first value is the default."""
    options = tuple((f"{value} s", str(value)) for value in sorted(seconds))
    return Choice("seconds", "Train for", options, str(seconds[0]))


@dataclass(frozen=True)
class Answer:
    """What a run says to the question of its experiment, in one sentence."""

    sentence: str
    option: str  # of those that people voted for, the one that was right


@dataclass(frozen=True)
class Screen:
    """What an experiment shows at one moment."""

    headline: str  # the answer so far, in one line
    figure: str = ""  # SVG
    rows: PictureRows = ()
    notes: tuple[str, ...] = ()  # under the pictures
    verdicts: tuple[Verdict, ...] = ()  # of the pair doctor
    share: float | None = None  # of the work, that is done, 0 to 1; None: no progress bar
    beside: str = ""  # SVG, a second figure
    net: NetDrawing | None = None
    answer: Answer | None = None  # only where the run carries it


def last_screen(work: Callable[..., Iterator[Screen]], folder: Path, chosen: Mapping[str, Value]) -> Screen:
    """The end of an experiment that is quick enough to be waited for. Raises ValueError where it shows nothing."""
    *_, last = work(lambda: False, folder, chosen)
    return last


def always(_: Mapping[str, Value]) -> bool:
    """For `trains` of an experiment that always trains."""
    return True


def never(_: Mapping[str, Value]) -> bool:
    """For `trains` of an experiment that never trains."""
    return False


@dataclass(frozen=True)
class Experiment:
    """One question, and the work that answers it.

    `work(stop, folder, chosen)` runs in a job and yields Screens, with their pictures in `folder`; `chosen` has a value
    for every control. It ends early once stop() is true.
    """

    key: str  # in links
    title: str
    question: str
    words: str  # what is compared; it stays on the page
    why: str  # the explanation, which comes with the answer
    poll: tuple[tuple[str, str], ...]  # (words, value): what people may think before they see it
    controls: tuple[Control, ...]
    work: Callable[[Callable[[], bool], Path, Mapping[str, Value]], Iterator[Screen]]
    trains: Callable[
        [Mapping[str, Value]], bool
    ]  # whether it trains, on all cores, so that it waits in line with the trainings
    picks: tuple[str, ...] = ()  # the two controls, % across and % down, that a click on a picture sets
    sides: tuple[str, str] = ("noisy", "denoised")  # roles of the two pictures that are compared at first
    answers: tuple[tuple[str, str], ...] = ()  # (words, value) of the buttons that set the control "answer"
    recorded: Mapping[str, Value] = field(default_factory=dict)  # in place of the defaults, in the recorded run
    live: bool = False  # quick: it needs no button, and follows its controls while they are dragged
    seconds: float = 120.0  # limit of the work besides the seconds of training, on a busy computer

    def read(self, values: Mapping[str, object]) -> tuple[dict[str, Value], list[str]]:
        """A value for every control, the default where none or a wrong one was given; and a note on each wrong one.

        None counts as no value, since a browser sends it for hidden controls.
        """
        chosen: dict[str, Value] = {}
        notes = []
        for control in self.controls:
            value = values.get(control.name)
            try:
                chosen[control.name] = control.read(control.value if value is None else value)
            except ValueError as problem:
                notes.append(str(problem))
                chosen[control.name] = control.value
        return chosen, notes

    def longest(self, chosen: Mapping[str, Value]) -> float:
        """Seconds that the work may take, including the training."""
        return self.seconds + (float(chosen.get("seconds", 0)) if self.trains(chosen) else 0.0)
