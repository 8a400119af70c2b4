"""The third tab: what any programs made of a noisy shot, scored by a second shot, without a clean picture."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from gradio.data_classes import ListFiles

from n2n.referee import Mending

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..service.scores import Scores
from ..service.session import session_of
from ..service.uploads import Upload
from ..widgets.live_region import make_live_region
from ..widgets.named_components import Changes, by_component
from ..widgets.viewer import make_viewer
from ..work.denoise import AUTOMATIC
from ..work.score import Contest
from . import score_view
from .denoise_controls import FILE_TYPES, QUICK
from .score_view import EMPTY, ScoreOutputs
from .train_view import NO_ROWS

OURS, FILTERS, ALIGN, MATCH = "ours", "filters", "align", "match"
BESIDE = {OURS: "Noise2Noise: the built-in model that suits the noise", FILTERS: "Classical filters"}
MEND = {ALIGN: score_view.ALIGN, MATCH: score_view.MATCH}


class ScoreControls(NamedTuple):
    """The components that a person sets; and, in a handler, their values."""

    first: Any
    second: Any
    results: Any
    beside: Any
    mend: Any
    sample: Any  # key of sample shots, which count where no others are brought; invisible


def build(scores: Scores) -> None:
    """Lays out the tab and connects its events. Call it inside a gr.Tab."""
    with gr.Row(elem_classes="n2n-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            with gr.Row():
                tries = {
                    key: gr.Button(f"Try it: {label}", size="sm", min_width=100) for key, label in _samples().items()
                }
            controls = _controls()
        with gr.Column(elem_classes="n2n-results", min_width=320):
            outputs = _outputs()
    _connect(scores, controls, outputs, tries)


def _samples() -> dict[str, str]:
    """The samples of which there are two shots, and their labels."""
    return {key: sample.label for key, sample in samples.SAMPLES.items() if sample.second}


def _controls() -> ScoreControls:
    files: dict[str, Any] = {"file_types": FILE_TYPES, "height": 110}
    controls = ScoreControls(
        first=gr.File(label="First shot: the one that was denoised", elem_id="score-first", **files),
        second=gr.File(label="Second shot: no program has seen it", elem_id="score-second", **files),
        results=gr.File(
            label="Results: what programs made of the first", file_count="multiple", elem_id="score-results", **files
        ),
        beside=gr.CheckboxGroup(_choices(BESIDE), label="Beside them", elem_id="score-beside"),
        mend=gr.CheckboxGroup(_choices(MEND), label="Before they are compared", elem_id="score-mend"),
        sample=gr.Textbox("", visible="hidden", container=False, elem_id="score-sample"),
    )
    # A subclass would say the same, but Gradio writes a .pyi file beside every module that holds one.
    controls.results.preprocess = _uploads
    return controls


def _choices(labels: dict[str, str]) -> list[tuple[str, str]]:
    return [(label, key) for key, label in labels.items()]


def _uploads(payload: ListFiles | None) -> list[Upload]:
    """The files under the names that they have on the visitor's computer; Gradio's own names are shorter."""
    return [Upload(file.path, file.orig_name) for file in payload] if payload else []


def _outputs() -> ScoreOutputs:
    told = make_live_region(score_view.INTRODUCTION, elem_id="score-told")
    table = gr.HTML("", elem_id="score-table")
    panels = make_viewer(NO_ROWS, elem_id="score-panels")
    with gr.Accordion("The shots, looked at by the pair doctor", open=False, visible=False) as doctor:
        findings = gr.HTML("", elem_id="score-findings")
    with gr.Accordion("A card to share", open=False, visible=False) as shared:
        card = gr.HTML("", elem_id="score-card")
        download = gr.DownloadButton("Download the card", size="sm", elem_id="score-download")
    return ScoreOutputs(told, panels, table, doctor, findings, shared, card, download)


def _connect(scores: Scores, controls: ScoreControls, outputs: ScoreOutputs, tries: dict[str, gr.Button]) -> None:
    """Whatever a person changes is scored anew."""

    async def score_as_set(request: gr.Request, *inputs: Any) -> AsyncGenerator[Changes, None]:  # noqa: ANN401
        async with aclosing(_scored(scores, session_of(request), ScoreControls(*inputs))) as steps:
            async for values in steps:
                yield by_component(outputs, values)

    event: dict[str, Any] = {
        "fn": score_as_set,
        "inputs": list(controls),
        "outputs": list(outputs),
        "concurrency_id": "checks",
        "concurrency_limit": settings.limits().queue,
        "trigger_mode": "always_last",
        "show_progress": "minimal",
        "show_progress_on": outputs.panels,
        "api_visibility": "private",
    }
    files = (controls.first, controls.second, controls.results)
    changed = [trigger for file in files for trigger in (file.upload, file.clear, file.delete)]
    gr.on([*changed, controls.beside.input, controls.mend.input], **event)
    for key, button in tries.items():
        values = json.dumps([None, None, None, [OURS, FILTERS], [], key])
        button.click(None, None, list(controls), js=f"() => {values}", **QUICK).then(**event)


async def _scored(scores: Scores, session: str, values: ScoreControls) -> AsyncGenerator[ScoreOutputs, None]:
    """The page while a score is made, and with it."""
    contest = make_contest(values)
    if isinstance(contest, str):
        yield score_view.without_score(contest)
        return
    yield score_view.update(told=score_view.AT_WORK)
    try:
        yield score_view.with_score(await scores.show(session, contest), _credit(values))
    except PROBLEMS as problem:
        yield score_view.failed(problem)


def make_contest(values: ScoreControls) -> Contest | str:
    """The contest that a visitor's controls make, or what is missing. Raises no error."""
    shots = values.first, values.second
    sample = samples.SAMPLES.get(str(values.sample)) if not any(shots) else None
    if sample and sample.second:
        shots = str(sample.file), str(sample.second)
    if not all(shots):
        if not any(shots) and not values.results:
            return EMPTY
        missing = [name for name, shot in zip(("first", "second"), shots) if not shot]
        return f"Bring the {' and the '.join(missing)} shot: a score needs two shots of the same thing."
    results, beside, mend = values.results or (), values.beside or (), values.mend or ()
    return Contest(
        str(shots[0]),
        str(shots[1]),
        results=tuple(map(str, results)),
        names=tuple(Path(one.original_name).stem for one in results),
        weights=AUTOMATIC if OURS in beside else "",
        baselines=FILTERS in beside,
        mending=Mending(ALIGN in mend, MATCH in mend),
    )


def _credit(values: ScoreControls) -> str:
    """Whose the sample shots are, where these are shown."""
    sample = samples.SAMPLES.get(str(values.sample)) if not (values.first or values.second) else None
    return f"Sample shots: {sample.credit}." if sample else ""
