"""The events of uploads on the second tab: they are inspected, and remedied with a click."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr
from gradio.data_classes import ListFiles

from n2n.files import layout
from n2n.remedies import UNTREATED, Remedies

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..service.inspections import Findings, Inspections
from ..service.session import session_of
from ..service.uploads import Brought, Upload
from ..widgets.html import error, notes
from ..widgets.named_components import Changes, by_component
from ..widgets.viewer import ViewerValue
from . import train_view
from .train_view import NO_ROWS

NOTHING = "Bring noisy pairs, or try it with the sample pairs."


class UploadOutputs(NamedTuple):
    """The components that show an upload; and, in a handler, their values."""

    uploaded: Any  # a Brought
    findings: Any
    strip: Any
    accordion: Any
    train: Any
    align: Any
    match: Any
    as_brought: Any


def connect(
    inspections: Inspections, files: gr.File, axes: gr.Textbox, sample: gr.Button, outputs: UploadOutputs
) -> None:
    """Whatever is uploaded is inspected, and again with other axes, or with the remedies whose buttons are pressed."""
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

    def with_remedies(change: Callable[[Remedies], Remedies]) -> Callable[..., AsyncGenerator[Changes, None]]:
        async def inspect_again(request: gr.Request, brought: Brought, letters: str) -> AsyncGenerator[Changes, None]:
            again = brought._replace(remedies=change(brought.remedies))
            async with aclosing(_inspect(inspections, session_of(request), again, letters)) as steps:
                async for values in steps:
                    yield by_component(outputs, values)

        return inspect_again

    event: dict[str, Any] = {
        "concurrency_id": "checks",
        "concurrency_limit": settings.limits().queue,
        "show_progress": "minimal",
        "api_visibility": "private",
    }
    gr.on([files.upload, files.clear, files.delete, axes.submit], inspect, [files, axes], list(outputs), **event)
    sample.click(inspect_samples, None, [*outputs, files], **event)
    for button, change in (
        (outputs.align, lambda remedies: replace(remedies, align=True)),
        (outputs.match, lambda remedies: replace(remedies, match_exposure=True)),
        (outputs.as_brought, lambda _: UNTREATED),
    ):
        button.click(with_remedies(change), [outputs.uploaded, axes], list(outputs), **event)


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
    yield _values(notes(["Aligning them, and looking again …" if brought.remedies.align else "Looking at it …"]))
    try:
        axes = layout.parse(letters) if letters else None
        async with aclosing(inspections.inspect(session, brought.paths, axes, brought.remedies)) as steps:
            async for findings in steps:
                if findings.waiting:
                    yield _values(train_view.waiting_notice(findings.waiting))
                else:
                    ready = brought if findings.speed else Brought()
                    strip = train_view.rows(findings.strip)
                    yield _values(train_view.findings_html(findings), strip, ready, findings)
    except PROBLEMS as problem:
        yield _values(error(problem))


def _values(
    html: str, strip: ViewerValue = NO_ROWS, uploaded: Brought | None = None, findings: Findings | None = None
) -> UploadOutputs:
    """Values for an upload's components; a training may learn from what is `uploaded`, and remedies may be on offer."""
    uploaded = uploaded or Brought()
    wanted = {verdict.remedy for verdict in findings.verdicts} if findings and uploaded.paths else set()
    used = set(uploaded.remedies.options)
    return UploadOutputs(
        uploaded=uploaded,
        findings=html,
        strip=strip,
        accordion=gr.Accordion(open=True),
        train=gr.Button(interactive=bool(uploaded.paths)),
        align=gr.Button(visible="--align" in wanted - used),
        match=gr.Button(visible="--match-exposure" in wanted - used),
        as_brought=gr.Button(visible=bool(used)),
    )
