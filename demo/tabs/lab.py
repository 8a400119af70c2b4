"""The fourth tab: one experiment at a time, with a question, a few controls, and a screen that answers it."""

import gradio as gr
from gradio.blocks import Block

from ..lab import lessons
from ..lab.experiments import EXPERIMENTS
from ..lab.lessons import Lesson
from ..lab.room import Tally, cleaned
from ..server.teacher_key import TeacherKey
from ..service.session import session_of
from ..settings import Access
from ..widgets import scripts
from ..widgets.html import error, notes
from ..widgets.named_components import Changes, Inputs, by_component
from . import lab_runs, lab_view, lab_votes, lesson_link
from .lab_layout import QUICK, Layout, hideable, lay_out, poll_of, question_html
from .lab_visitors import Lab


def build(lab: Lab, access: Access, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """Lays out the tab and connects its events. Call it inside a gr.Tab. A lesson's link opens the lab among the `tabs`
    of the `blocks`.
    """
    layout = lay_out()
    tally = Tally()
    lab_runs.connect(lab, tally, layout)
    lab_votes.connect(tally, layout, blocks)
    _connect_choice(lab, tally, layout)
    _connect_links(lab, tally, layout, access, blocks, tabs)


def _connect_choice(lab: Lab, tally: Tally, layout: Layout) -> None:
    """The choice of an experiment, Stop, and the large layout."""

    def choose(request: gr.Request, key: str) -> Changes:
        lab.leave(session_of(request), EXPERIMENTS[key])
        return _show(layout, key)

    def stop(request: gr.Request) -> None:
        lab.stop(session_of(request))

    chosen = layout.chosen.input(choose, layout.chosen, layout.of_experiment(), **QUICK)
    lab_runs.run_at_once(lab, tally, layout, chosen)
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
        layout.poll: gr.Radio(choices=poll_of(key), value=None, visible=bool(poll_of(key))),
        layout.case: lab_votes.opening_case(key),
        link.hide: gr.CheckboxGroup(choices=hideable(key), value=list(hidden)),
        link.link: gr.Textbox(visible=False),
        link.code: "",
        layout.buttons: gr.Row(visible=not EXPERIMENTS[key].live),
        **{group: gr.Group(visible=name == key) for name, group in layout.groups.items()},
        **{row: gr.Row(visible=name == key) for name, row in layout.answer_rows.items()},
        **by_component(layout.outputs, lab_view.opening(EXPERIMENTS[key])),
    }


def _connect_links(lab: Lab, tally: Tally, layout: Layout, access: Access, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
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
            changes[layout.timer] = lab_votes.timer(lesson.room, lesson.projector, is_teacher)
            changes |= _open(layout, lesson)
        return changes

    inputs: set[Block] = {layout.chosen, panel.hide, panel.room, *layout.all_controls()}
    panel.make.click(make, inputs, [panel.link, panel.code], **QUICK)
    of_lesson = [layout.chosen, layout.projector, panel.room, *layout.all_controls(), *layout.of_experiment()]
    arrival = blocks.load(arrive, None, [tabs, layout.is_teacher, layout.timer, *of_lesson], **QUICK)
    large = [layout.projector, layout.folded, layout.timer]
    lab_runs.run_at_once(lab, tally, layout, arrival)
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
