"""Settings of a training: the report's, the schedule, the budgets, the losses, the limits."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
import torch

from n2n import noise
from n2n.pairs import gather
from n2n.photographs import with_noise
from n2n.recipe import RECIPES, Recipe, recipe
from n2n.scenes import Scene


def pictures(*sizes, spec=None):
    scenes = [Scene(str(i), (np.eye(*size)[None],) * 2, np.eye(*size)[None]) for i, size in enumerate(sizes)]
    return with_noise(scenes, "x", noise.parse(spec)) if spec else gather(scenes, "x")


# --- The report ---


def test_the_reports_recipe_to_the_letter():
    report = asdict(recipe("report"))
    told = {"epochs": 10.0, "batch_size": 100, "loss": "l2", "learning_rate": 1e-3, "schedule": "constant"}
    nothing_else = {"augment": False, "clean_targets": False, "steps": None, "seconds": None, "crop": 32}
    assert {name: report[name] for name in told | nothing_else} == told | nothing_else


def test_ten_epochs_of_the_courses_50000_pairs_are_5000_steps():
    assert recipe("report").steps_for(50_000) == 5000


@pytest.mark.parametrize("fraction", [0, 0.03, 0.5, 1])
def test_the_reports_rate_is_constant(fraction):
    assert recipe("report").rate(fraction) == 1e-3


# --- Schedule, budgets, crops ---


@pytest.mark.parametrize(
    ("fraction", "rate"),
    [
        (0, 0.1),
        (0.025, 0.55 * (1 + math.cos(math.pi / 40)) / 2),
        (0.05, (1 + math.cos(math.pi / 20)) / 2),
        (0.25, (2 + math.sqrt(2)) / 4),
        (0.5, 0.5),
        (1, 0),
    ],
)
def test_the_cosine_warms_up_and_falls_to_zero(fraction, rate):
    assert recipe("fast", learning_rate=0.01).rate(fraction) == pytest.approx(0.01 * rate, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, 105),
        ({"epochs": 0.5}, 6),
        ({"steps": 7}, 7),
        ({"steps": 7, "epochs": 10}, 7),
        ({"steps": 700, "epochs": 10}, 105),
        ({"seconds": 5}, None),
        ({"seconds": 5, "steps": 7}, 7),
    ],
)
def test_the_smallest_budget_plans_the_steps(changes, steps):
    assert recipe("fast", batch_size=100, **changes).steps_for(1043) == steps


@pytest.mark.parametrize(
    ("steps", "seconds", "used"), [(5, 0.0, 0.5), (5, 12.0, 0.6), (10, 0.0, 1.0), (3, 99.0, 1.0), (0, 0.0, 0.0)]
)
def test_the_budget_used_most_counts(steps, seconds, used):
    assert recipe("fast", steps=10, seconds=20).fraction(steps, 10, seconds) == used


def test_without_planned_steps_the_seconds_count():
    assert recipe("fast", seconds=20).fraction(1000, None, 5.0) == 0.25


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
    assert recipe("fast").fitted(pictures(*sizes, spec=spec)).crop == side


@pytest.mark.parametrize(("crop", "batch_size"), [(32, 16), (64, 16), (96, 7), (128, 4), (256, 1), (512, 1)])
def test_a_batch_is_16_crops_or_65536_pixels_of_large_ones(crop, batch_size):
    assert recipe("fast", crop=crop).fitted(pictures((32, 32))).batch_size == batch_size


def test_what_is_set_is_kept():
    fitted = recipe("fast", crop=96, batch_size=5).fitted(pictures((32, 32)))
    assert (fitted.crop, fitted.batch_size) == (96, 5)


# --- Losses ---


@pytest.fixture
def outputs():
    """Denoised and target, (5, 3, 8, 7) twice."""
    return torch.rand(2, 5, 3, 8, 7)


@pytest.mark.parametrize(
    ("loss", "fraction", "power"),
    [("l2", 0.3, 2), ("l1", 0.3, 1), ("l0", 0.0, 2), ("l0", 0.5, 1), ("l0", 0.75, 0.5), ("l0", 1.0, 0)],
)
def test_losses_are_the_mean_power_of_the_difference_for_each_picture(outputs, loss, fraction, power):
    denoised, target = outputs
    expected = (np.abs(denoised.numpy().astype(float) - target.numpy()) ** power).mean((1, 2, 3))
    assert recipe("fast", loss=loss).errors(denoised, target, fraction).numpy() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("loss", "measure"), [("l2", np.mean), ("l1", np.median)])
def test_what_each_loss_learns(loss, measure):
    targets = torch.tensor([0.1, 0.1, 0.2, 0.6, 1.0]).view(1, 1, 1, 5)
    candidates = torch.linspace(0, 1, 1001)
    errors = [recipe("fast", loss=loss).errors(c.expand(1, 1, 1, 5), targets, 0.0).item() for c in candidates]
    assert candidates[int(np.argmin(errors))].item() == pytest.approx(measure(targets.numpy()), abs=1e-3)


def test_the_annealed_loss_ends_at_the_mode():
    targets = torch.tensor([0.1, 0.1, 0.2, 0.6, 1.0]).view(1, 1, 1, 5)
    candidates = [0.1, 0.2, 0.4, 0.6, 1.0]
    errors = [recipe("fast", loss="l0").errors(torch.full_like(targets, c), targets, 0.99).item() for c in candidates]
    assert int(np.argmin(errors)) == 0


@pytest.mark.parametrize("fraction", [0.0, 0.9, 1.0])
def test_the_annealed_loss_has_a_finite_gradient_where_nothing_differs(fraction):
    denoised = torch.zeros(1, 1, 8, 8, requires_grad=True)
    recipe("fast", loss="l0").errors(denoised, torch.zeros(1, 1, 8, 8), fraction).sum().backward()
    assert denoised.grad.isfinite().all()


@pytest.mark.parametrize("sigma", [0, 2, 20])
def test_balance_weighs_a_picture_by_one_over_its_noise(rng, sigma):
    clean = rng.random((1, 3, 64, 64))
    source, target = (torch.from_numpy(clean + rng.normal(0, sigma / 255, clean.shape)) for _ in range(2))
    weight = recipe("fast", balance=True).weights(source, target).item()
    assert weight == pytest.approx(2 / (2 + sigma * math.sqrt(2)), rel=0.02)


def test_without_balance_all_pictures_weigh_alike(outputs):
    assert recipe("fast").weights(*outputs).tolist() == [1.0] * 5


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
        recipe("fast", **{name: value})


@pytest.mark.parametrize(("name", "allowed"), [("loss", "l2, l1, l0"), ("schedule", "cosine, constant")])
def test_unknown_choices_are_named_with_the_known_ones(name, allowed):
    with pytest.raises(ValueError, match=f"{name} is 'bogus'; allowed: {allowed}"):
        recipe("fast", **{name: "bogus"})


@pytest.mark.parametrize("crop", [33, 48, 100])
def test_a_crop_that_the_network_cannot_halve_is_refused(crop):
    with pytest.raises(ValueError, match=f"crop is {crop}; allowed: multiples of 32"):
        recipe("fast", crop=crop)


def test_an_unknown_recipe_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown recipe 'slow'; allowed: fast, report"):
        recipe("slow")


def test_a_training_without_any_budget_is_refused():
    with pytest.raises(ValueError, match="set epochs, steps or seconds"):
        Recipe(epochs=None)


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_know_their_names(name):
    assert recipe(name).name == name


@pytest.mark.parametrize("make", [Recipe, lambda **given: recipe("fast", **given)])
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
        ("residual", "no", "True, False"),
        ("loss", 2, "l2, l1, l0"),
        ("seed", None, "a whole number"),
    ],
)
def test_a_setting_of_another_type_is_named_with_what_is_allowed(name, value, allowed):
    with pytest.raises(ValueError, match=rf"^{name} is '?{value}'?; allowed: {allowed}$"):
        recipe("fast", **{name: value})


def test_numbers_of_numpy_are_settings_that_a_header_can_hold():
    chosen = recipe("fast", steps=np.int64(3), learning_rate=np.float32(0.5))
    assert json.loads(json.dumps(asdict(chosen)))["steps"] == 3 and chosen.learning_rate == 0.5


def test_weights_that_learnt_before_have_a_lower_learning_rate_unless_one_is_set():
    data = pictures((32, 32))
    assert recipe("fast").fitted(data).learning_rate == 3e-3
    assert recipe("fast").fitted(data, 3e-4).learning_rate == 3e-4
    assert recipe("fast", learning_rate=0.1).fitted(data, 3e-4).learning_rate == 0.1
    assert recipe("report").fitted(data, 3e-4).learning_rate == 1e-3
