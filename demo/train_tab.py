"""The second tab: train on one's own noisy pairs, and watch it learn."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr

from n2n import weights
from n2n.recipe import FINE, FRESH, LOSSES, RECIPES

from . import denoise_tab, gathering, gpu, learning, panels, runs, samples, settings, turns, watching
from .denoising import TRAINED
from .line import Line
from .markup import error, notes
from .trainings import Training, Trainings
from .turns import PROBLEMS, Waiting
from .visits import Visits
from .watching import NO_ROWS, Page

SCRATCH, WHAT_FITS = "from scratch", "what fits"
NOTHING = "Bring noisy pairs, or try it with the sample pairs."
ON_CPU = "Trainings run on this host's CPU cores; the GPU that it lends for a minute at a time is used for denoising."
# The address finds the training again, after a reload or on another device; whoever has it has the training.
KEEP = """(token) => {
  const address = new URL(location.href);
  address.searchParams.set("run", token);
  if (token) history.replaceState(history.state, "", address);
}"""
KEPT = "() => new URLSearchParams(location.search).get('run') || ''"
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


def build(
    desk: Desk, blocks: gr.Blocks, tabs: gr.Tabs, first_tab: tuple[denoise_tab.Controls, dict[str, object]]
) -> None:
    """Lays out the tab and ties its events. Call it inside a gr.Tab."""
    data = gr.State(())
    with gr.Row(elem_classes="n2n-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            files = gr.File(
                label="Two noisy shots of the same thing, or many: pictures, .zip, .npz, .pkl, TIFF stack",
                file_count="multiple",
                height=130,
                elem_id="pairs",
            )
            with gr.Row():
                sample = gr.Button("Try it with sample pairs", size="sm", elem_id="sample")
                archive = str(gathering.sample_archive(desk.visits.shared("pairs")))
                gr.DownloadButton("See what pairs look like", archive, size="sm", elem_id="archive")
            choices = _choices()
            train = gr.Button("Train", variant="primary", interactive=False, elem_id="train")
            with gr.Row():
                stop = gr.Button("Stop", interactive=False, min_width=80, elem_id="stop")
                go_on = gr.Button("Continue", interactive=False, min_width=80, elem_id="continue")
        with gr.Column(elem_classes="n2n-results", min_width=320):
            with gr.Accordion("Your pairs", elem_id="seen") as seen:
                looked = gr.HTML(notes([NOTHING, *([ON_CPU] if gpu.LENT else [])]), elem_id="looked")
                strip = panels.component(NO_ROWS, compact=True, elem_id="strip-of-pairs")
            page = _page(seen, train, stop, go_on)
    _tie_data(desk, files, sample, [data, looked, strip, seen, train])
    _tie_training(desk, data, choices, page)
    _tie_address(desk, blocks, tabs, page)
    controls, denoising = first_tab
    page.use.click(_use, data, [tabs, controls.weights, controls.noise, controls.level], **QUICK).then(**denoising)


def _choices() -> Choices:
    budgets = [(f"{seconds} s", seconds) for seconds in settings.BUDGETS]
    fast = RECIPES["fast"]
    budget = gr.Radio(budgets, value=settings.BUDGETS[1], label="Train for", elem_id="budget")
    with gr.Accordion("Everything else", open=False):
        recipe = gr.Dropdown(
            [("fast", "fast"), ("the course report's, to the letter", "report")], value="fast", label="Recipe"
        )
        loss = gr.Radio(
            list(LOSSES),
            value=fast.loss,
            label="Loss",
            info="l2 learns the mean of the targets, l1 the median, l0 the mode",
        )
        width = gr.Dropdown([12, 24, 48], value=24, label="Width of the net", info="24 is Table I, 48 the paper's")
        learning_rate = gr.Number(
            fast.learning_rate,
            label="Learning rate",
            info=f"empty: {FRESH:g}, or {FINE:g} where the weights learnt before",
            minimum=1e-6,
            maximum=0.1,
            step=1e-4,
        )
        batch_size = gr.Number(
            None, label="Pairs in a batch", info="empty: what suits the crops", precision=0, minimum=1, maximum=256
        )
        crop = gr.Dropdown([WHAT_FITS, "32", "64", "96", "128"], value=WHAT_FITS, label="Side of the crops, pixels")
        hold_out = gr.Slider(0.05, 0.5, fast.hold_out, step=0.05, label="Held out, to measure on")
        start = gr.Dropdown([SCRATCH, *weights.shipped()], value=SCRATCH, label="Start")
        seed = gr.Number(0, label="Seed", precision=0, minimum=0, maximum=2**31 - 1)
    recipe.input(
        lambda name: (RECIPES[name].loss, RECIPES[name].learning_rate, RECIPES[name].batch_size),
        recipe,
        [loss, learning_rate, batch_size],
        **QUICK,
    )
    return Choices(budget, recipe, loss, width, learning_rate, batch_size, crop, hold_out, start, seed)


def _page(seen: gr.Accordion, train: gr.Button, stop: gr.Button, go_on: gr.Button) -> Page:
    status = gr.HTML("", elem_id="status")
    drawn = gr.HTML("", elem_id="curves")
    pictures = panels.component(NO_ROWS, compact=True, elem_id="live")
    with gr.Row():
        machine = gr.Slider(
            0, 1, 0, step=1, label="Time machine", info="the same pictures, earlier", visible=False, elem_id="machine"
        )
        snapshot = gr.DownloadButton("These weights", visible=False, size="sm", elem_id="snapshot")
    use = gr.Button("Denoise with it", variant="primary", visible=False, elem_id="use")
    trust = panels.component(NO_ROWS, compact=True, elem_id="trust")
    command = gr.HTML("", elem_id="command")
    files = gr.File(label="Download", file_count="multiple", interactive=False, visible=False, elem_id="take")
    token = gr.Textbox("", visible="hidden", container=False, elem_id="run")
    return Page(seen, status, drawn, pictures, machine, snapshot, trust, files, command, train, stop, go_on, use, token)


def _tie_data(desk: Desk, files: gr.File, sample: gr.Button, outputs: list) -> None:
    async def look(request: gr.Request, uploaded: list[str] | None) -> AsyncIterator[tuple]:
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


async def _look(desk: Desk, session: str, uploaded: tuple[str, ...]) -> AsyncIterator[tuple]:
    """What an upload is, as soon as each thing is known."""
    yield _looked(notes(["Looking at it …"]))
    visits = desk.visits
    try:
        with visits.held(visits.fresh(session, "look")) as folder:
            files, _ = await asyncio.to_thread(runs.brought, uploaded, folder / "pairs", visits.shared("pairs"))
            async with aclosing(turns.look(desk.quick, session, files, folder)) as steps:
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


def _tie_training(desk: Desk, data: gr.State, choices: Choices, page: Page) -> None:
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
            yield watching.failed(problem)
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
        [page.pictures, page.snapshot],
        **QUICK,
    )


def _tie_address(desk: Desk, blocks: gr.Blocks, tabs: gr.Tabs, page: Page) -> None:
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
        shutil.copyfile(run.weights, desk.visits.folder(session) / denoise_tab.TRAINED_FILE)
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


def _use(uploaded: tuple[str, ...]) -> tuple:
    """Opens the first tab with the new model chosen; after the sample pairs, with their kind of noise."""
    of_samples = uploaded == (samples.PAIRS,)
    noise = (gr.Dropdown(value="pixelate"), denoise_tab.level("pixelate")) if of_samples else (gr.skip(), gr.skip())
    return gr.Tabs(selected="denoise"), gr.Dropdown(choices=denoise_tab.choices(True), value=TRAINED), *noise
