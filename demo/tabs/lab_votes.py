"""The votes of a class: what everybody thinks before they see it, as bars that grow, and what they answered."""

import html
from typing import Any

import gradio as gr

from ..lab import recordings
from ..lab.experiment import Value
from ..lab.experiments import EXPERIMENTS
from ..lab.room import Tally, Voter, cleaned
from ..service.session import session_of
from ..widgets import scripts
from ..widgets.html import error
from ..widgets.named_components import Inputs
from .lab_layout import QUICK, Layout

# An experiment and all its values, sorted by name: answers to the same case are counted together.
Case = tuple[str, list[tuple[str, Value]]]
LONGEST = 64  # letters of a browser's name
NOT_TEACHER = (
    "only the teacher may clear the votes: on the computer on which the demo runs, or with ?key= and the key of "
    "N2N_TEACHER_KEY in the address"
)
NO_ROOM = "no room is named: write one in the field above, such as 7b"


def connect(tally: Tally, layout: Layout, blocks: gr.Blocks) -> None:
    """A vote is counted in its room; the large screen and the teacher's show the room's as they come."""
    room, large, is_teacher = layout.link_panel.room, layout.projector, layout.is_teacher
    asked: dict[str, Any] = {"inputs": _inputs(layout), "outputs": layout.tally}

    def vote(request: gr.Request, inputs: Inputs) -> str:
        key, thought = inputs[layout.chosen], inputs[layout.poll]
        if thought is None:
            return ""
        try:
            tally.add(inputs[room] or "", key, voter_of(request, layout, inputs), str(thought), _options(key))
            return chart(tally, inputs[room], key)
        except ValueError as problem:
            return error(problem)

    def latest(inputs: Inputs) -> str:
        key = inputs[layout.chosen]
        try:
            return chart(tally, inputs[room], key, case_of(layout, inputs) if EXPERIMENTS[key].answers else None)
        except ValueError:  # a name half written; Run says what is wrong with it
            return ""

    def clear(request: gr.Request, inputs: Inputs) -> str:
        try:
            if not (inputs[is_teacher] or _is_here(request)):
                raise ValueError(NOT_TEACHER)
            if not cleaned(inputs[room] or ""):
                raise ValueError(NO_ROOM)
            tally.wipe(inputs[room])
        except ValueError as problem:
            return error(problem)
        return latest(inputs)

    layout.poll.input(vote, **asked, **QUICK)
    layout.link_panel.clear.click(clear, **asked, **QUICK)
    layout.timer.tick(latest, **asked, **QUICK)
    gr.on([room.input, large.input], timer, [room, large, is_teacher], layout.timer, **QUICK)
    blocks.load(None, None, layout.voter, js=scripts.call("projector", "browserName"), api_visibility="private")


def _inputs(layout: Layout) -> set[Any]:
    where = layout.chosen, layout.poll, layout.voter, layout.link_panel.room, layout.is_teacher, layout.case
    return {*where, *layout.all_controls()}


def timer(room: str | None, large: bool, is_teacher: bool) -> gr.Timer:
    """Asks for a room's votes on the teacher's screen and on a large one, and on nobody else's."""
    return gr.Timer(active=bool(room and room.strip()) and bool(large or is_teacher))


def voter_of(request: gr.Request, layout: Layout, inputs: Inputs) -> Voter:
    """Who votes: the browser as it names itself, so that a page that is loaded again is no other one."""
    name = str(inputs[layout.voter] or "")
    address = request.client.host if request.client else ""
    return Voter(name if 0 < len(name) <= LONGEST else session_of(request), address)


def _is_here(request: gr.Request) -> bool:
    """Whether a request comes from the computer on which the demo runs, and not through a proxy there."""
    return bool(request.client) and request.client.host in ("127.0.0.1", "::1") and not _forwarded(request)


def _forwarded(request: gr.Request) -> bool:
    return any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))


def case_of(layout: Layout, inputs: Inputs) -> Case:
    """What is on the screen; before anything is run, what the controls say, as on the students' screens."""
    key, case = inputs[layout.chosen], inputs[layout.case]
    if case and case[0] == key and case[1]:
        shown: Case = case
        return shown
    return as_set(layout, key, inputs)


def as_set(layout: Layout, key: str, inputs: Inputs) -> Case:
    """An experiment as its controls are set."""
    return key, sorted(EXPERIMENTS[key].read(layout.read(key, inputs))[0].items())


def opening_case(key: str) -> Case:
    """What the page of an experiment opens with: an example where it is answered by eye, else nothing."""
    recorded = recordings.read(key) if EXPERIMENTS[key].answers else None
    return key, sorted(recorded.values.items()) if recorded else []


def _options(key: str) -> list[str]:
    return [value for _, value in EXPERIMENTS[key].poll]


def chart(tally: Tally, room: str | None, key: str, case: Case | None = None) -> str:
    """How many of a room gave each answer, as bars; "" without a room. Raises ValueError for a name that is not
    allowed.
    """
    name = cleaned(room or "")
    if not name:
        return ""
    counts = tally.counts(name, str(case) if case else key, _options(key))
    total = sum(counts.values())
    lines = "".join(
        f'<li><span>{html.escape(words)}</span><i style="--share: {counts[value] / max(1, total):.3f}"></i>'
        f"<b>{counts[value]}</b></li>"
        for words, value in EXPERIMENTS[key].poll
    )
    voted = f"{total} vote{'s' * (total != 1)}"
    return f'<div class="n2n-votes"><p>Room {html.escape(name)}: {voted}</p><ul>{lines}</ul></div>'
