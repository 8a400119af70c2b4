"""What a person sets in the first tab: the controls, and the order that they make."""

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


def build(strip: gr.HTML) -> tuple[DenoiseControls, gr.Group]:
    """Lays them out beside the strip of samples; also returns the group of those that set the noise, which mean nothing
    for shots that a training learnt from.
    """
    controls: dict[str, Block] = {"strip": strip} | _sources()
    with gr.Group() as noise_group:
        controls |= _noise()
    controls |= _model() | _more()
    return DenoiseControls(**controls), noise_group


def _sources() -> dict[str, Block]:
    """The pictures that a person brings."""
    with gr.Group():
        files = gr.File(
            label=f"Your own: {formats.picture_labels()}",
            file_count="multiple",
            file_types=FILE_TYPES,
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
            # A subclass would say the same, but Gradio writes a .pyi file beside every module that holds one.
            camera.preprocess = _file_of  # type: ignore[method-assign]
        with gr.Accordion("Stack of frames", open=False):
            frame = gr.Number(1, label="Frame that is shown", precision=0, minimum=1, elem_id="frame")
            axes = gr.Textbox("", label="Axes", info=AXES, max_length=8, elem_id="axes")
    own = gr.Textbox("", visible="hidden", container=False, elem_id="own")
    return {"files": files, "camera": camera, "own": own, "frame": frame, "axes": axes}


def _file_of(payload: ImageData | None) -> str | None:
    """The file of a camera's picture, unopened: only workers open what visitors send."""
    return payload.path if payload else None


def _noise() -> dict[str, Block]:
    """Noise to be added; or, for a picture that is noisy already, its clean one."""
    adding = gr.Radio([ADD, ALREADY], value=ADD, label="The picture", elem_id="adding")
    with gr.Group() as added:
        offered = [(slider.label, name) for name, slider in noises.SLIDERS.items()]
        noise = gr.Dropdown(offered, value=noises.FIRST, label="Noise")
        level = level_slider(noises.FIRST)
        seed = gr.Number(0, label="Seed of the noise", precision=0, minimum=0, maximum=2**31 - 1)
        again = gr.Button("New random noise", size="sm")
    cleans = gr.File(
        label="Clean picture to compare with, if there is one",
        file_count="multiple",
        file_types=FILE_TYPES,
        height=110,
        visible=False,
        elem_id="cleans",
    )

    def show(adding_now: str) -> Changes:
        return {added: gr.Group(visible=adding_now == ADD), cleans: gr.File(visible=adding_now != ADD)}

    adding.input(show, adding, [added, cleans], **QUICK)
    again.click(None, seed, seed, js="(seed) => (Number(seed) || 0) + 1")
    return {"adding": adding, "noise": noise, "level": level, "seed": seed, "cleans": cleans}


def _model() -> dict[str, Block]:
    with gr.Group():
        chosen = gr.Dropdown(
            model_names(), value=AUTOMATIC, label="Model", info="automatic: by the kind of noise, or its strength"
        )
        strength = gr.Slider(
            0, 1, 1, step=0.05, label="Strength", info="0 keeps the noise, 1 removes all of it", elem_id="strength"
        )
    return {"weights": chosen, "strength": strength}


def _more() -> dict[str, Block]:
    with gr.Accordion("More", open=False):
        ensemble = gr.Checkbox(False, label="Average over 8 turns and flips", info="8 × the time, a little better")
        maps = gr.Checkbox(False, label="Show the error, and what was removed")
        classical = gr.CheckboxGroup(
            list(baselines.BASELINES), label="Compare with classical filters", elem_id="baselines"
        )
    return {"ensemble": ensemble, "baselines": classical, "maps": maps}


def level_slider(name: str) -> gr.Slider:
    """The slider for the level of a noise model."""
    slider = noises.SLIDERS[name]
    return gr.Slider(
        slider.low, slider.high, slider.value, step=slider.step, label="Level", info=noises.unit(name), elem_id="level"
    )


def model_names(trained: bool = False) -> list[str]:
    """The models to choose from; `trained`: the visitor's own among them."""
    return [AUTOMATIC, *weights.shipped(), *([TRAINED] if trained else [])]


def only_source(source: str) -> str:
    """JavaScript that clears all other sources of pictures before the event is sent."""
    empty = {name: '""' if value == "" else "null" for name, value in SOURCES.items() if name != source}
    sent = ", ".join(empty.get(name, name) for name in DenoiseControls._fields)
    return f"({', '.join(DenoiseControls._fields)}) => [{sent}]"


def unused_sources(values: DenoiseControls) -> list[str]:
    """The sources of pictures that are not shown any more."""
    used = next((name for name in SOURCES if getattr(values, name)), None)
    return [name for name in SOURCES if name != used]


def make_order(values: DenoiseControls, session: str, trainings: Trainings) -> Order:
    """The order that a visitor's controls make. Raises ValueError."""
    filters, maps = tuple(values.baselines or ()), bool(values.maps)
    options = Options(values.weights, trainings.model(session), values.strength, values.ensemble, filters, maps)
    if values.own:
        run = trainings.find(str(values.own)).run
        recipe = run.settings.recipe
        return Order(pairs=LearntData(run.data.files, recipe.hold_out, recipe.seed, run.settings.axes), options=options)
    files = tuple(values.files or ([values.camera] if values.camera else []))
    sample = None if files or not values.strip else str(values.strip)
    order = Order(files, sample=sample, options=options, view=stacks.view(values.frame, values.axes))
    if values.adding == ADD:
        return replace(order, noise=values.noise, level=float(values.level), seed=int(values.seed or 0))
    return replace(order, cleans=tuple(values.cleans or ()))
