"""What the page says of shorter and longer trainings."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.service.runs import Run
from demo.service.trainings import make_settings
from demo.tabs import train_forecast
from demo.work.ready import ReadyMade
from n2n.measure import Measurement, Quality


def run(psnr, seconds=60.0, **changes):
    """A training of a minute whose hold-out, at 20 dB, was measured so many times, ten steps apart."""
    begun = Run(None, Path(), make_settings(seconds, "fast", 24, changes.get("start")))
    for turn, value in enumerate(psnr, start=1):
        qualities = (Quality(dB, dB, None) for dB in (20.0, value))
        begun.history.measurements.append((30 * turn, 5.0 * turn, Measurement(1, *qualities, None, None, (), 0.1)))
    begun.ready = ReadyMade("poisson", 30.4)
    begun.progress = SimpleNamespace(seconds=5.0 * len(psnr))
    return begun


def test_every_choice_of_time_has_a_line_and_the_ready_made_net_is_named():
    told = train_forecast.while_at_work(run([24.0, 27.0, 28.2]))
    assert [told.count(f"<td>{seconds} s</td>") for seconds in (20, 60, 180)] == [1, 1, 1]
    assert "'poisson'" in told.replace("&#x27;", "'") and "30.4 dB" in told


@pytest.mark.parametrize("begun", [run([24.0]), run([]), run([24.0, 27.0], start="poisson")])
def test_nothing_is_said_too_early_or_where_the_net_did_not_begin(begun):
    assert train_forecast.while_at_work(begun) == "" and train_forecast.longer(begun) == []


def test_at_the_end_only_what_is_longer_is_told():
    (sentence,) = train_forecast.longer(run([24.0, 27.0, 28.2] + [29.0] * 9))
    assert "180 s" in sentence and "60 s" not in sentence
    assert train_forecast.longer(run([25.0, 28.0] + [29.0] * 34, seconds=180.0)) == []
