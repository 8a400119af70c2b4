"""The first tab: noisy, denoised and target side by side."""

import html
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr
from gradio.data_classes import ImageData

from n2n import baselines, formats, weights

from . import figures, noises, panels, samples, settings, spoken, strip
from .asked import ADD, ALREADY, SOURCES, TRAINED_FILE, Controls, ordered
from .denoising import AUTOMATIC, TRAINED, Outcome
from .denoisings import Denoisings
from .figures import COLUMNS
from .markup import error, notes, table
from .trainings import Trainings
from .turns import PROBLEMS
from .visits import Visits

EMPTY = "Choose a picture above, or bring your own."
PICTURES = ["image", *formats.pictures()]

# Which of the four sources a person just used: the others are forgotten before the event is sent.
ONLY = {
    "strip": "(strip, files, camera, own, ...rest) => [strip, null, null, '', ...rest]",
    "files": "(strip, files, camera, own, ...rest) => [null, files, null, '', ...rest]",
    "camera": "(strip, files, camera, own, ...rest) => [null, null, camera, '', ...rest]",
}
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

    panels: object
    notice: object
    table: object
    files: object


@dataclass(frozen=True)
class Desk:
    """What the tab's events work with."""

    visits: Visits
    denoisings: Denoisings
    trainings: Trainings


def build(desk: Desk, first: Outcome) -> tuple[Controls, dict[str, object]]:
    """Lays out the tab with its first result already there, and ties the events. Call it inside a gr.Tab.

    Returns what a person sets, and the settings of the event that denoises as it is set.
    """
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
            controls, about = _controls(chosen)
        with gr.Column(elem_classes="n2n-results", min_width=320):
            results = Results(
                panels=panels.component({"rows": first.rows, "empty": EMPTY}, elem_id="panels"),
                notice=spoken.component(notes(first.notes), elem_id="notice"),
                table=gr.HTML(_table(first), elem_id="table"),
                files=gr.File(
                    [str(path) for path in first.files],
                    label="Download, in full size and depth",
                    file_count="multiple",
                    interactive=False,
                    elem_id="downloads",
                ),
            )
    return controls, _tie(controls, about, results, desk)


def _controls(chosen_sample: gr.HTML) -> tuple[Controls, gr.Group]:
    """What a person sets; and what of that says nothing of shots that were learnt from."""
    with gr.Group():
        files = gr.File(
            label=f"Your own: {formats.picture_labels()}",
            file_count="multiple",
            file_types=PICTURES,
            height=110,
            elem_id="files",
        )
        with gr.Accordion("Camera or clipboard", open=False):
            camera = gr.Image(
                label="Camera or clipboard",
                show_label=False,
                sources=["webcam", "clipboard"],
                type="filepath",
                image_mode=None,
                format="png",
                height=200,
                elem_id="camera",
            )
            camera.preprocess = _its_file
    own = gr.Textbox("", visible="hidden", container=False, elem_id="own")
    with gr.Group() as about:
        adding = gr.Radio([ADD, ALREADY], value=ADD, label="The picture", elem_id="adding")
        with gr.Group() as added:
            noise = gr.Dropdown(
                [(known.label, name) for name, known in noises.OFFERS.items()], value=noises.FIRST, label="Noise"
            )
            amount = level(noises.FIRST)
            seed = gr.Number(0, label="Seed of the noise", precision=0, minimum=0, maximum=2**31 - 1)
            again = gr.Button("New random noise", size="sm")
        cleans = gr.File(
            label="Clean picture to compare with, if there is one",
            file_count="multiple",
            file_types=PICTURES,
            height=110,
            visible=False,
            elem_id="cleans",
        )
    with gr.Group():
        chosen = gr.Dropdown(
            choices(), value=AUTOMATIC, label="Model", info="automatic: by the kind of noise, or its strength"
        )
        strength = gr.Slider(
            0, 1, 1, step=0.05, label="Strength", info="0 keeps the noise, 1 removes all of it", elem_id="strength"
        )
    with gr.Accordion("More", open=False):
        ensemble = gr.Checkbox(False, label="Average over 8 turns and flips", info="8 × the time, a little better")
        maps = gr.Checkbox(False, label="Show the error, and what was removed")
        classical = gr.CheckboxGroup(
            list(baselines.BASELINES), label="Compare with classical filters", elem_id="baselines"
        )
    adding.input(
        lambda way: (gr.Group(visible=way == ADD), gr.File(visible=way != ADD)),
        adding,
        [added, cleans],
        queue=False,
        api_visibility="private",
    )
    again.click(None, seed, seed, js="(seed) => (Number(seed) || 0) + 1")
    sources = chosen_sample, files, camera, own
    controls = Controls(*sources, adding, noise, amount, seed, cleans, chosen, strength, ensemble, classical, maps)
    return controls, about


