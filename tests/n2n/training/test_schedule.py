"""Schedules and budgets: the rates by hand, the budget that ends first."""

import math

import pytest

from n2n.training import schedule
from n2n.training.recipe import named_recipe


def test_ten_epochs_of_the_courses_50000_pairs_are_5000_steps():
    assert schedule.steps_for(named_recipe("report"), 50_000) == 5000


@pytest.mark.parametrize("fraction", [0, 0.03, 0.5, 1])
def test_the_reports_rate_is_constant(fraction):
    assert schedule.learning_rate(named_recipe("report"), fraction) == 1e-3


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
    assert schedule.learning_rate(named_recipe("fast", learning_rate=0.01), fraction) == pytest.approx(
        0.01 * rate, abs=1e-12
    )


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
    assert schedule.steps_for(named_recipe("fast", batch_size=100, **changes), 1043) == steps


@pytest.mark.parametrize(
    ("steps", "seconds", "used"), [(5, 0.0, 0.5), (5, 12.0, 0.6), (10, 0.0, 1.0), (3, 99.0, 1.0), (0, 0.0, 0.0)]
)
def test_the_budget_used_most_counts(steps, seconds, used):
    assert schedule.fraction(named_recipe("fast", steps=10, seconds=20), steps, 10, seconds) == used


def test_without_planned_steps_the_seconds_count():
    assert schedule.fraction(named_recipe("fast", seconds=20), 1000, None, 5.0) == 0.25


@pytest.mark.parametrize(("evaluations", "steps"), [(1, [6]), (2, [3, 6]), (3, [2, 4, 6]), (6, [1, 2, 3, 4, 5, 6])])
def test_measurements_are_spread_evenly_and_the_last_is_at_the_end(evaluations, steps):
    due = [step for step in range(1, 7) if schedule.is_due(evaluations, (step - 1) / 6, step / 6)]
    assert due == steps


def test_of_a_training_by_the_clock_measuring_takes_a_quarter_at_most():
    chosen = named_recipe("fast", seconds=20)
    assert schedule.is_affordable(chosen, measuring=2.5, seconds=10.0)
    assert not schedule.is_affordable(chosen, measuring=2.6, seconds=10.0)


@pytest.mark.parametrize("budget", [{"steps": 7}, {"epochs": 2}])
def test_a_training_by_steps_measures_whatever_that_takes(budget):
    assert schedule.is_affordable(named_recipe("fast", **budget), measuring=1e6, seconds=1.0)
