"""The fourth tab: one experiment at a time, with a question, a few controls, and a screen that answers it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from .. import settings
from ..lab import lessons
from ..lab.experiment import Value
from ..lab.experiments import EXPERIMENTS
from ..lab.lessons import Lesson
from ..lab.room import Tally, cleaned
from ..server.teacher_key import TeacherKey
from ..service.session import session_of
from ..settings import Access
from ..widgets import scripts
from ..widgets.html import error, notes
from ..widgets.named_components import Changes, Inputs, by_component
from . import lab_view, lesson_link
from .lab_layout import Layout, hideable, lay_out, question_html
from .lab_view import Lab

QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
# An experiment and all its values, sorted by name: answers to the same case are counted together.
Case = tuple[str, list[tuple[str, Value]]]


def build(lab: Lab, access: Access, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """Lays out the tab and connects its events. Call it inside a gr.Tab. A lesson's link opens the lab among the `tabs`
    of the `blocks`.
    """
    layout = lay_out()
    tally = Tally()
    _connect_runs(lab, tally, layout)
    _connect_tally(tally, layout)
    _connect_choice(lab, layout)
    _connect_links(layout, access, blocks, tabs)


def _connect_runs(lab: Lab, tally: Tally, layout: Layout) -> None:
    """Run, a click on a picture, and the buttons for answers run the experiment."""
    outputs, room = layout.outputs, layout.link_panel.room
    inputs = {layout.chosen, layout.is_teacher, layout.case, room, layout.projector, *layout.all_controls()}
    event: dict[str, Any] = {
        "inputs": inputs,
        "outputs": [*outputs, layout.case, layout.tally],
        "trigger_mode": "multiple",  # the newest run counts
        "concurrency_id": "lab",
        "concurrency_limit": settings.limits().queue,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    outputs.run.click(_runner(lab, tally, layout, None), **event)
    for buttons in layout.answers.values():
        for value, button in buttons.items():
            button.click(_runner(lab, tally, layout, value), **event)
    picked = _picked(layout)
    if picked:

        def pick(key: str, place: gr.EventData) -> Changes:
            return dict.fromkeys(picked, gr.skip()) | _picks(layout, key, place)

        picking = outputs.pictures.select(pick, layout.chosen, picked, **QUICK)
        picking.then(_runner(lab, tally, layout, None), **event)


def _picked(layout: Layout) -> list[Component]:
    """The controls that a click on a picture can set."""
    return [layout.controls[key][name] for key, experiment in EXPERIMENTS.items() for name in experiment.picks]


def _picks(layout: Layout, key: str, place: gr.EventData) -> Changes:
    """The controls that a click on a picture sets, with their new values."""
    experiment = EXPERIMENTS[key]
    controls = {control.name: control for control in experiment.controls}
    clicked = zip(experiment.picks, (place.x, place.y))
    return {layout.controls[key][name]: controls[name].read(percent) for name, percent in clicked}


def _runner(
    lab: Lab, tally: Tally, layout: Layout, answer: str | None
) -> Callable[[gr.Request, Inputs], AsyncGenerator[Changes, None]]:
    """The handler that runs the experiment as it is set, with this answer."""

    async def run(request: gr.Request, inputs: Inputs) -> AsyncGenerator[Changes, None]:
        key, room, is_teacher = inputs[layout.chosen], inputs[layout.link_panel.room], inputs[layout.is_teacher]
        experiment, session = EXPERIMENTS[key], session_of(request)
        values, wrong = experiment.read(layout.read(key, inputs))
        case = key, sorted(values.items())
        answered = answer if case == inputs[layout.case] else None  # nobody answers what they have not seen
        try:
            if answered is not None:
                values["answer"] = answered
                tally.add(room or "", str(case), session, answered)
            counts = _counts(tally, room, case)
        except ValueError as problem:
            wrong.append(str(problem))
        if wrong:
            yield by_component(layout.outputs, lab_view.failed(ValueError("; ".join(wrong))))
            return
        if answered is None and not (is_teacher or inputs[layout.projector]):
            counts = ""  # who has not answered yet does not see what others did
        async with aclosing(lab.run(session, experiment, values, is_teacher)) as steps:
            async for outputs in steps:
                yield by_component(layout.outputs, outputs) | {layout.case: case, layout.tally: counts}

    return run


def _counts(tally: Tally, room: str | None, case: Case) -> str:
    """How often a room has given each answer, as HTML. Raises ValueError for a name that is not allowed."""
    words = {value: words for words, value in EXPERIMENTS[case[0]].answers}
    counts = tally.summary(room or "", str(case), words)
    return notes([counts]) if counts else ""


def _timer(room: str | None, large: bool, is_teacher: bool) -> gr.Timer:
    """Asks for a room's answers on the teacher's screen and on a large one, and on nobody else's."""
    return gr.Timer(active=bool(room and room.strip()) and bool(large or is_teacher))


