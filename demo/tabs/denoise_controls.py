"""What a person sets in the first tab: the controls, and the order that they make."""

import json
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr
from gradio.blocks import Block
from gradio.data_classes import ImageData

from n2n.files import FOREIGN, formats
from n2n.measure import baselines
from n2n.nets import weights

from ..content import noises
from ..service.trainings import Trainings
from ..widgets import scripts
from ..widgets.named_components import Changes
from ..work import stacks
from ..work.denoise import AUTOMATIC, TRAINED, LearntData, Options, Order

ADD, ALREADY = "Add noise to it", "It is noisy already"
# The formats of others are let in, to be told how they are exported.
FILE_TYPES = ["image", *formats.pictures(), *formats.written(), *FOREIGN]
# Where pictures come from, the first in use counts; and the value of each while it is not in use.
SOURCES = {"own": "", "files": None, "camera": None, "strip": None}
AXES = "empty: as the file says; TYX: frames, ZYX: depth, CYX: channels"
QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private"}


class DenoiseControls(NamedTuple):
    """The components that a person sets; and, in a handler, their values."""

    strip: Any
    files: Any
    camera: Any
    own: Any  # token of a training whose shots are shown; invisible
    adding: Any
    noise: Any
    level: Any
    seed: Any
    cleans: Any
    weights: Any
    strength: Any
    ensemble: Any
    baselines: Any
    maps: Any
    frame: Any
    axes: Any
    draft: Any  # not empty while a slider is dragged; invisible


def bring() -> dict[str, Block]:
    """Where people bring pictures of their own, beside the samples."""
    files = gr.File(
        label=f"Your own: {formats.picture_labels()}",
        file_count="multiple",
        file_types=FILE_TYPES,
        height=110,
        scale=0,
        min_width=300,
        elem_id="files",
    )
    own = gr.Textbox("", visible="hidden", container=False, elem_id="own")
    return {"files": files, "own": own, "draft": gr.Textbox("", visible="hidden", container=False)}


def build(brought: dict[str, Block]) -> tuple[DenoiseControls, gr.Row]:
    """Lays out all others: what matters most in a line under the pictures, the rest in a drawer. Also returns the row
    of those that set the noise, which mean nothing for shots that a training learnt from.
    """
    with gr.Row(elem_classes="n2n-under"):
        with gr.Row(scale=3, elem_classes="n2n-under") as noise_row:
            controls = brought | _noise()
        controls |= _strength()
    with gr.Accordion("More", open=False):
        controls |= _more()
    again, drawing = controls.pop("again"), controls.pop("drawing")
    named = DenoiseControls(**controls)
    _connect(named, again, drawing)
    return named, noise_row


def _noise() -> dict[str, Block]:
    """Noise to be added; or, for a picture that is noisy already, its clean one."""
    adding = gr.Radio([ADD, ALREADY], value=ADD, label="The picture", elem_id="adding")
    offered = [(slider.label, name) for name, slider in noises.SLIDERS.items()]
    noise = gr.Dropdown(offered, value=noises.FIRST, label="Noise", elem_id="noise")
    level = level_slider(noises.FIRST)
    cleans = gr.File(
        label="Clean picture to compare with, if there is one",
        file_count="multiple",
        file_types=FILE_TYPES,
        height=110,
        visible=False,
        elem_id="cleans",
    )
    return {"adding": adding, "noise": noise, "level": level, "cleans": cleans}


def _strength() -> dict[str, Block]:
    info = "0 keeps the noise"
    return {"strength": gr.Slider(0, 1, 1, step=0.05, label="Strength", info=info, min_width=260, elem_id="strength")}


def _more() -> dict[str, Block]:
    with gr.Row(elem_classes="n2n-under"):
        info = "automatic: by the kind of noise, or its strength"
        chosen = gr.Dropdown(model_names(), value=AUTOMATIC, label="Model", info=info)
        with gr.Column(min_width=200) as drawing:
            seed = gr.Number(0, label="Seed of the noise", precision=0, minimum=0, maximum=2**31 - 1)
            again = gr.Button("New random noise", size="sm")
        with gr.Column(min_width=200):
            maps = gr.Checkbox(False, label="Show the error, and what was removed")
            ensemble = gr.Checkbox(False, label="Average over 8 turns and flips", info="8 × the time, a little better")
            copy = gr.Button("Copy link", size="sm", elem_id="copy-link")
    classical = gr.CheckboxGroup(list(baselines.BASELINES), label="Compare with classical filters", elem_id="baselines")
    with gr.Row(elem_classes="n2n-under"):
        frame = gr.Number(1, label="Frame that is shown of a stack", precision=0, minimum=1, elem_id="frame")
        axes = gr.Textbox("", label="Axes of a stack", info=AXES, max_length=8, elem_id="axes")
    set_here = {"weights": chosen, "seed": seed, "maps": maps, "ensemble": ensemble, "baselines": classical}
    with gr.Accordion("Camera or clipboard", open=False):
        camera = _camera()
    copy.click(None, None, copy, js=scripts.call("address", "copyLink"))
    return set_here | {"frame": frame, "axes": axes, "camera": camera, "drawing": drawing, "again": again}


