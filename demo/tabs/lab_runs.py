"""The runs of the lab: what starts an experiment, a click on Run or, where it is quick, whatever is set."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from .. import settings
from ..lab import experiments, follow
from ..lab.experiment import Value
from ..lab.experiments import EXPERIMENTS
from ..lab.room import Tally, cleaned
from ..service.session import session_of
from ..widgets.named_components import Changes, Inputs, by_component
from . import lab_view, lab_votes
from .lab_layout import QUICK, Layout
from .lab_visitors import Lab

Run = Callable[[gr.Request, Inputs], AsyncGenerator[Changes, None]]


def connect(lab: Lab, tally: Tally, layout: Layout) -> None:
    """Run, a click on a picture, and the buttons for answers run the experiment; what is live follows its controls."""
    event = _event(layout)
    layout.outputs.run.click(_runner(lab, tally, layout, None), **event)
    layout.outputs.replay.click(_replayer(lab, layout), **event)
    for buttons in layout.answers.values():
        for value, button in buttons.items():
            button.click(_runner(lab, tally, layout, value), **event)
    picked = [layout.controls[key][name] for key, experiment in EXPERIMENTS.items() for name in experiment.picks]

    def pick(key: str, place: gr.EventData) -> Changes:
        return dict.fromkeys(picked, gr.skip()) | _picks(layout, key, place)

    layout.outputs.pictures.select(pick, layout.chosen, picked, **QUICK).then(
        _runner(lab, tally, layout, None), **event
    )
    _connect_live(lab, tally, layout)


def _connect_live(lab: Lab, tally: Tally, layout: Layout) -> None:
    """Experiments without a button: the newest setting counts, and one at most is on its way."""
    event = _event(layout) | {"trigger_mode": "always_last", "concurrency_id": "lab-live"}
    live: list[Any] = [component for key in experiments.LIVE for component in layout.controls[key].values()]
    gr.on([component.input for component in live], _runner(lab, tally, layout, None), **event)
    chosen = layout.controls[follow.EXPERIMENT.key]
    followed = [chosen[name] for name in follow.CLICKED]

    def choose(place: gr.EventData) -> Changes:
        controls = {control.name: control for control in follow.EXPERIMENT.controls}
        return {chosen[name]: controls[name].read(getattr(place, name)) for name in follow.CLICKED}

    layout.outputs.net.select(choose, None, followed, **QUICK).then(_runner(lab, tally, layout, None), **event)


def run_at_once(lab: Lab, tally: Tally, layout: Layout, before: Dependency) -> None:
    """Runs an experiment that needs no button as soon as another event has opened it."""
    run = _runner(lab, tally, layout, None)

    async def run_if_live(request: gr.Request, inputs: Inputs) -> AsyncGenerator[Changes, None]:
        key = inputs[layout.chosen]
        if key in experiments.LIVE and inputs[layout.case] != lab_votes.as_set(layout, key, inputs):
            async with aclosing(run(request, inputs)) as steps:
                async for changes in steps:
                    yield changes

    before.then(_in_turn(layout, run_if_live), **_event(layout))


def _event(layout: Layout) -> dict[str, Any]:
    """The arguments of an event that runs the experiment."""
    of_visitor = layout.is_teacher, layout.link_panel.room, layout.projector, layout.poll, layout.voter
    return {
        "inputs": {layout.chosen, layout.case, *of_visitor, *layout.all_controls()},
        "outputs": [*layout.outputs, layout.case, layout.tally],
        "trigger_mode": "multiple",  # the newest run counts
        "concurrency_id": "lab",
        "concurrency_limit": settings.limits().queue,
        "show_progress": "hidden",
        "api_visibility": "private",
    }


def _in_turn(layout: Layout, run: Run) -> Run:
    """A handler that runs unless another experiment was chosen between the click and its turn, which the server knows
    before the page. It never ends without a word, which would empty the page.
    """

    async def handler(request: gr.Request, inputs: Inputs) -> AsyncGenerator[Changes, None]:
        shown, silent = inputs[layout.case], True
        if not shown or shown[0] == inputs[layout.chosen]:
            async with aclosing(run(request, inputs)) as steps:
                async for changes in steps:
                    silent = False
                    yield changes
        if silent:
            yield {layout.case: gr.skip()}

    return handler


def _picks(layout: Layout, key: str, place: gr.EventData) -> dict[Component, Value]:
    """The controls that a click on a picture sets, with their new values."""
    experiment = EXPERIMENTS[key]
    controls = {control.name: control for control in experiment.controls}
    clicked = zip(experiment.picks, (place.x, place.y))
    return {layout.controls[key][name]: controls[name].read(percent) for name, percent in clicked}


def _runner(lab: Lab, tally: Tally, layout: Layout, answer: str | None) -> Run:
    """The handler that runs the experiment as it is set, with this answer."""

    async def run(request: gr.Request, inputs: Inputs) -> AsyncGenerator[Changes, None]:
        key, room, is_teacher = inputs[layout.chosen], inputs[layout.link_panel.room], inputs[layout.is_teacher]
        experiment, session = EXPERIMENTS[key], session_of(request)
        values, wrong = experiment.read(layout.read(key, inputs))
        case = key, sorted(values.items())
        answered = answer if case == inputs[layout.case] else None  # nobody answers what they have not seen
        told: Changes = {}
        try:
            cleaned(room or "")
            if answered is not None:
                values["answer"] = answered
                allowed = [value for _, value in experiment.answers]
                tally.add(room or "", str(case), lab_votes.voter_of(request, layout, inputs), answered, allowed)
            if experiment.answers:  # who has not answered yet does not see what others did
                seen = answered is not None or is_teacher or inputs[layout.projector]
                told = {layout.case: case, layout.tally: lab_votes.chart(tally, room, key, case) if seen else ""}
        except ValueError as problem:
            wrong.append(str(problem))
        if wrong:
            yield by_component(layout.outputs, lab_view.failed(ValueError("; ".join(wrong))))
            return
        thought = str(inputs[layout.poll] or "")
        async with aclosing(lab.run(session, experiment, values, is_teacher, thought)) as steps:
            async for outputs in steps:
                yield by_component(layout.outputs, outputs) | told

    return _in_turn(layout, run)


def _replayer(lab: Lab, layout: Layout) -> Run:
    """The handler that shows the recorded run."""

    async def replay(request: gr.Request, inputs: Inputs) -> AsyncGenerator[Changes, None]:
        experiment, thought = EXPERIMENTS[inputs[layout.chosen]], str(inputs[layout.poll] or "")
        try:
            async with aclosing(lab.replay(session_of(request), experiment, thought)) as steps:
                async for outputs in steps:
                    yield by_component(layout.outputs, outputs)
        except ValueError as problem:
            yield by_component(layout.outputs, lab_view.failed(problem))

    return _in_turn(layout, replay)
