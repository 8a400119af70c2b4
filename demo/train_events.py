"""What happens in the second tab: uploads looked at, trainings begun, watched, found again, their model used."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr
from gradio.data_classes import ListFiles

from . import denoise_tab, gathering, learning, runs, samples, settings, turns, watching
from .asked import SOURCES, TRAINED_FILE, Controls
from .denoising import TRAINED
from .line import Line
from .markup import error, notes
from .trainings import Training, Trainings
from .turns import PROBLEMS, Waiting
from .visits import Visits
from .watching import NO_ROWS, Page

SCRATCH, WHAT_FITS = "from scratch", "what fits"
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
QUICK = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


class Choices(NamedTuple):
    """The components that say how to train; and, in a handler, their values."""

    budget: object
    recipe: object
    loss: object
    width: object
    learning_rate: object
    batch_size: object
    crop: object
    hold_out: object
    start: object
    seed: object


@dataclass(frozen=True)
class Desk:
    """What the tab's events work with."""

    visits: Visits
    trainings: Trainings
    quick: Line  # of uploads that are looked at


def tie_data(desk: Desk, files: gr.File, sample: gr.Button, outputs: list) -> None:
    """What is brought is looked at."""
    files.preprocess = _called

    async def look(request: gr.Request, uploaded: list[str]) -> AsyncIterator[tuple]:
        if not uploaded:
            yield _looked(notes([NOTHING]))
            return
        async with aclosing(_look(desk, request.session_hash, tuple(uploaded))) as steps:
            async for shown in steps:
                yield shown

    async def look_at_samples(request: gr.Request) -> AsyncIterator[tuple]:
        async with aclosing(_look(desk, request.session_hash, (samples.PAIRS,))) as steps:
            async for shown in steps:
                yield *shown, None

    limits = {"concurrency_id": "checks", "concurrency_limit": settings.QUEUE, "show_progress": "minimal"}
    gr.on([files.upload, files.clear, files.delete], look, files, outputs, api_visibility="private", **limits)
    sample.click(look_at_samples, None, [*outputs, files], api_visibility="private", **limits)


def _called(payload: ListFiles | None) -> list[runs.Upload]:
    """The files, which keep the names that they have where they come from: Gradio's own are shorter."""
    return [runs.Upload(file.path, file.orig_name) for file in payload] if payload else []


async def _look(desk: Desk, session: str, uploaded: tuple[str, ...]) -> AsyncIterator[tuple]:
    """What an upload is, as soon as each thing is known."""
    yield _looked(notes(["Looking at it …"]))
    visits = desk.visits
    try:
        with visits.held(visits.fresh(session, "look")) as folder:
            brought = await asyncio.to_thread(runs.brought, uploaded, folder / "pairs", visits.shared("pairs"))
            async with aclosing(turns.look(desk.quick, session, brought.data, folder)) as steps:
                async for looks in steps:
                    if isinstance(looks, Waiting):
                        yield _looked(watching.in_line(looks))
                        continue
                    ready = looks.speed is not None
                    yield _looked(watching.told(looks), watching.rows(looks.strip), uploaded if ready else ())
    except PROBLEMS as problem:
        yield _looked(error(problem))


def _looked(words: str, strip: dict = NO_ROWS, data: tuple[str, ...] = ()) -> tuple:
    """The page about an upload; with `data`, one may train on it."""
    return data, words, strip, gr.Accordion(open=True), gr.Button(interactive=bool(data))