def _camera() -> gr.Image:
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
    # A subclass would say the same, but Gradio writes a .pyi file beside every module that holds one.
    camera.preprocess = _file_of  # type: ignore[method-assign]
    return camera


def _file_of(payload: ImageData | None) -> str | None:
    """The file of a camera's picture, unopened: only workers open what visitors send."""
    return payload.path if payload else None


def _connect(controls: DenoiseControls, again: Any, drawing: Any) -> None:  # noqa: ANN401
    """Shows the controls of noise only where it is added, and draws it `again`."""
    seed, cleans = controls.seed, controls.cleans
    drawn = {controls.noise: gr.Dropdown, controls.level: gr.Slider, drawing: gr.Column}

    def show(adding_now: str) -> Changes:
        added = {component: kind(visible=adding_now == ADD) for component, kind in drawn.items()}
        return {**added, cleans: gr.File(visible=adding_now != ADD)}

    controls.adding.input(show, controls.adding, [*drawn, cleans], **QUICK)
    again.click(None, seed, seed, js="(seed) => (Number(seed) || 0) + 1")


def level_slider(name: str, level: float | None = None) -> gr.Slider:
    """The slider for the level of a noise model, at its default where none is given."""
    slider = noises.SLIDERS[name]
    value = slider.value if level is None else level
    unit = noises.unit(name)
    return gr.Slider(slider.low, slider.high, value, step=slider.step, label="Level", info=unit, elem_id="level")


def model_names(trained: bool = False) -> list[str]:
    """The models to choose from; `trained`: the visitor's own among them."""
    return [AUTOMATIC, *weights.shipped(), *([TRAINED] if trained else [])]


# JavaScript of an event of sliders: whether one is being dragged is sent along.
DRAFT = """(...values) => [...values.slice(0, -1), document.querySelector("input[type=range]:active") ? "draft" : ""]"""


def only_source(source: str) -> str:
    """JavaScript that clears all other sources of pictures before the event is sent."""
    empty = {name: '""' if value == "" else "null" for name, value in SOURCES.items() if name != source}
    sent = ", ".join(empty.get(name, name) for name in DenoiseControls._fields)
    return f"({', '.join(DenoiseControls._fields)}) => [{sent}]"


def clear_other_sources(controls: DenoiseControls, source: str, triggers: list[Any]) -> None:
    """Empties the other sources in the browser, at once: an answer that did it would empty what was brought since."""
    others = {getattr(controls, name): value for name, value in SOURCES.items() if name != source}
    gr.on(triggers, None, js=f"() => {json.dumps(list(others.values()))}", outputs=list(others), **QUICK)


def make_order(values: DenoiseControls, session: str, trainings: Trainings) -> Order:
    """The order that a visitor's controls make. Raises ValueError."""
    filters, maps = tuple(values.baselines or ()), bool(values.maps)
    options = Options(values.weights, trainings.model(session), values.strength, values.ensemble, filters, maps)
    if values.own:
        run = trainings.find(str(values.own)).run
        recipe = run.settings.recipe
        learnt = LearntData(run.data.files, recipe.hold_out, recipe.seed, run.settings.axes)
        return Order(pairs=learnt, options=options, draft=bool(values.draft))
    files = tuple(values.files or ([values.camera] if values.camera else []))
    sample = None if files or not values.strip else str(values.strip)
    view = stacks.view(values.frame, values.axes)
    order = Order(files, sample=sample, options=options, view=view, draft=bool(values.draft))
    if values.adding == ADD:
        return replace(order, noise=values.noise, level=float(values.level), seed=int(values.seed or 0))
    return replace(order, cleans=tuple(values.cleans or ()))