def _its_file(payload: ImageData | None) -> str | None:
    """What a camera took, as its file and unopened: only workers open what visitors send."""
    return payload.path if payload else None


def level(name: str) -> gr.Slider:
    """The level's slider for a noise model."""
    offer = noises.OFFERS[name]
    return gr.Slider(
        offer.low, offer.high, offer.value, step=offer.step, label="Level", info=noises.unit(name), elem_id="level"
    )


def choices(trained: bool = False) -> list[str]:
    """What the model's dropdown offers."""
    return [AUTOMATIC, *weights.shipped(), *([TRAINED] if trained else [])]


def _tie(controls: Controls, about: gr.Group, results: Results, desk: Desk) -> dict[str, object]:
    """Ties what a person does to a new result; returns the event's settings, for others that ask for one."""

    async def run(request: gr.Request, *values: object) -> tuple:
        asked = Controls(*values)
        forgotten = *_forgotten(asked), gr.Group(visible=not asked.own)
        try:
            order = ordered(asked, desk.visits.folder(request.session_hash) / TRAINED_FILE, desk.trainings)
            outcome = await desk.denoisings.denoise(request.session_hash, order)
        except (*PROBLEMS, MemoryError) as problem:
            return (*Results({"rows": [], "empty": EMPTY}, error(problem), "", None), *forgotten)
        shown = {"rows": outcome.rows, "empty": EMPTY}
        files = [str(path) for path in outcome.files] or None
        return (*Results(shown, _said(outcome), _table(outcome), files), *forgotten)

    settled = {
        "fn": run,
        "inputs": list(controls),
        "outputs": [*results, *controls[:SOURCES], about],
        "concurrency_id": "denoising",
        "concurrency_limit": settings.QUEUE,
        "trigger_mode": "always_last",
        "show_progress": "minimal",
        "show_progress_on": results.panels,
        "api_visibility": "private",
    }
    controls.strip.input(js=ONLY["strip"], **settled)
    gr.on([controls.files.upload, controls.files.clear, controls.files.delete], js=ONLY["files"], **settled)
    controls.camera.input(js=ONLY["camera"], **settled)
    controls.noise.change(level, controls.noise, controls.level, queue=False, api_visibility="private").then(**settled)
    gr.on(
        [
            *(each.input for each in (controls.adding, controls.weights, controls.ensemble, controls.maps)),
            *(controls.level.release, controls.strength.release, controls.seed.change, controls.baselines.input),
            *(controls.cleans.upload, controls.cleans.clear, controls.cleans.delete),
        ],
        **settled,
    )
    return settled


def _forgotten(asked: Controls) -> list:
    """What becomes of strip, files, camera and own shots: the ones that are not shown any more are emptied."""
    used = next((place for place in (3, 1, 2, 0) if asked[place]), None)
    return [gr.skip() if place == used else "" if place == 3 else None for place in range(SOURCES)]


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
    return table(COLUMNS, [*outcome.table, *figures.means(outcome.table)]) if measured else ""
