"""The controls of the second tab, made from the settings that n2n describes."""

from typing import Any, NamedTuple

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from n2n import Recipe, UNetConfig
from n2n.files import layout
from n2n.nets import weights
from n2n.settings import Setting, settings_of
from n2n.training import RECIPES

from .. import settings
from ..service.trainings import make_settings
from ..widgets.named_components import Changes, Inputs
from ..work.train import TrainingSettings

SCRATCH = "from scratch"
RECIPE_NAMES = {"fast": "fast", "report": "the course report's, to the letter"}
# The settings that are shown, in this order, and their labels; without one a setting's own name is the label.
LABELS = {
    "width": "Width of the net",
    "loss": "",
    "learning_rate": "",
    "batch_size": "Pairs in a batch",
    "crop": "Side of the crops",
    "hold_out": "Held out, to measure on",
    "seed": "",
}
AXES = "empty: as the file says; TYX: shots of one scene, ZYX: depth, CYX: channels"
STEP, FINE_STEP = 0.05, 1e-4  # of sliders, and of fields for numbers
MOST = 2**53 - 1  # the largest whole number that a browser keeps
QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


class TrainControls(NamedTuple):
    """The components that set what a training learns from, and how."""

    uploaded: gr.State
    budget: gr.Radio
    recipe: gr.Dropdown
    start: gr.Dropdown
    axes: gr.Textbox
    settings: dict[str, Component]  # by name

    def all_inputs(self) -> set[Block]:
        """All components, as the inputs of a handler."""
        return {self.uploaded, self.budget, self.recipe, self.start, self.axes, *self.settings.values()}

    def read(self, inputs: Inputs) -> TrainingSettings:
        """The settings of a training. Raises ValueError naming what is out of range."""
        values: dict[str, Any] = {
            name: _setting_value(setting, inputs[self.settings[name]]) for name, setting in shown_settings().items()
        }
        start = None if inputs[self.start] == SCRATCH else str(inputs[self.start])
        axes = layout.parse(inputs[self.axes]) if inputs[self.axes] else None
        more = {"start": start, "axes": axes, "remedies": inputs[self.uploaded].remedies}
        return make_settings(float(inputs[self.budget]), str(inputs[self.recipe]), **more, **values)


def shown_settings() -> dict[str, Setting]:
    """The settings that are shown, by name, as n2n describes them."""
    described = settings_of(UNetConfig) | settings_of(Recipe)
    return {name: described[name] for name in LABELS}


def build_budget() -> gr.Radio:
    """Lays out the one thing that everybody chooses: how long to train."""
    budgets = [(f"{seconds} s", seconds) for seconds in settings.BUDGETS]
    return gr.Radio(budgets, value=settings.BUDGETS[1], label="Train for", elem_id="budget")


def build(uploaded: gr.State, budget: gr.Radio) -> TrainControls:
    """Lays out everything else that can be set."""
    with gr.Row(elem_id="settings"):
        recipes = [(label, name) for name, label in RECIPE_NAMES.items()]
        recipe = gr.Dropdown(recipes, value="fast", label="Recipe")
        components = {name: make_control(setting, LABELS[name]) for name, setting in shown_settings().items()}
        start = gr.Dropdown([SCRATCH, *weights.shipped()], value=SCRATCH, label="Start")
        axes = gr.Textbox("", label="Axes of a stack", info=AXES, max_length=8, elem_id="train-axes")
    of_recipe = {name: components[name] for name in settings_of(Recipe) if name in components}

    def follow(name: str) -> Changes:
        """Sets the controls as the recipe does."""
        recipe = RECIPES[name]
        return {component: _control_value(getattr(recipe, setting)) for setting, component in of_recipe.items()}

    recipe.input(follow, recipe, list(of_recipe.values()), **QUICK)
    return TrainControls(uploaded, budget, recipe, start, axes, components)


def make_control(setting: Setting, label: str = "") -> Component:
    """The control for a setting; 0 stands for an optional number that is not set."""
    label = label or setting.name.replace("_", " ").capitalize()
    if setting.unit and setting.unit not in label.lower():
        label = f"{label}, {setting.unit}"
    info = f"{setting.help}; 0: {setting.unset}" if setting.optional else setting.help
    about: dict[str, Any] = {
        "value": _control_value(setting.default),
        "label": label,
        "info": info,
        "elem_id": f"train-{setting.name}",
    }
    if setting.choices:
        return gr.Radio(list(setting.choices), **about)
    if setting.kind is bool:
        return gr.Checkbox(**about)
    low, high = 0 if setting.optional else setting.low, min(setting.high, MOST)
    if setting.kind is int:
        return gr.Number(minimum=low, maximum=high, step=setting.multiple or 1, precision=0, **about)
    if setting.optional:
        return gr.Number(minimum=low, maximum=high, step=FINE_STEP, **about)
    return gr.Slider(minimum=low, maximum=high, step=STEP, **about)


def _control_value(value: object) -> object:
    """The value of a control: 0 for a number that is not set."""
    return 0 if value is None else value


def _setting_value(setting: Setting, value: Any) -> object:  # noqa: ANN401
    """The value of a setting, from that of its control."""
    if setting.choices or setting.kind is bool:
        return value
    number = setting.kind(value or 0)
    return number or None if setting.optional else number
