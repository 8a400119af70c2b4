"""The first tab: noisy, denoised and target, large, and what they can be made of."""

import html
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..service.denoise import Denoisings
from ..service.session import session_of
from ..service.trainings import Trainings
from ..widgets.html import error, notes, table
from ..widgets.live_region import make_live_region
from ..widgets.named_components import Changes, by_component
from ..widgets.strip import make_strip, thumbnail
from ..widgets.viewer import make_viewer
from ..work import measurements
from ..work.denoise import Outcome
from ..work.measurements import COLUMNS
from ..work.rows import Panel
from . import denoise_controls, picture_link
from .denoise_controls import (
    DRAFT,
    QUICK,
    DenoiseControls,
    clear_other_sources,
    level_slider,
    make_order,
    only_source,
)

EMPTY = "Choose a picture above, or bring your own."
NEWER = "Your last change is being worked on …"  # Gradio's page shows that only until an earlier one is answered


class DenoiseOutputs(NamedTuple):
    """The components that show a result; and, in a handler, their values."""

    panels: Any
    notice: Any
    table: Any
    files: Any


@dataclass(frozen=True)
class DenoiseTab:
    """What other tabs need of this one."""

    controls: DenoiseControls
    panels: gr.HTML
    denoise: dict[str, Any]  # arguments of the event that denoises with the controls as they are


def build(denoisings: Denoisings, trainings: Trainings, first: Outcome, blocks: gr.Blocks) -> DenoiseTab:
    """Lays out the tab with its first result already there, and connects the events. Call it inside a gr.Tab."""
    with gr.Row(elem_classes="n2n-sources"):
        strip = make_strip(
            [
                (key, sample.label, thumbnail(samples.displayed(key)), sample.credit)
                for key, sample in samples.SAMPLES.items()
            ],
            samples.FIRST,
            elem_id="strip",
        )
        brought = denoise_controls.bring() | {"strip": strip}
    panels = make_viewer({"rows": first.rows, "empty": EMPTY}, elem_id="panels")
    notice = make_live_region(notes(first.notes), elem_id="notice")
    controls, noise_row = denoise_controls.build(brought)
    outputs = DenoiseOutputs(
        panels=panels,
        notice=notice,
        table=gr.HTML(_table(first), elem_id="table"),
        files=gr.File(
            [str(path) for path in first.files],
            label="Download, in full size and depth",
            file_count="multiple",
            interactive=False,
            elem_id="downloads",
        ),
    )
    kept = gr.Textbox("", visible="hidden", container=False)
    event = _event(controls, noise_row, outputs, kept, denoisings, trainings)
    _connect(controls, event)
    picture_link.connect(controls, kept, notice, event, blocks)
    return DenoiseTab(controls, outputs.panels, event)


def _event(
    controls: DenoiseControls,
    noise_row: gr.Row,
    outputs: DenoiseOutputs,
    kept: gr.Textbox,
    denoisings: Denoisings,
    trainings: Trainings,
) -> dict[str, Any]:
    """The arguments of the event that denoises with the controls as they are; `kept` is what the address says."""
    event_outputs = [*outputs, noise_row, kept]

    async def denoise_as_set(request: gr.Request, *inputs: Any) -> Changes:  # noqa: ANN401
        values = DenoiseControls(*inputs)
        try:
            session = session_of(request)
            outcome = await denoisings.denoise_newest(session, make_order(values, session, trainings))
            if outcome is None:
                return dict.fromkeys(event_outputs, gr.skip()) | {outputs.notice: notes([NEWER])}
            result = _values(outcome)
        except (*PROBLEMS, MemoryError) as problem:
            result = DenoiseOutputs({"rows": [], "empty": EMPTY}, error(problem), "", None)
        if values.draft:
            return dict.fromkeys(event_outputs, gr.skip()) | {outputs.panels: result.panels}
        told = {noise_row: gr.Row(visible=not _noisy_as_it_is(values)), kept: picture_link.written(values)}
        return by_component(outputs, result) | told

    return {
        "fn": denoise_as_set,
        "inputs": list(controls),
        "outputs": event_outputs,
        "concurrency_id": "denoising",
        "concurrency_limit": settings.limits().queue,
        "trigger_mode": "always_last",
        "show_progress": "minimal",
        "show_progress_on": outputs.panels,
        "api_visibility": "private",
    }


def _noisy_as_it_is(values: DenoiseControls) -> bool:
    """Whether noise can neither be added nor a clean picture be brought: shots of a training, samples of real noise."""
    return bool(values.own) or (not values.files and not values.camera and samples.is_noisy(values.strip))


def _connect(controls: DenoiseControls, event: dict[str, Any]) -> None:
    """Whatever a person changes denoises anew."""
    files = controls.files
    brought = {"strip": [controls.strip.input], "files": [files.upload, files.clear, files.delete]}
    for source, triggers in (brought | {"camera": [controls.camera.input]}).items():
        clear_other_sources(controls, source, triggers)
        gr.on(triggers, js=only_source(source), **event)
    dragged = [event for slider in (controls.level, controls.strength) for event in (slider.input, slider.release)]
    gr.on(dragged, js=DRAFT, **event)
    controls.noise.input(level_slider, controls.noise, controls.level, **QUICK).then(**event)
    gr.on(
        [
            *(control.input for control in (controls.adding, controls.weights, controls.ensemble, controls.maps)),
            *(controls.frame.change, controls.axes.submit, controls.seed.change, controls.baselines.input),
            *(controls.cleans.upload, controls.cleans.clear, controls.cleans.delete),
        ],
        **event,
    )


def _values(outcome: Outcome) -> DenoiseOutputs:
    files = [str(path) for path in outcome.files] or None
    return DenoiseOutputs({"rows": outcome.rows, "empty": EMPTY}, _notice(outcome), _table(outcome), files)


def _notice(outcome: Outcome) -> str:
    """The notes; and, for those who only hear the page, the result in words."""
    rows = [f"{row['name']}: {', '.join(filter(None, map(_description, row['panels'])))}." for row in outcome.rows]
    return notes(outcome.notes) + f'<p class="n2n-visually-hidden">{html.escape(" ".join(rows))}</p>'


def _description(panel: Panel) -> str:
    """One picture in words; empty for all but the noisy and the denoised one."""
    if panel["role"] not in ("noisy", "denoised"):
        return ""
    figure = panel["psnr_text"] or ("" if panel["psnr"] is None else f"{panel['psnr']:.1f} dB")
    return " ".join(filter(None, (panel["title"], figure, panel["note"])))


def _table(outcome: Outcome) -> str:
    """Every picture and method with its figures, then their means; empty where nothing could be measured."""
    measured = any(line[2] is not None for line in outcome.table)
    return table(COLUMNS, [*outcome.table, *measurements.means(outcome.table)]) if measured else ""