def _connect_tally(tally: Tally, layout: Layout) -> None:
    """The latest answers of the room, as long as the timer is active."""

    def latest(inputs: Inputs) -> str:
        key, room, case = inputs[layout.chosen], inputs[layout.link_panel.room], inputs[layout.case]
        if not case or case[0] != key:  # not run yet: what the students' screens are set to as well
            case = key, sorted(EXPERIMENTS[key].read(layout.read(key, inputs))[0].items())
        try:
            return _counts(tally, room, case)
        except ValueError:  # a name half written; Run says what is wrong with it
            return ""

    room, large, is_teacher = layout.link_panel.room, layout.projector, layout.is_teacher
    gr.on([room.input, large.input], _timer, [room, large, is_teacher], layout.timer, **QUICK)
    layout.timer.tick(latest, {layout.chosen, layout.case, room, *layout.all_controls()}, layout.tally, **QUICK)


def _connect_choice(lab: Lab, layout: Layout) -> None:
    """The choice of an experiment, Stop, and the large layout."""

    def choose(request: gr.Request, key: str) -> Changes:
        lab.leave(session_of(request))
        return _show(layout, key)

    def stop(request: gr.Request) -> None:
        lab.stop(session_of(request))

    layout.chosen.input(choose, layout.chosen, layout.of_experiment(), **QUICK)
    layout.outputs.stop.click(stop, **QUICK)
    project = scripts.call("projector", "project")
    layout.projector.input(None, layout.projector, layout.folded, js=project, api_visibility="private")


def _show(layout: Layout, key: str, hidden: tuple[str, ...] = (), link_notes: str = "") -> Changes:
    """The page of an experiment before it is run; `link_notes`, as HTML, stand above it."""
    link = layout.link_panel
    return {
        layout.question: question_html(EXPERIMENTS[key]),
        layout.link_notes: link_notes,
        layout.tally: "",
        link.hide: gr.CheckboxGroup(choices=hideable(key), value=list(hidden)),
        link.link: gr.Textbox(visible=False),
        link.code: "",
        **{group: gr.Group(visible=name == key) for name, group in layout.groups.items()},
        **{row: gr.Row(visible=name == key) for name, row in layout.answer_rows.items()},
        **by_component(layout.outputs, lab_view.empty()),
    }


def _connect_links(layout: Layout, access: Access, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """Making and opening a lesson's link."""
    panel, teacher_key = layout.link_panel, TeacherKey(access.teacher_key)

    def make(request: gr.Request, inputs: Inputs) -> Changes:
        try:
            link, code = lesson_link.make_link(request, _lesson(layout, inputs), access)
        except ValueError as problem:
            link, code = gr.Textbox(visible=False), error(problem)
        return {panel.link: link, panel.code: code}

    async def arrive(request: gr.Request) -> Changes:
        parameters = dict(request.query_params)
        tab, lesson = lessons.tab(parameters), lessons.read(parameters)
        address = request.client.host if request.client else ""
        is_teacher = await teacher_key.matches(parameters.get("key", ""), address)
        changes: Changes = {tabs: gr.Tabs(selected=tab) if tab else gr.skip(), layout.is_teacher: is_teacher}
        if lesson:
            changes[layout.timer] = _timer(lesson.room, lesson.projector, is_teacher)
            changes |= _open(layout, lesson)
        return changes

    inputs: set[Block] = {layout.chosen, panel.hide, panel.room, *layout.all_controls()}
    panel.make.click(make, inputs, [panel.link, panel.code], **QUICK)
    of_lesson = [layout.chosen, layout.projector, panel.room, *layout.all_controls(), *layout.of_experiment()]
    arrival = blocks.load(arrive, None, [tabs, layout.is_teacher, layout.timer, *of_lesson], **QUICK)
    large = [layout.projector, layout.folded, layout.timer]
    arrival.then(None, layout.projector, large, js=scripts.call("projector", "arrive"), api_visibility="private")


def _lesson(layout: Layout, inputs: Inputs) -> Lesson:
    """The lesson on the experiment as it is set. Raises ValueError."""
    key = inputs[layout.chosen]
    chosen, _ = EXPERIMENTS[key].read(layout.read(key, inputs))
    values = {name: chosen[name] for name in layout.controls[key]}
    hidden = tuple(name for name in values if name in (inputs[layout.link_panel.hide] or ()))
    room = cleaned(inputs[layout.link_panel.room] or "")
    return Lesson(key, values, hidden, room=room)  # students' screens are not large


def _open(layout: Layout, lesson: Lesson) -> Changes:
    """The page of a lesson: the experiment, large or not, the room, all controls."""
    controls: Changes = {
        component: gr.update(value=lesson.values[name], visible=name not in lesson.hidden)
        for name, component in layout.controls[lesson.experiment].items()
    }
    link_notes = notes([*lesson.notes, *([f"Room {lesson.room}"] if lesson.room else [])])
    return {
        layout.chosen: lesson.experiment,
        layout.projector: lesson.projector,
        layout.link_panel.room: lesson.room,
        **controls,
        **_show(layout, lesson.experiment, lesson.hidden, link_notes),
    }
