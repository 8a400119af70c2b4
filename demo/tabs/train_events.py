"""The events of the second tab: uploads inspected, trainings begun, watched and found again, their model used."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

import gradio as gr
from gradio.data_classes import ListFiles

from n2n.data import layout

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..service.inspections import Inspections
from ..service.session import session_of
from ..service.trainings import Training, Trainings
from ..service.uploads import Upload
from ..widgets import scripts
from ..widgets.html import error, notes
from ..widgets.named_components import Changes, Inputs, by_component, change
from ..widgets.panels import PanelsValue
from ..work.denoise import TRAINED
from . import denoise_controls, train_view
from .denoise import DenoiseTab
from .denoise_controls import SOURCES, DenoiseControls
from .train_controls import QUICK, TrainControls
from .train_view import NO_ROWS, LiveView, TrainingOutputs

NOTHING = "Bring noisy pairs, or try it with the sample pairs."
# Before and after, one over the other; the smallest pictures have room for their captions side by side only.
WIPE = """(shown) => {
  if (shown?.rows[0]?.panels[0].width > 64) document.querySelector("#panels input[value=wipe]")?.click();
}"""


class UploadOutputs(NamedTuple):
    """The components that show an upload; and, in a handler, their values."""

    uploaded: Any  # paths that can be trained on; none while that is not known
    findings: Any
    strip: Any
    accordion: Any
    train: Any


def connect_upload(
    inspections: Inspections, files: gr.File, axes: gr.Textbox, sample: gr.Button, outputs: UploadOutputs
) -> None:
    """Whatever is uploaded is inspected, and again with other axes."""
    # A subclass would say the same, but Gradio writes a .pyi file beside every module that holds one.
    files.preprocess = _uploads  # type: ignore[method-assign, assignment]

    async def inspect(request: gr.Request, paths: list[str], letters: str) -> AsyncGenerator[Changes, None]:
        async with aclosing(_inspect(inspections, session_of(request), paths, letters)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    async def inspect_samples(request: gr.Request) -> AsyncGenerator[Changes, None]:
        async with aclosing(_inspect(inspections, session_of(request), (samples.PAIRS,))) as steps:
            async for values in steps:
                yield by_component(outputs, values) | {files: None}

    event: dict[str, Any] = {
        "concurrency_id": "checks",
        "concurrency_limit": settings.limits().queue,
        "show_progress": "minimal",
        "api_visibility": "private",
    }
    gr.on([files.upload, files.clear, files.delete, axes.submit], inspect, [files, axes], list(outputs), **event)
    sample.click(inspect_samples, None, [*outputs, files], **event)


def _uploads(payload: ListFiles | None) -> list[Upload]:
    """The files under the names that they have on the visitor's computer; Gradio's own names are shorter."""
    return [Upload(file.path, file.orig_name) for file in payload] if payload else []


async def _inspect(
    inspections: Inspections, session: str, paths: Sequence[str], letters: str = ""
) -> AsyncGenerator[UploadOutputs, None]:
    """An upload on the page, as soon as each thing about it is known."""
    if not paths:
        yield _upload_values(notes([NOTHING]))
        return
    yield _upload_values(notes(["Looking at it …"]))
    try:
        axes = layout.parse(letters) if letters else None
        async with aclosing(inspections.inspect(session, paths, axes)) as steps:
            async for findings in steps:
                if findings.waiting:
                    yield _upload_values(train_view.waiting_notice(findings.waiting))
                else:
                    ready = tuple(paths) if findings.speed else ()
                    strip = train_view.rows(findings.strip)
                    yield _upload_values(train_view.findings_html(findings), strip, ready)
    except PROBLEMS as problem:
        yield _upload_values(error(problem))


def _upload_values(findings: str, strip: PanelsValue = NO_ROWS, uploaded: tuple[str, ...] = ()) -> UploadOutputs:
    """Values for an upload's components; a training may learn from the paths that are `uploaded`."""
    return UploadOutputs(uploaded, findings, strip, gr.Accordion(open=True), gr.Button(interactive=bool(uploaded)))


def connect_training(trainings: Trainings, controls: TrainControls, outputs: TrainingOutputs) -> None:
    """The buttons Train, Continue and Stop, and the time machine."""

    async def begin(request: gr.Request, inputs: Inputs) -> AsyncGenerator[Changes, None]:
        session = session_of(request)
        try:
            training = await trainings.begin(session, inputs[controls.uploaded], controls.read(inputs))
        except PROBLEMS as problem:
            yield by_component(outputs, train_view.failed(problem))
            return
        async with aclosing(_watch(trainings, session, training)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    async def go_on(request: gr.Request, token: str, budget: float) -> AsyncGenerator[Changes, None]:
        session = session_of(request)
        try:
            training = trainings.go_on(session, token, float(budget))
        except PROBLEMS as problem:
            yield by_component(outputs, train_view.update(status=error(problem)))
            return
        async with aclosing(_watch(trainings, session, training)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    def turn_back(token: str, seconds: float) -> Changes:
        return by_component(outputs, train_view.at(trainings.find(token).run, seconds))

    outputs.train.click(begin, controls.all_inputs(), list(outputs), **_watching())
    outputs.go_on.click(go_on, [outputs.token, controls.budget], list(outputs), **_watching())
    outputs.stop.click(lambda token: trainings.find(token).stop(), outputs.token, **QUICK)
    outputs.time_machine.input(turn_back, [outputs.token, outputs.time_machine], list(outputs), **QUICK)


def _watching() -> dict[str, Any]:
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
        async with aclosing(_watch(trainings, session_of(request), training)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    found = gr.Textbox("", visible="hidden", container=False, elem_id="found")
    blocks.load(None, None, found, js=scripts.call("address", "runOfAddress"))
    found.change(find, found, [tabs, *outputs], **_watching())
    outputs.token.change(None, outputs.token, None, js=scripts.call("address", "keepRun"))


async def _watch(trainings: Trainings, session: str, training: Training) -> AsyncGenerator[TrainingOutputs, None]:
    """A training on the page, from its place in line to what there is to download."""
    view, begun = LiveView(training.run), False
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
