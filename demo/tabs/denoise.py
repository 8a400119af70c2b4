"""The first tab: noisy, denoised and target side by side."""

import html
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr

from .. import settings
from ..content import samples
from ..jobs.errors import PROBLEMS
from ..service.denoise import Denoisings
from ..service.trainings import Trainings
from ..widgets import live_region, panels, strip
from ..widgets.html import error, notes, table
from ..widgets.named_components import Changes, by_component
from ..work import measurements
from ..work.denoise import Outcome
from ..work.measurements import COLUMNS
from . import denoise_controls
from .denoise_controls import QUICK, SOURCES, Controls, alone, level, ordered, unused

EMPTY = "Choose a picture above, or bring your own."

# Enter in a number's field acts at once, as leaving it does; leaving it then, or unchanged, does nothing.
ENTER = """() => {
  const acted = new WeakMap(); // field → the value that was acted on
  const isNumber = (node) => node.matches?.("input[type=number]");
  document.addEventListener("focus", ({ target }) => isNumber(target) && acted.set(target, target.value), true);
  document.addEventListener("blur", (event) => {
    if (isNumber(event.target) && acted.get(event.target) === event.target.value) event.stopPropagation();
  }, true);
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Enter" || !isNumber(target)) return;
    target.blur();
    target.focus();
  });
}"""


class Results(NamedTuple):
    """The components that show what came out; and, in a handler, their values."""

    panels: Any
    notice: Any
    table: Any
    files: Any


@dataclass(frozen=True)
class DenoiseTab:
    """What other tabs need of this one."""

    controls: Controls
    panels: gr.HTML
    denoise: dict[str, Any]  # arguments of the event that denoises as it is set


def build(denoisings: Denoisings, trainings: Trainings, first: Outcome) -> DenoiseTab:
    """Lays out the tab with its first result already there, and ties the events. Call it inside a gr.Tab."""
    chosen = strip.component(
        [
            (key, sample.label, strip.thumbnail(samples.read(key).pixels), sample.credit)
            for key, sample in samples.SAMPLES.items()
        ],
        samples.FIRST,
        elem_id="strip",
    )
    with gr.Row(elem_classes="n2n-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            controls, about = denoise_controls.build(chosen)
        with gr.Column(elem_classes="n2n-results", min_width=320):
            results = Results(
                panels=panels.component({"rows": first.rows, "empty": EMPTY}, elem_id="panels"),
                notice=live_region.component(notes(first.notes), elem_id="notice"),
                table=gr.HTML(_table(first), elem_id="table"),
                files=gr.File(
                    [str(path) for path in first.files],
                    label="Download, in full size and depth",
                    file_count="multiple",
                    interactive=False,
                    elem_id="downloads",
                ),
            )
    return DenoiseTab(controls, results.panels, _tie(controls, about, results, denoisings, trainings))


def _tie(
    controls: Controls, about: gr.Group, results: Results, denoisings: Denoisings, trainings: Trainings
) -> dict[str, Any]:
    """Ties what a person does to a new result; returns the event's arguments, for others that ask for one."""

    async def run(request: gr.Request, *values: object) -> Changes:
        asked = Controls(*values)
        emptied = {getattr(controls, name): SOURCES[name] for name in unused(asked)}
        try:
            order = ordered(asked, request.session_hash, trainings)
            shown = _shown(await denoisings.denoise(request.session_hash, order))
        except (*PROBLEMS, MemoryError) as problem:
            shown = Results({"rows": [], "empty": EMPTY}, error(problem), "", None)
        return by_component(results, shown) | emptied | {about: gr.Group(visible=not asked.own)}

    event: dict[str, Any] = {
        "fn": run,
        "inputs": list(controls),
        "outputs": [*results, *(getattr(controls, name) for name in SOURCES), about],
        "concurrency_id": "denoising",
        "concurrency_limit": settings.limits().queue,
        "trigger_mode": "always_last",
        "show_progress": "minimal",
        "show_progress_on": results.panels,
        "api_visibility": "private",
    }
    controls.strip.input(js=alone("strip"), **event)
    gr.on([controls.files.upload, controls.files.clear, controls.files.delete], js=alone("files"), **event)
    controls.camera.input(js=alone("camera"), **event)
    controls.noise.change(level, controls.noise, controls.level, **QUICK).then(**event)
    gr.on(
        [
            *(each.input for each in (controls.adding, controls.weights, controls.ensemble, controls.maps)),
            *(controls.level.release, controls.strength.release, controls.seed.change, controls.baselines.input),
            *(controls.cleans.upload, controls.cleans.clear, controls.cleans.delete),
        ],
        **event,
    )
    return event


def _shown(outcome: Outcome) -> Results:
    files = [str(path) for path in outcome.files] or None
    return Results({"rows": outcome.rows, "empty": EMPTY}, _said(outcome), _table(outcome), files)


def _said(outcome: Outcome) -> str:
    """The notes; and, for those who only hear the page, what came out."""
    heard = [f"{row['name']}: {', '.join(filter(None, map(_heard, row['panels'])))}." for row in outcome.rows]
    return notes(outcome.notes) + f'<p class="n2n-heard">{html.escape(" ".join(heard))}</p>'


def _heard(panel: dict) -> str:
    """One picture in words; empty for those that are not asked for first."""
    if panel["role"] not in ("noisy", "denoised"):
        return ""
    figure = panel["psnr_text"] or ("" if panel["psnr"] is None else f"{panel['psnr']:.1f} dB")
    return " ".join(filter(None, (panel["title"], figure, panel["note"])))


def _table(outcome: Outcome) -> str:
    """Every picture and method with its figures, then their means; nothing where nothing could be measured."""
    measured = any(line[2] is not None for line in outcome.table)
    return table(COLUMNS, [*outcome.table, *measurements.means(outcome.table)]) if measured else ""
