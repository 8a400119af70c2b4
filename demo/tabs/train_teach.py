"""A training on the sample pairs at one click, from another tab: nothing to bring, nothing to set."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import gradio as gr

from n2n import UNetConfig

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..service.inspections import Inspections
from ..service.session import session_of
from ..service.trainings import Trainings, make_settings
from ..service.uploads import Brought
from ..settings import Access
from ..widgets.html import notes
from ..widgets.named_components import Changes, by_component, change
from . import train_events, train_view
from .train_controls import QUICK, TrainControls
from .train_uploads import UploadOutputs
from .train_view import NO_ROWS, TrainingOutputs

SECONDS, WIDTH = float(settings.BUDGETS[0]), UNetConfig().width
TOLD = "These are the sample pairs; “Try it with sample pairs” shows and checks them."


def connect(
    trainings: Trainings,
    inspections: Inspections,
    idea: gr.HTML,
    tabs: gr.Tabs,
    controls: TrainControls,
    files: gr.File,
    upload: UploadOutputs,
    outputs: TrainingOutputs,
    access: Access,
) -> None:
    """The event `submit` of the `idea` opens the tab and begins; a training that is at work there is shown instead."""
    brought = Brought((samples.PAIRS,))

    async def teach(request: gr.Request, token: str) -> AsyncGenerator[Changes, None]:
        if token and _is_at_work(trainings, token):
            yield by_component(outputs, train_view.update())
            return
        session = session_of(request)
        await inspections.leave(session)
        told = change(UploadOutputs, uploaded=brought, verdict=notes([TOLD]), strip=NO_ROWS)
        begun = train_view.update(status=notes(["Reading the pairs …"]), train=gr.Button(interactive=False))
        yield (
            by_component(upload, told)
            | by_component(outputs, begun)
            | {controls.budget: settings.BUDGETS[0], files: None}
        )
        try:
            chosen, page = make_settings(SECONDS, "fast", WIDTH, None), train_events.page_of(request, access)
            training = await trainings.begin(session, brought.paths, chosen, page)
        except PROBLEMS as problem:
            yield by_component(outputs, train_view.failed(problem))
            return
        async with aclosing(train_events.watch(trainings, session, training)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    idea.submit(lambda: gr.Tabs(selected="train"), None, tabs, **QUICK)
    changed = list(dict.fromkeys([controls.budget, files, *upload, *outputs]))
    idea.submit(teach, outputs.token, changed, trigger_mode="once", **train_events.watching())


def _is_at_work(trainings: Trainings, token: str) -> bool:
    """Whether the training that the page shows goes on."""
    try:
        return not trainings.find(token).over
    except ValueError:  # its files are gone
        return False
