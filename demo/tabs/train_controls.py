"""What a person sets in the second tab: the controls, made from the settings that n2n describes."""

from typing import Any, NamedTuple

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from n2n import Recipe, UNetConfig
from n2n.nets import weights
from n2n.settings import Setting, settings_of
from n2n.training import RECIPES

from .. import settings
from ..service import trainings
from ..widgets.named_components import Changes, Given
from ..work.train import TrainingSettings

SCRATCH = "from scratch"
RECIPE_NAMES = {"fast": "fast", "report": "the course report's, to the letter"}
# The settings that are shown, in this order; with a name for people where their own is none.
SHOWN = {
    "width": "Width of the net",
    "loss": "",
    "learning_rate": "",
    "batch_size": "Pairs in a batch",
    "crop": "Side of the crops",
    "hold_out": "Held out, to measure on",
    "seed": "",
}
STEP, FINE_STEP = 0.05, 1e-4  # of sliders; of numbers that may be anything
MOST = 2**53 - 1  # the largest whole number that a browser keeps
QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


class Controls(NamedTuple):
    """The components that say what to learn from, and how."""

    uploaded: gr.State
    budget: gr.Radio
    recipe: gr.Dropdown
    start: gr.Dropdown
    settings: dict[str, Component]  # by name

    def every(self) -> set[Block]:
        """All of them, as the inputs of a handler."""
        return {self.uploaded, self.budget, self.recipe, self.start, *self.settings.values()}

    def read(self, given: Given) -> TrainingSettings:
        """The settings of a training. Raises ValueError naming what is out of range."""
        known = described()
        values: dict[str, Any] = {
            name: _value(known[name], given[component]) for name, component in self.settings.items()
        }
        start = None if given[self.start] == SCRATCH else str(given[self.start])
        return trainings.chosen(float(given[self.budget]), str(given[self.recipe]), start=start, **values)


def described() -> dict[str, Setting]:
    """What n2n knows of the settings that are shown, by name."""
    known = settings_of(UNetConfig) | settings_of(Recipe)
    return {name: known[name] for name in SHOWN}


def build(uploaded: gr.State) -> Controls:
    """Lays them out."""
    budgets = [(f"{seconds} s", seconds) for seconds in settings.BUDGETS]
    budget = gr.Radio(budgets, value=settings.BUDGETS[1], label="Train for", elem_id="budget")
    with gr.Accordion("Everything else", open=False):
        recipes = [(label, name) for name, label in RECIPE_NAMES.items()]
        recipe = gr.Dropdown(recipes, value="fast", label="Recipe")
        components = {name: component(setting, SHOWN[name]) for name, setting in described().items()}
        start = gr.Dropdown([SCRATCH, *weights.shipped()], value=SCRATCH, label="Start")
    of_recipe = {name: components[name] for name in settings_of(Recipe) if name in components}

    def follow(name: str) -> Changes:
        """The recipe's own settings."""
        recipe = RECIPES[name]
        return {component: _shown(getattr(recipe, each)) for each, component in of_recipe.items()}

    recipe.input(follow, recipe, list(of_recipe.values()), **QUICK)
    return Controls(uploaded, budget, recipe, start, components)


def component(setting: Setting, label: str = "") -> Component:
    """The control of a setting; a number that need not be set is 0 then."""
    label = label or setting.name.replace("_", " ").capitalize()
    if setting.unit and setting.unit not in label.lower():
        label = f"{label}, {setting.unit}"
    info = f"{setting.help}; 0: {setting.unset}" if setting.optional else setting.help
    about: dict[str, Any] = {
        "value": _shown(setting.default),
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
        return gr.Number(minimum=low, maximum=high, step=setting.multiple, precision=0, **about)
    if setting.optional:
        return gr.Number(minimum=low, maximum=high, step=FINE_STEP, **about)
    return gr.Slider(minimum=low, maximum=high, step=STEP, **about)


def _shown(value: object) -> object:
    return 0 if value is None else value


def _value(setting: Setting, given: object) -> object:
    """A setting's value from its control's."""
    if setting.choices or setting.kind is bool:
        return given
    number = setting.kind(given or 0)
    return number or None if setting.optional else number