def tie_training(desk: Desk, data: gr.State, choices: Choices, page: Page) -> None:
    """Train, Continue, Stop, and the time machine."""

    async def begin(request: gr.Request, uploaded: tuple[str, ...], *values: object) -> AsyncIterator[Page]:
        try:
            training = await desk.trainings.begin(request.session_hash, uploaded, settings_of(Choices(*values)))
        except PROBLEMS as problem:
            yield watching.failed(problem)
            return
        async with aclosing(_watch(desk, request.session_hash, training)) as steps:
            async for shown in steps:
                yield shown

    async def go_on(request: gr.Request, token: str, budget: float) -> AsyncIterator[Page]:
        try:
            training = desk.trainings.go_on(request.session_hash, token, float(budget))
        except PROBLEMS as problem:
            yield watching.page(status=error(problem))
            return
        async with aclosing(_watch(desk, request.session_hash, training)) as steps:
            async for shown in steps:
                yield shown

    limits = {"concurrency_id": "training", "concurrency_limit": settings.QUEUE, "show_progress": "hidden"}
    page.train.click(begin, [data, *choices], list(page), api_visibility="private", **limits)
    page.go_on.click(go_on, [page.token, choices.budget], list(page), api_visibility="private", **limits)
    page.stop.click(lambda token: desk.trainings.find(token).stop(), page.token, **QUICK)
    page.machine.input(
        lambda token, place: watching.at(desk.trainings.find(token).run, place),
        [page.token, page.machine],
        [page.pictures, page.snapshot, page.machine],
        **QUICK,
    )


def tie_address(desk: Desk, blocks: gr.Blocks, tabs: gr.Tabs, page: Page) -> None:
    """The training stands in the page's address, and whoever opens that sees it as it is by now."""

    async def find(request: gr.Request, token: str) -> AsyncIterator[tuple]:
        yield gr.Tabs(selected="train"), *watching.page()
        try:
            training = desk.trainings.find(token)
        except PROBLEMS as problem:
            yield gr.skip(), *watching.failed(problem)
            return
        async with aclosing(_watch(desk, request.session_hash, training)) as steps:
            async for shown in steps:
                yield gr.skip(), *shown

    found = gr.Textbox("", visible="hidden", container=False, elem_id="found")
    blocks.load(None, None, found, js=KEPT)
    limits = {"concurrency_id": "training", "concurrency_limit": settings.QUEUE, "show_progress": "hidden"}
    found.change(find, found, [tabs, *page], api_visibility="private", **limits)
    page.token.change(None, page.token, None, js=KEEP)


async def _watch(desk: Desk, session: str, training: Training) -> AsyncIterator[Page]:
    """A training on the page, from its place in line to what there is to download."""
    run, view, begun = training.run, watching.View(training.run), False
    try:
        async with aclosing(desk.trainings.watch(training)) as steps:
            async for step in steps:
                if step.waiting:
                    yield watching.waiting(step)
                    continue
                if not begun:
                    begun = True
                    yield watching.begun(training)
                yield await view.now()
        gathering.link(run.weights, desk.visits.folder(session) / TRAINED_FILE)
        yield await watching.ended(training)
    except PROBLEMS as problem:
        yield watching.failed(problem, run)


def settings_of(asked: Choices) -> learning.Settings:
    """The settings of a training from what was chosen. Raises ValueError naming what is out of range."""
    return runs.settings_of(
        float(asked.budget),
        asked.recipe,
        int(asked.width),
        None if asked.start == SCRATCH else asked.start,
        loss=asked.loss,
        learning_rate=float(asked.learning_rate) if asked.learning_rate else None,
        batch_size=int(asked.batch_size) if asked.batch_size else None,
        crop=None if asked.crop == WHAT_FITS else int(asked.crop),
        hold_out=float(asked.hold_out),
        seed=int(asked.seed or 0),
    )


def tie_use(tabs: gr.Tabs, page: Page, controls: Controls, denoising: dict[str, object]) -> None:
    """Opens the first tab with the new model and the shots brought for it; `denoising` is that tab's event."""

    def use(token: str) -> tuple:
        weights = gr.Dropdown(choices=denoise_tab.choices(True), value=TRAINED)
        return gr.Tabs(selected="denoise"), weights, None, None, None, token

    opened, shown = [tabs, controls.weights, *controls[:SOURCES]], denoising["show_progress_on"]
    page.use.click(use, page.token, opened, **QUICK).then(**denoising).then(None, shown, None, js=WIPE)
