"""The third tab: one experiment at a time, each a question, a few controls, and a screen that answers it."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import gradio as gr

from . import class_panel, lab_runs, settings
from .lab import lessons
from .lab.experiment import Value
from .lab.experiments import EXPERIMENTS
from .lab.lessons import Lesson
from .lab.room import Tally, cleaned
from .lab_layout import Layout, lay_out, offered, question
from .lab_runs import Lab
from .markup import error, notes
from .teacher import Doorkeeper

QUICK = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
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
Given = str | None  # None comes from what a browser has not shown yet
Case = tuple[str, list[tuple[str, Value]]]  # an experiment and all its values: answers to the same are counted together


def build(lab: Lab, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """Lays out the tab and ties its events. Call it inside a gr.Tab. A lesson's link opens the lab among the `tabs` of
    the `blocks`.
    """
    layout = lay_out()
    tally = Tally()
    _tie_runs(lab, tally, layout)
    _tie_tally(tally, layout)
    _tie_choice(lab, layout)
    _tie_links(layout, blocks, tabs)


def _tie_runs(lab: Lab, tally: Tally, layout: Layout) -> None:
    """Run, a click on a picture, an answer: each runs the experiment."""
    page, panel = layout.page, layout.panel
    tied = {
        "inputs": [layout.chosen, layout.teacher, layout.seen, panel.room, layout.projector, *layout.every()],
        "outputs": [*page, layout.seen, layout.tally],
        "trigger_mode": "multiple",  # the newest counts
        "concurrency_id": "lab",
        "concurrency_limit": settings.QUEUE,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    page.run.click(_running(lab, tally, layout, None), **tied)
    for buttons in layout.answers.values():
        for value, button in buttons.items():
            button.click(_running(lab, tally, layout, value), **tied)
    picked = [layout.controls[key][name] for key, each in EXPERIMENTS.items() for name in each.picks]
    if picked:
        picking = page.pictures.select(_picked, layout.chosen, picked, **QUICK)
        picking.then(_running(lab, tally, layout, None), **tied)


def _running(lab: Lab, tally: Tally, layout: Layout, answer: str | None) -> Callable[..., AsyncIterator[tuple]]:
    """What runs the experiment as it is set, with this answer."""

    async def run(
        request: gr.Request, key: str, teacher: bool, seen: Case | None, room: Given, large: bool, *values: object
    ) -> AsyncIterator[tuple]:
        experiment, session = EXPERIMENTS[key], request.session_hash
        asked, wrong = experiment.read(layout.given(key, values))
        now = key, sorted(asked.items())
        answered = answer is not None and now == seen  # nobody answers what they have not seen
        try:
            if answered:
                asked["answer"] = answer
                tally.add(room or "", str(now), session, answer)
            told = _told(tally, room, now)
        except ValueError as problem:
            wrong.append(str(problem))
        if wrong:
            yield *lab_runs.failed(ValueError("; ".join(wrong))), gr.skip(), gr.skip()
            return
        if not (answered or large or teacher):
            told = ""  # who has not answered yet is not told what others did
        async with aclosing(lab.run(session, experiment, asked, teacher)) as steps:
            async for shown in steps:
                yield *shown, now, told

    return run


def _told(tally: Tally, room: Given, case: Case) -> str:
    """What a room has answered. Raises ValueError for a name that is not allowed."""
    words = {value: words for words, value in EXPERIMENTS[case[0]].answers}
    said = tally.told(room or "", str(case), words)
    return notes([said]) if said else ""


def _watches(room: Given, large: bool, teacher: bool) -> gr.Timer:
    """Looks for a room's answers on the teacher's screen and on a large one: nobody else's asks for any."""
    return gr.Timer(active=bool(room and room.strip()) and bool(large or teacher))


def _tie_tally(tally: Tally, layout: Layout) -> None:
    """The latest answers of the room, as long as the timer is active."""

    def latest(key: str, seen: Case | None, room: Given, *values: object) -> str:
        if not seen or seen[0] != key:  # not run yet: what the students' screens are set to as well
            seen = key, sorted(EXPERIMENTS[key].read(layout.given(key, values))[0].items())
        try:
            return _told(tally, room, seen)
        except ValueError:  # a name half written; Run tells what is wrong with it
            return ""

    room, large, teacher = layout.panel.room, layout.projector, layout.teacher
    gr.on([room.input, large.input], _watches, [room, large, teacher], layout.timer, **QUICK)
    layout.timer.tick(latest, [layout.chosen, layout.seen, room, *layout.every()], layout.tally, **QUICK)


