"""The third tab: one experiment at a time, each a question, a few controls, and a screen that answers it."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import gradio as gr

from . import class_panel, lab_runs, settings
from .lab import lessons
from .lab.experiments import EXPERIMENTS
from .lab.lessons import Lesson
from .lab.room import Tally, cleaned
from .lab_layout import Layout, lay_out, offered, question
from .lab_runs import Lab
from .markup import error, notes

QUICK = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
# Large type for a projector, the controls folded away. The teacher's key does not stay in the address bar.
PROJECT = """(on) => {
  document.body.classList.toggle("n2n-projector", on);
  const address = new URL(location.href);
  if (address.searchParams.has("key")) {
    address.searchParams.delete("key");
    history.replaceState(history.state, "", address);
  }
  return { __type__: "update", open: !on };
}"""


def build(lab: Lab, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """Lays out the tab and ties its events. Call it inside a gr.Tab. A lesson's link opens the lab among the `tabs` of
    the `blocks`.
    """
    layout = lay_out()
    _tie_runs(lab, layout)
    _tie_choice(lab, layout)
    _tie_links(layout, blocks, tabs)


def _tie_runs(lab: Lab, layout: Layout) -> None:
    """Run, a click on a picture, an answer: each runs the experiment."""
    tally = Tally()

    def running(answer: str | None) -> Callable[..., AsyncIterator[tuple]]:
        async def run(
            request: gr.Request, key: str, first: bool, seen: object, room: str, large: bool, *values: object
        ) -> AsyncIterator[tuple]:
            experiment, session = EXPERIMENTS[key], request.session_hash
            asked, wrong = experiment.read(layout.given(key, values))
            now = key, sorted(asked.items())
            answered = answer is not None and now == seen  # nobody answers what they have not seen
            try:
                if answered:
                    asked["answer"] = answer
                    tally.add(room, str(now), session, answer)
                told = tally.told(room, str(now), {value: words for words, value in experiment.answers})
            except ValueError as problem:
                wrong.append(str(problem))
            if wrong:
                yield *lab_runs.failed(ValueError("; ".join(wrong))), gr.skip()
                return
            told = told if answered or large else ""  # who has not answered yet is not told what others did
            async with aclosing(lab.run(session, experiment, asked, first, told)) as steps:
                async for shown in steps:
                    yield *shown, now

        return run

    tied = {
        "inputs": [
            *(layout.chosen, layout.teacher, layout.seen, layout.panel.room, layout.projector),
            *layout.every(),
        ],
        "outputs": [*layout.page, layout.seen],
        "trigger_mode": "multiple",  # the newest counts
        "concurrency_id": "lab",
        "concurrency_limit": settings.QUEUE,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    layout.page.run.click(running(None), **tied)
    for buttons in layout.answers.values():
        for value, button in buttons.items():
            button.click(running(value), **tied)
    picked = [layout.controls[key][name] for key, each in EXPERIMENTS.items() for name in each.picks]
    if picked:
        layout.page.pictures.select(_picked, layout.chosen, picked, **QUICK).then(running(None), **tied)


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
    return [layout.words, layout.told, *hidden, *layout.groups.values(), *layout.rows.values(), *layout.page]


def _experiment(layout: Layout, key: str, hidden: tuple[str, ...] = (), told: str = "") -> list:
    """Their values for one that nobody has run yet; `told` stands above it."""
    groups = [gr.Group(visible=each == key) for each in layout.groups]
    rows = [gr.Row(visible=each == key) for each in layout.rows]
    hide = gr.CheckboxGroup(choices=offered(key), value=list(hidden))
    return [question(EXPERIMENTS[key]), told, hide, gr.Textbox(visible=False), "", *groups, *rows, *lab_runs.empty()]


def _tie_links(layout: Layout, blocks: gr.Blocks, tabs: gr.Tabs) -> None:
    """A lesson's link, made and opened."""

    def make(
        request: gr.Request, key: str, hidden: list[str], room: str, large: bool, *values: object
    ) -> tuple[gr.Textbox, str]:
        chosen, _ = EXPERIMENTS[key].read(layout.given(key, values))
        named = {name: chosen[name] for name in layout.controls[key]}
        try:
            lesson = Lesson(key, named, tuple(name for name in named if name in hidden), large, cleaned(room))
        except ValueError as problem:
            return gr.Textbox(visible=False), error(problem)
        return class_panel.made(request, lesson)

    def arrive(request: gr.Request) -> list:
        parameters = dict(request.query_params)
        tab, lesson = lessons.tab(parameters), lessons.read(parameters)
        opened = [gr.Tabs(selected=tab) if tab else gr.skip(), class_panel.holds_key(parameters.get("key", ""))]
        return opened + (_lesson(layout, lesson) if lesson else [gr.skip()] * (len(outputs) - len(opened)))

    panel = layout.panel
    inputs = [layout.chosen, panel.hide, panel.room, layout.projector, *layout.every()]
    panel.make.click(make, inputs, [panel.link, panel.code], **QUICK)
    lesson = [layout.chosen, layout.projector, panel.room, *layout.every(), *_of_experiment(layout)]
    outputs = [tabs, layout.teacher, *lesson]
    arrived = blocks.load(arrive, None, outputs, **QUICK)
    arrived.then(None, layout.projector, layout.folded, js=PROJECT, api_visibility="private")


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
