"""The third tab: one experiment at a time, each a question, a few controls, and a screen that answers it."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import gradio as gr
from gradio.components import Component

from .. import settings
from ..lab import lessons
from ..lab.experiment import Value
from ..lab.experiments import EXPERIMENTS
from ..lab.lessons import Lesson
from ..lab.room import Tally, cleaned
from ..server.teacher_key import TeacherKey
from ..settings import Access
from ..widgets.html import error, notes
from ..widgets.named_components import Changes, Given, by_component
from . import lab_view, lesson_link
from .lab_layout import Layout, lay_out, offered, question
from .lab_view import Lab

QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
# Large type for a projector, the controls folded away; also by a link, but not on a phone. The teacher's key does not
# stay in the address bar.
PROJECT = """(on) => {
  document.body.classList.toggle("n2n-projector", on);
  return { __type__: "update", open: !on };
}"""
ARRIVE = """(asked) => {
  const on = asked && matchMedia("(min-width: 641px) and (min-height: 481px)").matches;
  document.body.classList.toggle("n2n-projector", on);
  const address = new URL(location.href);
  if (address.searchParams.has("key")) {
    address.searchParams.delete("key");
    history.replaceState(history.state, "", address);
  }
  const timer = asked && !on ? { active: false } : {};
  return [on, { __type__: "update", open: !on }, { __type__: "update", ...timer }];
}"""
Case = tuple[str, list[tuple[str, Value]]]  # an experiment and all its values: answers to the same are counted together


def build(lab: Lab, access: Access, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """Lays out the tab and ties its events. Call it inside a gr.Tab. A lesson's link opens the lab among the `tabs` of
    the `blocks`.
    """
    layout = lay_out()
    tally = Tally()
    _tie_runs(lab, tally, layout)
    _tie_tally(tally, layout)
    _tie_choice(lab, layout)
    _tie_links(layout, access, blocks, tabs)


def _tie_runs(lab: Lab, tally: Tally, layout: Layout) -> None:
    """Run, a click on a picture, an answer: each runs the experiment."""
    page = layout.page
    event: dict[str, Any] = {
        "inputs": {layout.chosen, layout.teacher, layout.seen, layout.panel.room, layout.projector, *layout.every()},
        "outputs": [*page, layout.seen, layout.tally],
        "trigger_mode": "multiple",  # the newest counts
        "concurrency_id": "lab",
        "concurrency_limit": settings.limits().queue,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    page.run.click(_running(lab, tally, layout, None), **event)
    for buttons in layout.answers.values():
        for value, button in buttons.items():
            button.click(_running(lab, tally, layout, value), **event)
    picked = _picked(layout)
    if picked:

        def pick(key: str, place: gr.EventData) -> Changes:
            return dict.fromkeys(picked, gr.skip()) | _picks(layout, key, place)

        picking = page.pictures.select(pick, layout.chosen, picked, **QUICK)
        picking.then(_running(lab, tally, layout, None), **event)


def _picked(layout: Layout) -> list[Component]:
    """The controls that clicks on a picture set."""
    return [layout.controls[key][name] for key, each in EXPERIMENTS.items() for name in each.picks]


def _picks(layout: Layout, key: str, place: gr.EventData) -> Changes:
    """What a click on a picture sets."""
    experiment = EXPERIMENTS[key]
    known = {control.name: control for control in experiment.controls}
    clicked = zip(experiment.picks, (place.x, place.y))
    return {layout.controls[key][name]: known[name].read(percent) for name, percent in clicked}


def _running(lab: Lab, tally: Tally, layout: Layout, answer: str | None) -> Callable[..., AsyncIterator[Changes]]:
    """What runs the experiment as it is set, with this answer."""

    async def run(request: gr.Request, given: Given) -> AsyncIterator[Changes]:
        key, room, teacher = given[layout.chosen], given[layout.panel.room], given[layout.teacher]
        experiment, session = EXPERIMENTS[key], request.session_hash
        asked, wrong = experiment.read(layout.read(key, given))
        now = key, sorted(asked.items())
        answered = answer is not None and now == given[layout.seen]  # nobody answers what they have not seen
        try:
            if answered:
                asked["answer"] = answer
                tally.add(room or "", str(now), session, answer)
            told = _told(tally, room, now)
        except ValueError as problem:
            wrong.append(str(problem))
        if wrong:
            yield by_component(layout.page, lab_view.failed(ValueError("; ".join(wrong))))
            return
        if not (answered or teacher or given[layout.projector]):
            told = ""  # who has not answered yet is not told what others did
        async with aclosing(lab.run(session, experiment, asked, teacher)) as steps:
            async for shown in steps:
                yield by_component(layout.page, shown) | {layout.seen: now, layout.tally: told}

    return run


def _told(tally: Tally, room: str | None, case: Case) -> str:
    """What a room has answered. Raises ValueError for a name that is not allowed."""
    words = {value: words for words, value in EXPERIMENTS[case[0]].answers}
    said = tally.summary(room or "", str(case), words)
    return notes([said]) if said else ""


def _watches(room: str | None, large: bool, teacher: bool) -> gr.Timer:
    """Looks for a room's answers on the teacher's screen and on a large one: nobody else's asks for any."""
    return gr.Timer(active=bool(room and room.strip()) and bool(large or teacher))


