"""The events of uploads on the second tab: they are inspected, and remedied with a click."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NamedTuple

import gradio as gr
from gradio.data_classes import ListFiles

from n2n.files import layout
from n2n.remedies import UNTREATED

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..server.messages import to_sentence
from ..service.inspections import Findings, Inspections
from ..service.session import session_of
from ..service.uploads import Brought, Upload
from ..widgets.html import notes
from ..widgets.named_components import Changes, by_component, change
from ..widgets.viewer import ViewerValue
from . import train_verdict, train_view
from .train_verdict import Judgement
from .train_view import NO_ROWS

NOTHING = "Two shots of the same thing are enough: nothing moved but the noise."
CHECKS = "What was checked"
TRAIN = {"green": "Train", "amber": "Train as they are", "red": "Train all the same"}


class UploadOutputs(NamedTuple):
    """The components that show an upload; and, in a handler, their values."""

    uploaded: Any  # a Brought
    verdict: Any  # one line
    checks: Any  # an accordion around the details
    details: Any
    strip: Any
    fix: Any
    as_brought: Any
    train: Any


def connect(
    inspections: Inspections, files: gr.File, axes: gr.Textbox, sample: gr.Button, outputs: UploadOutputs
) -> None:
    """Whatever is uploaded is inspected, and again with other axes, or with the remedies that it needs."""
    # A subclass would say the same, but Gradio writes a .pyi file beside every module that holds one.
    files.preprocess = _uploads  # type: ignore[method-assign, assignment]

    async def inspect(request: gr.Request, paths: list[str], letters: str) -> AsyncGenerator[Changes, None]:
        async with aclosing(_inspect(inspections, session_of(request), Brought(tuple(paths)), letters)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    async def inspect_samples(request: gr.Request) -> AsyncGenerator[Changes, None]:
        async with aclosing(_inspect(inspections, session_of(request), Brought((samples.PAIRS,)))) as steps:
            async for values in steps:
                yield by_component(outputs, values) | {files: None}

    async def fix(request: gr.Request, brought: Brought, letters: str) -> AsyncGenerator[Changes, None]:
        while brought.remedies != brought.wanted:
            again = brought._replace(remedies=brought.wanted)
            async with aclosing(_inspect(inspections, session_of(request), again, letters)) as steps:
                async for values in steps:
                    yield by_component(outputs, values)
                    if not isinstance(values.uploaded, Brought):
                        return
                    brought = values.uploaded

    async def leave(request: gr.Request, brought: Brought, letters: str) -> AsyncGenerator[Changes, None]:
        again = Brought(brought.paths)
        async with aclosing(_inspect(inspections, session_of(request), again, letters)) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    event: dict[str, Any] = {
        "concurrency_id": "checks",
        "concurrency_limit": settings.limits().queue,
        "show_progress": "minimal",
        "api_visibility": "private",
    }
    brought = [files.upload, files.clear, files.delete, axes.submit]
    gr.on(brought, inspect, [files, axes], list(outputs), trigger_mode="always_last", **event)
    sample.click(inspect_samples, None, [*outputs, files], **event)
    outputs.fix.click(fix, [outputs.uploaded, axes], list(outputs), **event)
    outputs.as_brought.click(leave, [outputs.uploaded, axes], list(outputs), **event)


def _uploads(payload: ListFiles | None) -> list[Upload]:
    """The files under the names that they have on the visitor's computer; Gradio's own names are shorter."""
    return [Upload(file.path, file.orig_name) for file in payload] if payload else []


async def _inspect(
    inspections: Inspections, session: str, brought: Brought, letters: str = ""
) -> AsyncGenerator[UploadOutputs, None]:
    """An upload on the page, as soon as each thing about it is known."""
    if not brought.paths:
        yield _values(notes([NOTHING]))
        return
    mended = brought.remedies != UNTREATED
    yield _values(notes(["Fixing them, and looking again …" if mended else "Looking at them …"]))
    try:
        axes = layout.parse(letters) if letters else None
        async with aclosing(inspections.inspect(session, brought.paths, axes, brought.remedies)) as steps:
            async for findings in steps:
                if findings.left:  # the last values of an event are applied twice: the button is the training's now
                    yield change(UploadOutputs, train=gr.update(interactive=False))
                elif findings.waiting:
                    yield _values(train_view.waiting_notice(findings.waiting))
                else:
                    yield _found(brought, findings)
    except PROBLEMS as problem:
        yield _values(train_verdict.refused(to_sentence(problem)))


def _found(brought: Brought, findings: Findings) -> UploadOutputs:
    """What is known by now; a training may begin as soon as the shots were checked."""
    strip = train_view.rows(findings.strip)
    if not findings.verdicts or not findings.description:
        return _values(notes(["Looking at them …"]), strip)
    judgement = train_verdict.judge(findings)
    ready = (
        brought._replace(wanted=judgement.remedies)
        if findings.description.shots > 1 or findings.description.alone
        else Brought()
    )
    return _values(train_verdict.verdict_html(judgement), strip, ready, judgement)._replace(
        checks=gr.Accordion(train_verdict.title(findings), visible=True), details=train_verdict.details(findings)
    )


def _values(
    html: str, strip: ViewerValue = NO_ROWS, ready: Brought | None = None, judgement: Judgement | None = None
) -> UploadOutputs:
    """Values for an upload's components; a training may learn from what is `ready`."""
    ready = ready or Brought()
    level = judgement.level if judgement else "green"
    fixable, able = level == "amber" and bool(ready.paths), bool(ready.paths)
    return UploadOutputs(
        uploaded=ready,
        verdict=html,
        checks=gr.Accordion(CHECKS, visible=False),
        details="",
        strip=strip,
        fix=gr.Button(visible=fixable),
        as_brought=gr.Button(visible=ready.remedies != UNTREATED),
        train=gr.Button(TRAIN[level], interactive=able, variant="primary" if level == "green" else "secondary"),
    )
