"""The events of the second tab: uploads inspected, trainings begun, watched and found again, their model used."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr

from .. import settings
from ..jobs.errors import PROBLEMS
from ..service.inspections import Inspections
from ..service.session import session_of
from ..service.trainings import Training, Trainings
from ..settings import Access
from ..widgets import scripts
from ..widgets.html import error
from ..widgets.named_components import Changes, Inputs, by_component, change
from ..work.denoise import TRAINED
from . import denoise_controls, lesson_link, train_view
from .denoise import DenoiseTab
from .denoise_controls import SOURCES, DenoiseControls
from .train_controls import QUICK, TrainControls
from .train_view import LiveView, TrainingOutputs

# Until its own event is over, Gradio's page drops a click on a button: the button waits for that.
RELEASE = "() => ({ __type__: 'update', interactive: true })"
# Before and after, one over the other; the smallest pictures have room for their captions side by side only.
WIPE = """(shown) => {
  if (shown?.rows[0]?.panels[0].width > 64) document.querySelector("#panels input[value=wipe]")?.click();
}"""


def page_of(request: gr.Request, access: Access) -> str:
    """The address of the tab, for those who see what came of a training."""
    return f"{lesson_link.asked_at(request, access)[0]}?tab=train"


def connect_training(
    trainings: Trainings,
    inspections: Inspections,
    controls: TrainControls,
    outputs: TrainingOutputs,
    access: Access,
) -> None:
    """The buttons Train, Continue and Stop, and the time machine."""

    async def begin(request: gr.Request, inputs: Inputs) -> AsyncGenerator[Changes, None]:
        session = session_of(request)
        await inspections.leave(session)  # Gradio's `cancels` would do so at the end of the training
        try:
            chosen, page = controls.read(inputs), page_of(request, access)
            training = await trainings.begin(session, inputs[controls.uploaded].paths, chosen, page)
        except PROBLEMS as problem:
            yield by_component(outputs, train_view.held(train_view.failed(problem), "train"))
            return
        async with aclosing(watch(trainings, session, training)) as steps:
            async for values in steps:
                yield by_component(outputs, train_view.held(values, "train"))

    async def go_on(request: gr.Request, token: str, budget: float) -> AsyncGenerator[Changes, None]:
        session = session_of(request)
        await inspections.leave(session)
        try:
            training = trainings.go_on(session, token, float(budget))
        except PROBLEMS as problem:
            yield by_component(outputs, train_view.update(status=error(problem)))
            return
        async with aclosing(watch(trainings, session, training)) as steps:
            async for values in steps:
                yield by_component(outputs, train_view.held(values, "go_on"))

    def stop(token: str) -> Changes:
        training = trainings.find(token)
        training.stop()
        return {outputs.stop: train_view.stop_button(training)}

    def turn_back(token: str, seconds: float) -> Changes:
        return by_component(outputs, train_view.at(trainings.find(token).run, seconds))

    begun = outputs.train.click(begin, controls.all_inputs(), list(outputs), **watching())
    begun.then(None, None, outputs.train, js=RELEASE, **QUICK)
    gone_on = outputs.go_on.click(go_on, [outputs.token, controls.budget], list(outputs), **watching())
    gone_on.then(None, None, outputs.go_on, js=RELEASE, **QUICK)
    outputs.stop.click(stop, outputs.token, outputs.stop, **QUICK)
    outputs.time_machine.input(turn_back, [outputs.token, outputs.time_machine], list(outputs), **QUICK)


def watching() -> dict[str, Any]:
    """Arguments of the events that watch a training."""
    limits = {"concurrency_id": "training", "concurrency_limit": settings.limits().queue}
    return limits | {"show_progress": "hidden", "api_visibility": "private"}


def connect_address(trainings: Trainings, blocks: gr.Blocks, tabs: gr.Tabs, outputs: TrainingOutputs) -> None:
    """The page's address names the training, and whoever opens it sees the training as it is by now."""

    async def find(request: gr.Request, token: str) -> AsyncGenerator[Changes, None]:
        yield by_component(outputs, train_view.update()) | {tabs: gr.Tabs(selected="train")}
        try:
            training = trainings.find(token)
        except PROBLEMS as problem:
            yield by_component(outputs, train_view.failed(problem))
            return
        async with aclosing(watch(trainings, session_of(request), training)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    found = gr.Textbox("", visible="hidden", container=False, elem_id="found")
    blocks.load(None, None, found, js=scripts.call("address", "runOfAddress"))
    blocks.load(None, None, None, js=scripts.call("address", "mindRun"))
    found.change(find, found, [tabs, *outputs], **watching())
    outputs.token.change(None, outputs.token, None, js=scripts.call("address", "keepRun"))


async def watch(trainings: Trainings, session: str, training: Training) -> AsyncGenerator[TrainingOutputs, None]:
    """A training on the page, from its place in line to what there is to download."""
    view, begun = LiveView(training), False
    try:
        async with aclosing(trainings.watch(session, training)) as steps:
            async for step in steps:
                if place := step.job.waiting:
                    yield train_view.waiting(step, place)
                    continue
                if not begun:
                    begun = True
                    yield train_view.begun(training)
                yield await view.latest()
        yield await train_view.ended(training)
    except PROBLEMS as problem:
        yield train_view.failed(problem, training.run)


def connect_use(tabs: gr.Tabs, outputs: TrainingOutputs, first: DenoiseTab) -> None:
    """The button that opens the first tab with the new model and the shots that were brought for it."""
    controls = first.controls

    def use(token: str) -> Changes:
        own_model = gr.Dropdown(denoise_controls.model_names(trained=True), value=TRAINED)
        values = SOURCES | {"own": token, "weights": own_model}
        return by_component(controls, change(DenoiseControls, **values)) | {tabs: gr.Tabs(selected="denoise")}

    used = outputs.use.click(use, outputs.token, [tabs, *controls], **QUICK)
    used.then(**first.denoise).then(None, first.panels, None, js=WIPE)
