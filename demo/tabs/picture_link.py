"""The first tab's state in the page's address: the built-in picture, its noise, the model and the strength."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import gradio as gr

from ..content import noises, samples
from ..widgets import scripts
from ..widgets.html import notes
from ..widgets.named_components import Changes
from ..work.denoise import AUTOMATIC
from .denoise_controls import ADD, QUICK, SOURCES, DenoiseControls, level_slider, model_names

PARAMETER = "denoise"  # of the page's address
JOIN = "_"
SEEDS = 2**31


class Linked(NamedTuple):
    """What the address says of the first tab."""

    strip: str  # key of the sample
    noise: str
    level: float
    seed: int
    weights: str
    strength: float


USUAL = Linked(samples.FIRST, noises.FIRST, noises.SLIDERS[noises.FIRST].value, 0, AUTOMATIC, 1.0)


def written(values: DenoiseControls) -> str:
    """What the address says of these values; empty for the first screen, and for pictures that a link cannot show:
    a visitor's own, and whatever a net of the visitor's own makes.
    """
    linked = Linked._make(getattr(values, name) for name in Linked._fields)
    own = any(getattr(values, name) for name in SOURCES if name != "strip")
    if own or not linked.strip or values.adding != ADD or linked.weights not in model_names() or linked == USUAL:
        return ""
    numbers = f"{linked.level:g}", str(int(linked.seed or 0)), linked.weights, f"{linked.strength:g}"
    return JOIN.join([linked.strip, linked.noise, *numbers])


def read(parameters: Mapping[str, str]) -> Linked | None:
    """What the address says, None where it says nothing. Raises ValueError naming what is wrong in it."""
    text = parameters.get(PARAMETER)
    if not text:
        return None
    parts = text.split(JOIN)
    if len(parts) != len(Linked._fields):
        raise ValueError(f"This link's picture is '{text[:80]}', {len(parts)} parts instead of {len(Linked._fields)}")
    sample, noise, level, seed, model, strength = parts
    _check("picture", sample, list(samples.SAMPLES))
    _check("noise", noise, list(noises.SLIDERS))
    _check("model", model, model_names())
    slider = noises.SLIDERS[noise]
    return Linked(
        sample,
        noise,
        _number("level", level, slider.low, slider.high),
        int(_number("seed", seed, 0, SEEDS - 1, whole=True)),
        model,
        _number("strength", strength, 0, 1),
    )


def _check(what: str, text: str, allowed: list[str]) -> None:
    if text not in allowed:
        raise ValueError(f"This link's {what} is '{text[:40]}'; allowed: {', '.join(allowed)}")


def _number(what: str, text: str, low: float, high: float, whole: bool = False) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not low <= number <= high or (whole and number % 1):
        raise ValueError(
            f"This link's {what} is '{text[:40]}'; allowed: a {'whole ' * whole}number from {low:g} to {high:g}"
        )
    return number


def connect(
    controls: DenoiseControls, kept: gr.Textbox, notice: gr.HTML, event: dict[str, Any], blocks: gr.Blocks
) -> None:
    """Writes the address when `kept`, a hidden field, changes, and shows what an address says that is opened; what is
    wrong in it is told in `notice`.
    """
    arrived = gr.Textbox("", visible="hidden", container=False)

    def arrive(request: gr.Request) -> Changes:
        try:
            linked = read(dict(request.query_params))
        except ValueError as problem:
            return {notice: notes([f"{problem}. Here is the first picture."])}
        if linked is None:
            return {arrived: gr.skip()}
        values = linked._asdict() | {"level": level_slider(linked.noise, linked.level)}
        return {getattr(controls, name): value for name, value in values.items()} | {arrived: "yes"}

    set_here = [getattr(controls, name) for name in Linked._fields]
    blocks.load(arrive, None, [*set_here, arrived, notice], **QUICK)
    arrived.change(**event)
    kept.change(None, kept, None, js=scripts.call("address", "keepPicture"))
