"""Settings of a training: the report's, the crops, the limits; and the net that goes with a recipe."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from n2n import noise
from n2n.data.pairs import gather
from n2n.data.photographs import with_noise
from n2n.data.scenes import Scene
from n2n.nets.unet import UNetConfig
from n2n.training.recipe import RECIPES, Recipe, named_net, named_recipe


def pictures(*sizes, spec=None):
    scenes = [Scene(str(i), (np.eye(*size)[None],) * 2, np.eye(*size)[None]) for i, size in enumerate(sizes)]
    return with_noise(scenes, "x", noise.parse(spec)) if spec else gather(scenes, "x")


# --- The report ---


def test_the_reports_recipe_to_the_letter():
    report = asdict(named_recipe("report"))
    told = {"epochs": 10.0, "batch_size": 100, "loss": "l2", "learning_rate": 1e-3, "schedule": "constant"}
    nothing_else = {"augment": False, "clean_targets": False, "steps": None, "seconds": None, "crop": 32}
    assert {name: report[name] for name in told | nothing_else} == told | nothing_else


def test_the_reports_net_is_table_1_and_the_fast_recipes_is_residual():
    assert named_net("report") == UNetConfig(3, 24, False, True)
    assert named_net("fast", width=48) == UNetConfig(3, 48, True, True)


def test_the_net_of_an_unknown_recipe_is_refused_naming_the_known_ones():
    with pytest.raises(ValueError, match="unknown recipe 'slow'; allowed: fast, report"):
        named_net("slow")


# --- Crops ---


@pytest.mark.parametrize(
    ("sizes", "spec", "side"),
    [
        ([(32, 32)], None, 32),
        ([(20, 90)], None, 32),
        ([(63, 90), (70, 99)], None, 32),
        ([(64, 64)], None, 64),
        ([(450, 900)], None, 128),
        ([(256, 256)], "pixelate:8", 32),
        ([(600, 512)], "pixelate:8", 64),
    ],
)
def test_the_crop_is_what_all_pictures_hold(sizes, spec, side):
    assert named_recipe("fast").fitted(pictures(*sizes, spec=spec)).crop == side


@pytest.mark.parametrize(("crop", "batch_size"), [(32, 16), (64, 16), (96, 7), (128, 4), (256, 1), (512, 1)])
def test_a_batch_is_16_crops_or_65536_pixels_of_large_ones(crop, batch_size):
    assert named_recipe("fast", crop=crop).fitted(pictures((32, 32))).batch_size == batch_size


def test_what_is_set_is_kept():
    fitted = named_recipe("fast", crop=96, batch_size=5).fitted(pictures((32, 32)))
    assert (fitted.crop, fitted.batch_size) == (96, 5)


# --- Limits ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", -1.0),
        ("steps", 0),
        ("seconds", 0.0),
        ("batch_size", 0),
        ("batch_size", 65537),
        ("crop", 0),
        ("learning_rate", 0.0),
        ("learning_rate", 1.5),
        ("learning_rate", float("nan")),
        ("hold_out", -0.1),
        ("hold_out", 0.95),
        ("evaluations", 0),
        ("seed", -1),
        ("seed", 2**63),
        ("workers", -1),
        ("workers", 65),
    ],
)
def test_settings_out_of_range_are_named_with_what_is_allowed(name, value):
    with pytest.raises(ValueError, match=rf"^{name} is {value}; allowed: \S+ to \S+$"):
        named_recipe("fast", **{name: value})


@pytest.mark.parametrize(("name", "allowed"), [("loss", "l2, l1, l0"), ("schedule", "cosine, constant")])
def test_unknown_choices_are_named_with_the_known_ones(name, allowed):
    with pytest.raises(ValueError, match=f"{name} is 'bogus'; allowed: {allowed}"):
        named_recipe("fast", **{name: "bogus"})


@pytest.mark.parametrize("crop", [33, 48, 100])
def test_a_crop_that_the_network_cannot_halve_is_refused(crop):
    with pytest.raises(ValueError, match=f"crop is {crop}; allowed: multiples of 32"):
        named_recipe("fast", crop=crop)


def test_an_unknown_recipe_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown recipe 'slow'; allowed: fast, report"):
        named_recipe("slow")


def test_a_training_without_any_budget_is_refused():
    with pytest.raises(ValueError, match="set epochs, steps or seconds"):
        Recipe(epochs=None)


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_know_their_names(name):
    assert named_recipe(name).name == name


@pytest.mark.parametrize("make", [Recipe, lambda **given: named_recipe("fast", **given)])
def test_an_unknown_setting_is_named_with_the_known_ones(make):
    known = ", ".join(name for name in Recipe.__dataclass_fields__ if name != "name")
    with pytest.raises(ValueError, match=f"^unknown setting 'epoch'; allowed: {known}$"):
        make(epoch=3)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("epochs", "10", "a number"),
        ("steps", 2.5, "a whole number"),
        ("batch_size", True, "a whole number"),
        ("augment", "no", "True, False"),
        ("loss", 2, "l2, l1, l0"),
        ("seed", None, "a whole number"),
    ],
)
def test_a_setting_of_another_type_is_named_with_what_is_allowed(name, value, allowed):
    with pytest.raises(ValueError, match=rf"^{name} is '?{value}'?; allowed: {allowed}$"):
        named_recipe("fast", **{name: value})


def test_numbers_of_numpy_are_settings_that_a_header_can_hold():
    chosen = named_recipe("fast", steps=np.int64(3), learning_rate=np.float32(0.5))
    assert json.loads(json.dumps(asdict(chosen)))["steps"] == 3 and chosen.learning_rate == 0.5


def test_weights_that_learnt_before_have_a_lower_learning_rate_unless_one_is_set():
    data = pictures((32, 32))
    assert named_recipe("fast").fitted(data).learning_rate == 3e-3
    assert named_recipe("fast").fitted(data, 3e-4).learning_rate == 3e-4
    assert named_recipe("fast", learning_rate=0.1).fitted(data, 3e-4).learning_rate == 0.1
    assert named_recipe("report").fitted(data, 3e-4).learning_rate == 1e-3
