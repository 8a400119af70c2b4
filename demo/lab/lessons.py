"""Links of lessons: the experiment, its settings and what students see of it, written to a URL and read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from .experiment import Control, Experiment, Value
from .experiments import EXPERIMENTS, FIRST
from .room import cleaned

TABS = ("denoise", "train", "score", "lab", "about")
OF_PAGE = ("tab", "key", "view", "run", "denoise")  # what the address says beside the lesson
RESERVED = (*OF_PAGE, "experiment", "hide", "projector", "room")  # names that no control of an experiment may have
NOTES, LETTERS = 4, 160  # kept of a link's errors; in each of them
TRUE, FALSE = "1", "0"


@dataclass(frozen=True)
class Lesson:
    """An experiment with the settings of a teacher."""

    experiment: str  # key
    values: Mapping[str, Value] = field(default_factory=dict)  # for every control that a person sets
    hidden: tuple[str, ...] = ()  # names of controls that are not shown, in their order
    projector: bool = False  # set by hand or in older links, since the lab makes links for students
    room: str = ""  # whose answers are counted together, from room.cleaned
    notes: tuple[str, ...] = ()  # errors in its link


def settable(experiment: Experiment) -> tuple[Control, ...]:
    """The controls that a person sets: all except the one that the answer buttons set."""
    return tuple(control for control in experiment.controls if not (experiment.answers and control.name == "answer"))


def tab(parameters: Mapping[str, str]) -> str | None:
    """The tab in a URL's query, one of TABS; None for another or none."""
    name = parameters.get("tab")
    return name if name in TABS else None


def read(parameters: Mapping[str, str]) -> Lesson | None:
    """The lesson in a URL's query; None where it names no experiment.

    Wrong values are replaced by the defaults, with a note on each: at most NOTES of LETTERS each.
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
    """The URL that opens the lesson on the page at `address`; `read` turns its query back into the same lesson."""
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
    """The shortest text from which the value can be read back exactly."""
    if isinstance(value, str):
        return value
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _short(note: str) -> str:
    """The note with at most LETTERS, without control characters that reverse text or break lines."""
    plain = "".join(letter if letter.isprintable() else "·" for letter in note[: LETTERS + 1])
    return plain if len(plain) <= LETTERS else f"{plain[: LETTERS - 1]}…"
