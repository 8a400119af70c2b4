"""A lesson's link: which experiment, how it is set and what students see of it, as a URL and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from .experiment import Control, Experiment, Value
from .experiments import EXPERIMENTS, FIRST
from .room import cleaned

TABS = ("denoise", "train", "lab", "about")
RESERVED = ("tab", "experiment", "hide", "projector", "room", "key")  # no control of an experiment is called so
NOTES, LETTERS = 4, 160  # of what was wrong with a link; of one of these notes
TRUE, FALSE = "1", "0"


@dataclass(frozen=True)
class Lesson:
    """An experiment set as a teacher wants it."""

    experiment: str  # key
    values: Mapping[str, Value] = field(default_factory=dict)  # of every control that a person sets
    hidden: tuple[str, ...] = ()  # names of controls that are not shown, in their order
    projector: bool = False  # by hand, or in older links: a link that the lab makes is for students
    room: str = ""  # whose answers are counted together, as room.cleaned has it
    notes: tuple[str, ...] = ()  # what was wrong with its link


def settable(experiment: Experiment) -> tuple[Control, ...]:
    """The controls that a person sets: all but the one behind the buttons for answers."""
    return tuple(control for control in experiment.controls if not (experiment.answers and control.name == "answer"))


def tab(parameters: Mapping[str, str]) -> str | None:
    """The tab that a URL's query asks for, one of TABS."""
    asked = parameters.get("tab")
    return asked if asked in TABS else None


def read(parameters: Mapping[str, str]) -> Lesson | None:
    """The lesson that a URL's query asks for, None where it asks for no experiment.

    Whatever is not allowed falls back to what is set at first, and a note says so: at most NOTES, of LETTERS each.
    """
    if tab(parameters) != "lab":
        return None
    wrong: list[str] = []
    key = parameters.get("experiment", FIRST)
    if key not in EXPERIMENTS:
        wrong.append(f"there is no experiment '{key}'; here is the first")
        key = FIRST
    controls = settable(EXPERIMENTS[key])
    names = [control.name for control in controls]
    unknown = [name for name in parameters if name not in (*names, *RESERVED) and not name.startswith("__")]  # Gradio's
    if unknown:
        wrong.append(f"this experiment has nothing called {_listed(unknown)}")
    chosen, refused = EXPERIMENTS[key].read({name: parameters[name] for name in names if name in parameters})
    hidden = parameters.get("hide", "").split(",") if parameters.get("hide") else []
    if strange := [name for name in hidden if name not in names]:
        wrong.append(f"this experiment cannot hide {_listed(strange)}")
    projector = parameters.get("projector", FALSE)
    if projector not in (TRUE, FALSE):
        wrong.append(f"projector is '{projector}'; allowed: {FALSE} or {TRUE}")
    room = ""
    try:
        room = cleaned(parameters.get("room", ""))
    except ValueError as problem:
        wrong.append(str(problem))
    return Lesson(
        key,
        {name: chosen[name] for name in names},
        tuple(name for name in names if name in hidden),
        projector == TRUE,
        room,
        tuple(map(_short, (wrong + refused)[:NOTES])),
    )


def link(address: str, lesson: Lesson) -> str:
    """The URL that opens the lesson, on the page at `address`; `read` makes of its query the same lesson again."""
    query = {"tab": "lab", "experiment": lesson.experiment}
    query |= {name: _text(value) for name, value in lesson.values.items()}
    if lesson.hidden:
        query["hide"] = ",".join(lesson.hidden)
    if lesson.projector:
        query["projector"] = TRUE
    if lesson.room:
        query["room"] = lesson.room
    return f"{address}?{urlencode(query, safe=',')}"


def _text(value: Value) -> str:
    """A value as short as it can be read back exactly."""
    if isinstance(value, str):
        return value
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _short(note: str) -> str:
    """At most LETTERS, none of which can turn the rest around or break a line."""
    plain = "".join(letter if letter.isprintable() else "·" for letter in note[: LETTERS + 1])
    return plain if len(plain) <= LETTERS else f"{plain[: LETTERS - 1]}…"
