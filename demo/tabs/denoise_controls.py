"""What a person sets in the first tab: the controls, and the order that they make."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr
from gradio.blocks import Block
from gradio.data_classes import ImageData

from n2n.data import formats
from n2n.measure import baselines
from n2n.nets import weights

from ..content import noises
from ..service.trainings import Trainings
from ..widgets.named_components import Changes
from ..work.denoise import AUTOMATIC, TRAINED, LearntData, Options, Order

ADD, ALREADY = "Add noise to it", "It is noisy already"
PICTURES = ["image", *formats.pictures()]
SOURCES = {"own": "", "files": None, "camera": None, "strip": None}  # of pictures: what each is when it is not used
QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private"}


class Controls(NamedTuple):
    """The components a person sets; and, in a handler, their values."""

    strip: Any
    files: Any
    camera: Any
    own: Any  # token of a training whose shots are shown; it goes unseen
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


def build(strip: gr.HTML) -> tuple[Controls, gr.Group]:
    """Lays them out below the strip of samples; also the group of those that say nothing of shots that were learnt
    from.
    """
    parts = {"strip": strip} | _sources()
    with gr.Group() as about:
        parts |= _noise()
    parts |= _model() | _more()
    return Controls(**parts), about


def _sources() -> dict[str, Block]:
    """What a person brings."""
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
    return {"files": files, "camera": camera, "own": own}


def _its_file(payload: ImageData | None) -> str | None:
    """What a camera took, as its file and unopened: only workers open what visitors send."""
    return payload.path if payload else None


def _noise() -> dict[str, Block]:
    """Noise to be added; or, of what is noisy already, the clean picture."""
    adding = gr.Radio([ADD, ALREADY], value=ADD, label="The picture", elem_id="adding")
    with gr.Group() as added:
        offered = [(known.label, name) for name, known in noises.SLIDERS.items()]
        noise = gr.Dropdown(offered, value=noises.FIRST, label="Noise")
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

    def show(way: str) -> Changes:
        return {added: gr.Group(visible=way == ADD), cleans: gr.File(visible=way != ADD)}

    adding.input(show, adding, [added, cleans], **QUICK)
    again.click(None, seed, seed, js="(seed) => (Number(seed) || 0) + 1")
    return {"adding": adding, "noise": noise, "level": amount, "seed": seed, "cleans": cleans}


def _model() -> dict[str, Block]:
    with gr.Group():
        chosen = gr.Dropdown(
            models(), value=AUTOMATIC, label="Model", info="automatic: by the kind of noise, or its strength"
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


def level(name: str) -> gr.Slider:
    """The level's slider for a noise model."""
    offer = noises.SLIDERS[name]
    return gr.Slider(
        offer.low, offer.high, offer.value, step=offer.step, label="Level", info=noises.unit(name), elem_id="level"
    )


def models(trained: bool = False) -> list[str]:
    """What the model's dropdown offers."""
    return [AUTOMATIC, *weights.shipped(), *([TRAINED] if trained else [])]


def alone(source: str) -> str:
    """JavaScript that forgets the sources that a person did not just use, before the event is sent."""
    empty = {name: '""' if value == "" else "null" for name, value in SOURCES.items() if name != source}
    sent = ", ".join(empty.get(name, name) for name in Controls._fields)
    return f"({', '.join(Controls._fields)}) => [{sent}]"


def unused(asked: Controls) -> Iterable[str]:
    """The sources that are not shown any more."""
    used = next((name for name in SOURCES if getattr(asked, name)), None)
    return [name for name in SOURCES if name != used]


def ordered(asked: Controls, session: str, trainings: Trainings) -> Order:
    """What this visitor asked for. Raises ValueError."""
    filters, maps = tuple(asked.baselines or ()), bool(asked.maps)
    options = Options(asked.weights, trainings.model(session), asked.strength, asked.ensemble, filters, maps)
    if asked.own:
        run = trainings.find(str(asked.own)).run
        recipe = run.settings.recipe
        return Order(pairs=LearntData(run.data, recipe.hold_out, recipe.seed), options=options)
    files = tuple(asked.files or ([asked.camera] if asked.camera else []))
    order = Order(files, sample=None if files or not asked.strip else str(asked.strip), options=options)
    if asked.adding == ADD:
        return replace(order, noise=asked.noise, level=float(asked.level), seed=int(asked.seed or 0))
    return replace(order, cleans=tuple(asked.cleans or ()))
