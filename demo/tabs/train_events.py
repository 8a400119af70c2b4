"""What happens in the second tab: uploads inspected, trainings begun, watched, found again, their model used."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

import gradio as gr
from gradio.data_classes import ListFiles

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..service.inspections import Inspections
from ..service.trainings import Training, Trainings
from ..service.uploads import Upload
from ..widgets.html import error, notes
from ..widgets.named_components import Changes, Given, by_component, changed
from ..work.denoise import TRAINED
from . import denoise_controls, train_view
from .denoise import DenoiseTab
from .denoise_controls import SOURCES
from .train_controls import QUICK, Controls
from .train_view import NO_ROWS, Page

NOTHING = "Bring noisy pairs, or try it with the sample pairs."
# The address finds the training again, after a reload or on another device; whoever has it has the training.
KEEP = """(token) => {
  const address = new URL(location.href);
  address.searchParams.set("run", token);
  if (token) history.replaceState(history.state, "", address);
}"""
KEPT = "() => new URLSearchParams(location.search).get('run') || ''"
# Before and after, one over the other; the smallest pictures have room for their captions side by side only.
WIPE = """(shown) => {
  if (shown?.rows[0]?.panels[0].width > 64) document.querySelector("#panels input[value=wipe]")?.click();
}"""


class Pairs(NamedTuple):
    """What shows the pairs that were brought: the components; and, in a handler, their values."""

    uploaded: Any  # paths that can be trained on; none while that is not known
    words: Any
    strip: Any
    seen: Any
    train: Any


def tie_pairs(inspections: Inspections, files: gr.File, sample: gr.Button, pairs: Pairs) -> None:
    """What is brought is inspected."""
    files.preprocess = _named

    async def inspect(request: gr.Request, paths: list[str]) -> AsyncIterator[Changes]:
        async with aclosing(_inspected(inspections, request.session_hash, paths)) as steps:
            async for shown in steps:
                yield by_component(pairs, shown)

    async def inspect_samples(request: gr.Request) -> AsyncIterator[Changes]:
        async with aclosing(_inspected(inspections, request.session_hash, (samples.PAIRS,))) as steps:
            async for shown in steps:
                yield by_component(pairs, shown) | {files: None}

    event: dict[str, Any] = {
        "concurrency_id": "checks",
        "concurrency_limit": settings.limits().queue,
        "show_progress": "minimal",
        "api_visibility": "private",
    }
    gr.on([files.upload, files.clear, files.delete], inspect, files, list(pairs), **event)
    sample.click(inspect_samples, None, [*pairs, files], **event)


def _named(payload: ListFiles | None) -> list[Upload]:
    """The files, which keep the names that they have where they come from: Gradio's own are shorter."""
    return [Upload(file.path, file.orig_name) for file in payload] if payload else []


async def _inspected(inspections: Inspections, session: str, paths: Sequence[str]) -> AsyncIterator[Pairs]:
    """What an upload is, as soon as each thing is known."""
    if not paths:
        yield _pairs(notes([NOTHING]))
        return
    yield _pairs(notes(["Looking at it …"]))
    try:
        async with aclosing(inspections.inspect(session, paths)) as steps:
            async for findings in steps:
                if findings.waiting:
                    yield _pairs(train_view.in_line(findings.waiting))
                else:
                    ready = tuple(paths) if findings.speed else ()
                    yield _pairs(train_view.told(findings), train_view.rows(findings.strip), ready)
    except PROBLEMS as problem:
        yield _pairs(error(problem))


def _pairs(words: str, strip: dict[str, Any] = NO_ROWS, uploaded: tuple[str, ...] = ()) -> Pairs:
    """The page about an upload; one may train on what is `uploaded`."""
    return Pairs(uploaded, words, strip, gr.Accordion(open=True), gr.Button(interactive=bool(uploaded)))


def tie_training(trainings: Trainings, controls: Controls, page: Page) -> None:
    """Train, Continue, Stop, and the time machine."""

    async def begin(request: gr.Request, given: Given) -> AsyncIterator[Changes]:
        try:
            training = await trainings.begin(request.session_hash, given[controls.uploaded], controls.read(given))
        except PROBLEMS as problem:
            yield by_component(page, train_view.failed(problem))
            return
        async with aclosing(_watched(trainings, request.session_hash, training)) as steps:
            async for shown in steps:
                yield by_component(page, shown)

    async def go_on(request: gr.Request, token: str, budget: float) -> AsyncIterator[Changes]:
        try:
            training = trainings.go_on(request.session_hash, token, float(budget))
        except PROBLEMS as problem:
            yield by_component(page, train_view.page(status=error(problem)))
            return
        async with aclosing(_watched(trainings, request.session_hash, training)) as steps:
            async for shown in steps:
                yield by_component(page, shown)

    def turn_back(token: str, seconds: float) -> Changes:
        earlier = train_view.at(trainings.find(token).run, seconds)
        return {getattr(page, name): value for name, value in earlier.items()}

    page.train.click(begin, controls.every(), list(page), **_watching())
    page.go_on.click(go_on, [page.token, controls.budget], list(page), **_watching())
    page.stop.click(lambda token: trainings.find(token).stop(), page.token, **QUICK)
    shown = [page.pictures, page.snapshot, page.machine]
    page.machine.input(turn_back, [page.token, page.machine], shown, **QUICK)


def _watching() -> dict[str, Any]:
    """Arguments of the events that watch a training."""
    limits = {"concurrency_id": "training", "concurrency_limit": settings.limits().queue}
    return limits | {"show_progress": "hidden", "api_visibility": "private"}


def tie_address(trainings: Trainings, blocks: gr.Blocks, tabs: gr.Tabs, page: Page) -> None:
    """The training stands in the page's address, and whoever opens that sees it as it is by now."""

    async def find(request: gr.Request, token: str) -> AsyncIterator[Changes]:
        yield by_component(page, train_view.page()) | {tabs: gr.Tabs(selected="train")}
        try:
            training = trainings.find(token)
        except PROBLEMS as problem:
            yield by_component(page, train_view.failed(problem))
            return
        async with aclosing(_watched(trainings, request.session_hash, training)) as steps:
            async for shown in steps:
                yield by_component(page, shown)

    found = gr.Textbox("", visible="hidden", container=False, elem_id="found")
    blocks.load(None, None, found, js=KEPT)
    found.change(find, found, [tabs, *page], **_watching())
    page.token.change(None, page.token, None, js=KEEP)


async def _watched(trainings: Trainings, session: str, training: Training) -> AsyncIterator[Page]:
    """A training on the page, from its place in line to what there is to download."""
    view, begun = train_view.View(training.run), False
    try:
        async with aclosing(trainings.watch(session, training)) as steps:
            async for step in steps:
                if step.job.waiting:
                    yield train_view.waiting(step)
                    continue
                if not begun:
                    begun = True
                    yield train_view.begun(training)
                yield await view.now()
        yield await train_view.ended(training)
    except PROBLEMS as problem:
        yield train_view.failed(problem, training.run)


def tie_use(tabs: gr.Tabs, page: Page, first: DenoiseTab) -> None:
    """Opens the first tab with the new model and the shots brought for it."""
    controls = first.controls

    def use(token: str) -> Changes:
        shown = SOURCES | {"own": token, "weights": gr.Dropdown(denoise_controls.models(True), value=TRAINED)}
        return by_component(controls, changed(type(controls), **shown)) | {tabs: gr.Tabs(selected="denoise")}

    used = page.use.click(use, page.token, [tabs, *controls], **QUICK)
    used.then(**first.denoise).then(None, first.panels, None, js=WIPE)