def _picked(key: str, place: gr.EventData) -> list:
    """For every control that clicks set, its value."""
    changes = []
    for each, experiment in EXPERIMENTS.items():
        controls = {control.name: control for control in experiment.controls}
        for name, percent in zip(experiment.picks, (place.x, place.y)):
            changes.append(controls[name].read(percent) if each == key else gr.skip())
    return changes


def _tie_choice(lab: Lab, layout: Layout) -> None:
    """Another experiment; Stop; large or not."""

    def choose(request: gr.Request, key: str) -> list:
        lab.leave(request.session_hash)
        return _experiment(layout, key)

    def stop(request: gr.Request) -> None:
        lab.stop(request.session_hash)

    layout.chosen.input(choose, layout.chosen, _of_experiment(layout), **QUICK)
    layout.page.stop.click(stop, **QUICK)
    layout.projector.input(None, layout.projector, layout.folded, js=PROJECT, api_visibility="private")


def _of_experiment(layout: Layout) -> list:
    """The components that differ from one experiment to another."""
    panel = layout.panel
    hidden = panel.hide, panel.link, panel.code
    return [
        layout.words,
        layout.told,
        layout.tally,
        *hidden,
        *layout.groups.values(),
        *layout.rows.values(),
        *layout.page,
    ]


def _experiment(layout: Layout, key: str, hidden: tuple[str, ...] = (), told: str = "") -> list:
    """Their values for one that nobody has run yet; `told` stands above it."""
    groups = [gr.Group(visible=each == key) for each in layout.groups]
    rows = [gr.Row(visible=each == key) for each in layout.rows]
    hide = gr.CheckboxGroup(choices=offered(key), value=list(hidden))
    panel = hide, gr.Textbox(visible=False), ""
    return [question(EXPERIMENTS[key]), told, "", *panel, *groups, *rows, *lab_runs.empty()]


def _tie_links(layout: Layout, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """A lesson's link, made and opened."""

    def make(
        request: gr.Request, key: str, hidden: list[str] | None, room: Given, *values: object
    ) -> tuple[gr.Textbox, str]:
        chosen, _ = EXPERIMENTS[key].read(layout.given(key, values))
        named = {name: chosen[name] for name in layout.controls[key]}
        try:
            unseen = tuple(name for name in named if name in (hidden or ()))
            lesson = Lesson(key, named, unseen, room=cleaned(room or ""))  # students' screens are not large
        except ValueError as problem:
            return gr.Textbox(visible=False), error(problem)
        return class_panel.made(request, lesson)

    doorkeeper = Doorkeeper()

    async def arrive(request: gr.Request) -> list:
        parameters = dict(request.query_params)
        tab, lesson = lessons.tab(parameters), lessons.read(parameters)
        address = request.client.host if request.client else ""
        teacher = await doorkeeper.holds_key(parameters.get("key", ""), address)
        timer = _watches(lesson.room, lesson.projector, teacher) if lesson else gr.skip()
        opened = [gr.Tabs(selected=tab) if tab else gr.skip(), teacher, timer]
        return opened + (_lesson(layout, lesson) if lesson else [gr.skip()] * (len(outputs) - len(opened)))

    panel = layout.panel
    inputs = [layout.chosen, panel.hide, panel.room, *layout.every()]
    panel.make.click(make, inputs, [panel.link, panel.code], **QUICK)
    lesson = [layout.chosen, layout.projector, panel.room, *layout.every(), *_of_experiment(layout)]
    outputs = [tabs, layout.teacher, layout.timer, *lesson]
    arrived = blocks.load(arrive, None, outputs, **QUICK)
    large = layout.projector, layout.folded, layout.timer
    arrived.then(None, layout.projector, list(large), js=ARRIVE, api_visibility="private")


def _lesson(layout: Layout, lesson: Lesson) -> list:
    """What a lesson's link sets: the experiment, large or not, the room, all controls."""
    controls = [
        gr.update(value=lesson.values[name], visible=name not in lesson.hidden)
        if key == lesson.experiment
        else gr.skip()
        for key, named in layout.controls.items()
        for name in named
    ]
    told = notes([*lesson.notes, *([f"Room {lesson.room}"] if lesson.room else [])])
    experiment = _experiment(layout, lesson.experiment, lesson.hidden, told)
    return [lesson.experiment, lesson.projector, lesson.room, *controls, *experiment]
