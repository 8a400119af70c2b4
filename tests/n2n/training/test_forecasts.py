"""Forecasts of a training, against trainings whose course is known in closed form."""

import math
from dataclasses import replace

import pytest

from n2n.measure import Measurement, Quality
from n2n.training import History, Progress, forecast
from n2n.training.recipe import named_recipe

NOISY, PACE = 20.0, 6.0  # dB, and steps in a second
LIVELY = 0.35  # dB that a net is worse at its highest learning rate
MINUTE = named_recipe("fast", seconds=60, evaluations=12)
PROGRESS = Progress(
    *(1, None, 1.0, 16, 1.0, 100.0, 3e-3, 0.02, 0.01, 20.0, 1.0, False),
)


def reached(steps, gain, halfway, steepness):
    """The PSNR of a net after so many steps at the highest learning rate, by the formula."""
    end = 10 ** (-gain / 10)
    return NOISY - 10 * math.log10(end + (1 - end) / (1 + (steps / halfway) ** steepness))


def counted(recipe, share):
    """The steps until a share of a training, each by its learning rate: a plain sum."""
    whole = round(recipe.seconds * PACE)
    return sum(rate(recipe, step / whole) for step in range(round(share * whole)))


def rate(recipe, share):
    """The learning rate after a share of a training, as a fraction of the highest."""
    return 1.0 if recipe.schedule == "constant" else min(1, 0.1 + 18 * share) * (1 + math.cos(math.pi * share)) / 2


def trained(recipe, until, gain=10.0, halfway=12.0, steepness=2.0):
    """The history of a training so far, measured against clean pictures."""
    history = History()
    for turn in range(1, until + 1):
        share = turn / recipe.evaluations
        seconds = share * recipe.seconds
        psnr = reached(counted(recipe, share), gain, halfway, steepness) - LIVELY * rate(recipe, share)
        qualities = (Quality(value, value, None) for value in (NOISY, psnr))
        measured = Measurement(1, *qualities, None, None, (), 0.1)
        step = round(seconds * PACE)
        history.add(replace(PROGRESS, step=step, seconds=seconds, validation=measured))
    return history


def final(seconds, **course):
    """What a training of so many seconds reaches."""
    return reached(counted(replace(MINUTE, seconds=float(seconds)), 1), **course)


@pytest.mark.parametrize("halfway", [8.0, 20.0])
@pytest.mark.parametrize("gain", [4.0, 10.0])
def test_what_comes_lies_in_the_forecast_after_a_few_measurements(gain, halfway):
    course = {"gain": gain, "halfway": halfway, "steepness": 2.0}
    for one in forecast(trained(MINUTE, 4, **course), MINUTE, (20, 60, 180), NOISY + gain):
        assert one.low <= final(one.seconds, **course) <= one.high
        assert one.likely == pytest.approx(final(one.seconds, **course), abs=0.6)


def test_the_more_is_measured_the_surer_it_is():
    widths = []
    for until in (2, 4, 8):
        (one,) = forecast(trained(MINUTE, until), MINUTE, (180,), None)
        widths.append(one.high - one.low)
    assert widths[0] > 1.5 * widths[1] > 1.5 * widths[2]


def test_longer_is_never_said_to_be_worse():
    likely = [one.likely for one in forecast(trained(MINUTE, 3), MINUTE, (5, 20, 60, 180, 600), NOISY + 8)]
    assert likely == sorted(likely) and likely[-1] > likely[0] + 1


def test_a_net_that_is_ready_narrows_it():
    alone, beside = (forecast(trained(MINUTE, 2), MINUTE, (180,), ready)[0] for ready in (None, NOISY + 10))
    assert beside.high - beside.low < 0.7 * (alone.high - alone.low)


def test_a_constant_learning_rate_counts_every_step():
    recipe = replace(MINUTE, schedule="constant")
    history = trained(recipe, 4)
    (one,) = forecast(history, recipe, (60,), NOISY + 10)
    assert one.low <= reached(60 * PACE, 10.0, 12.0, 2.0) <= one.high


def test_one_measurement_says_nothing():
    assert forecast(trained(MINUTE, 1), MINUTE, (60,), NOISY + 10) == ()


def test_without_a_psnr_nothing_is_forecast():
    history = trained(MINUTE, 4)
    blind = Measurement(1, None, None, None, None, (), 0.1)
    history.measurements = [(step, seconds, blind) for step, seconds, _ in history.measurements]
    assert forecast(history, MINUTE, (60,), None) == ()


def test_a_training_without_a_budget_in_seconds_has_no_forecast():
    assert forecast(trained(MINUTE, 4), named_recipe("fast", steps=100), (60,), None) == ()
