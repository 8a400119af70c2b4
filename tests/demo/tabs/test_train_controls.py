"""The Train tab's controls are made from what n2n says of its settings."""

import asyncio

import gradio as gr
import pytest

from demo import settings
from demo.service.uploads import Brought
from demo.tabs import train_controls
from n2n import Recipe, UNetConfig
from n2n.settings import settings_of
from n2n.training.recipe import FINE_TUNING_RATE, RECIPES


@pytest.fixture
def controls():
    async def build():  # Gradio wants an event loop
        with gr.Blocks(analytics_enabled=False):
            return train_controls.build(gr.State(Brought()), train_controls.build_budget())

    return asyncio.run(build())


def given(controls, **changed):
    """The values of all controls as they stand, but for some settings."""
    named = {controls.settings[name]: value for name, value in changed.items()}
    return {each: each.value for each in controls.all_inputs()} | named


@pytest.mark.parametrize("name", train_controls.LABELS)
def test_a_control_says_what_n2n_says_of_its_setting(controls, name):
    known, control = (settings_of(UNetConfig) | settings_of(Recipe))[name], controls.settings[name]
    assert known.help in control.info and (control.value or None) == (known.default or None)
    assert [value for _, value in getattr(control, "choices", [])] == list(known.choices)


def test_what_is_not_touched_is_the_recipe_s_own(controls):
    chosen = controls.read(given(controls))
    assert chosen.config.width == UNetConfig().width and chosen.recipe.seconds == settings.BUDGETS[1]
    assert {name: getattr(chosen.recipe, name) for name in controls.settings if name != "width"} == {
        name: getattr(RECIPES["fast"], name) for name in controls.settings if name != "width"
    }


def test_what_is_set_reaches_the_training_by_its_name(controls):
    chosen = controls.read(given(controls, width=12, batch_size=8, crop=96, learning_rate=FINE_TUNING_RATE, loss="l1"))
    recipe = chosen.recipe
    assert (chosen.config.width, recipe.batch_size, recipe.crop, recipe.learning_rate) == (12, 8, 96, FINE_TUNING_RATE)
    assert (recipe.loss, recipe.hold_out) == ("l1", 0.1)


def test_a_value_out_of_range_is_refused_with_its_name(controls):
    with pytest.raises(ValueError, match="crop is 40"):
        controls.read(given(controls, crop=40))
    with pytest.raises(ValueError, match="hold_out"):
        controls.read(given(controls, hold_out=0.0))