def _tie_tally(tally: Tally, layout: Layout) -> None:
    """The latest answers of the room, as long as the timer is active."""

    def latest(given: Given) -> str:
        key, room, seen = given[layout.chosen], given[layout.panel.room], given[layout.seen]
        if not seen or seen[0] != key:  # not run yet: what the students' screens are set to as well
            seen = key, sorted(EXPERIMENTS[key].read(layout.read(key, given))[0].items())
        try:
            return _told(tally, room, seen)
        except ValueError:  # a name half written; Run tells what is wrong with it
            return ""

    room, large, teacher = layout.panel.room, layout.projector, layout.teacher
    gr.on([room.input, large.input], _watches, [room, large, teacher], layout.timer, **QUICK)
    layout.timer.tick(latest, {layout.chosen, layout.seen, room, *layout.every()}, layout.tally, **QUICK)


def _tie_choice(lab: Lab, layout: Layout) -> None:
    """Another experiment; Stop; large or not."""

    def choose(request: gr.Request, key: str) -> Changes:
        lab.leave(request.session_hash)
        return _experiment(layout, key)

    def stop(request: gr.Request) -> None:
        lab.stop(request.session_hash)

    layout.chosen.input(choose, layout.chosen, layout.of_experiment(), **QUICK)
    layout.page.stop.click(stop, **QUICK)
    layout.projector.input(None, layout.projector, layout.folded, js=PROJECT, api_visibility="private")


def _experiment(layout: Layout, key: str, hidden: tuple[str, ...] = (), told: str = "") -> Changes:
    """The page of one that nobody has run yet; `told` stands above it."""
    groups = {group: gr.Group(visible=each == key) for each, group in layout.groups.items()}
    rows = {row: gr.Row(visible=each == key) for each, row in layout.rows.items()}
    hide = gr.CheckboxGroup(choices=offered(key), value=list(hidden))
    panel = {layout.panel.hide: hide, layout.panel.link: gr.Textbox(visible=False), layout.panel.code: ""}
    words = {layout.words: question(EXPERIMENTS[key]), layout.told: told, layout.tally: ""}
    return words | panel | groups | rows | by_component(layout.page, lab_view.empty())


def _tie_links(layout: Layout, access: Access, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """A lesson's link, made and opened."""
    panel, teacher_key = layout.panel, TeacherKey(access.teacher_key)

    def make(request: gr.Request, given: Given) -> Changes:
        try:
            link, code = lesson_link.made(request, _as_set(layout, given), access)
        except ValueError as problem:
            link, code = gr.Textbox(visible=False), error(problem)
        return {panel.link: link, panel.code: code}

    async def arrive(request: gr.Request) -> Changes:
        parameters = dict(request.query_params)
        tab, lesson = lessons.tab(parameters), lessons.read(parameters)
        address = request.client.host if request.client else ""
        teacher = await teacher_key.matches(parameters.get("key", ""), address)
        opened = {tabs: gr.Tabs(selected=tab) if tab else gr.skip(), layout.teacher: teacher}
        if lesson:
            opened[layout.timer] = _watches(lesson.room, lesson.projector, teacher)
            opened |= _lesson(layout, lesson)
        return opened

    inputs = {layout.chosen, panel.hide, panel.room, *layout.every()}
    panel.make.click(make, inputs, [panel.link, panel.code], **QUICK)
    lesson = [layout.chosen, layout.projector, panel.room, *layout.every(), *layout.of_experiment()]
    arrived = blocks.load(arrive, None, [tabs, layout.teacher, layout.timer, *lesson], **QUICK)
    large = layout.projector, layout.folded, layout.timer
    arrived.then(None, layout.projector, list(large), js=ARRIVE, api_visibility="private")


def _as_set(layout: Layout, given: Given) -> Lesson:
    """The lesson on the experiment as it is set. Raises ValueError."""
    key = given[layout.chosen]
    chosen, _ = EXPERIMENTS[key].read(layout.read(key, given))
    named = {name: chosen[name] for name in layout.controls[key]}
    unseen = tuple(name for name in named if name in (given[layout.panel.hide] or ()))
    return Lesson(key, named, unseen, room=cleaned(given[layout.panel.room] or ""))  # students' screens are not large


def _lesson(layout: Layout, lesson: Lesson) -> Changes:
    """What a lesson's link sets: the experiment, large or not, the room, all controls."""
    controls = {
        component: gr.update(value=lesson.values[name], visible=name not in lesson.hidden)
        for name, component in layout.controls[lesson.experiment].items()
    }
    told = notes([*lesson.notes, *([f"Room {lesson.room}"] if lesson.room else [])])
    chosen = {layout.chosen: lesson.experiment, layout.projector: lesson.projector, layout.panel.room: lesson.room}
    return chosen | controls | _experiment(layout, lesson.experiment, lesson.hidden, told)
