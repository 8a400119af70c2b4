"""What the lab has said stays: an answer beside what a net adds, a curve beside the next, a mark where it is told."""

import re

import numpy as np
import pytest

from demo.lab import averages, influence
from demo.lab.experiments import EXPERIMENTS

NO_SECONDS = {"seconds": "10"}


def run(key, folder, stop, **given):
    chosen, wrong = EXPERIMENTS[key].read(given)
    assert not wrong
    return list(EXPERIMENTS[key].work(stop, folder, chosen))


def after(calls):
    """Says stop once, at the call after so many."""
    left = iter([False] * calls + [True])
    return lambda: next(left, False)


def test_which_average_wins_stays_while_the_net_learns(tmp_path):
    screens = run("average", tmp_path, after(4), copies="4", seconds="20")
    learning = [screen for screen in screens if "net" in screen.headline]
    answer = next(screen for screen in screens if screen.headline.startswith("4 copies:")).headline
    assert learning and all(screen.headline.startswith(answer) for screen in learning)
    assert "The net: too early to tell after 1 step" in learning[0].headline
    assert "root mean square" in learning[0].notes[0]


def test_the_nearest_average_is_told_where_it_is_clear():
    class Ended:
        step, done = 800, True

    looks = [{"mean": 0.01, "median": 0.05, "mode": 0.09 + 0.001 * (look % 2)} for look in range(9)]
    assert averages._nearest("l2", Ended, looks).endswith("the net's picture is nearest to the mean.")
    close = [{"mean": 0.01 + 0.001 * (look % 3), "median": 0.0105, "mode": 0.09} for look in range(9)]
    assert re.search("nearest to the (mean or the median|median or the mean)", averages._nearest("l2", Ended, close))


def test_the_curves_of_the_loss_stay_beside_the_estimate(tmp_path):
    *_, before, last = run("numbers", tmp_path, after(3), pairs=8, **NO_SECONDS)
    for screen in (before, last):
        assert "Loss and excess loss" in screen.figure and "Estimated and true PSNR" in screen.beside


@pytest.mark.parametrize(
    ("shares", "half"), [([10, 30, 60, 100], 1 + 20 / 30), ([70, 90, 100], 0), ([20, 50, 100], 1), ([0, 100], 0.5)]
)
def test_the_mark_stands_where_half_of_the_votes_are_told_to_come_from(shares, half):
    shares = np.array(shares, dtype=float)
    axes = influence._figure({influence.NOW: np.append(shares, [100.0] * influence.FAR)}).axes[0]
    mark = next(line for line in axes.lines if line.get_marker() == "o")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == pytest.approx((half, max(50, shares[0])))
    told = influence._headline({influence.NOW: shares}, 0)
    assert (f"within {half:.1f} pixels" in told) == (half > 0) and told[0].isupper()
    assert influence._headline({influence.NOW: shares}, 7).startswith("After 7 steps, ")


def test_no_average_is_shown_twice(tmp_path):
    (row,) = run("exposures", tmp_path, lambda: False)[-1].rows
    assert len({seen.role for seen in row}) == len(row)


def test_what_a_browser_does_not_show_is_as_it_was_at_first():
    for experiment in EXPERIMENTS.values():
        assert experiment.read(dict.fromkeys(control.name for control in experiment.controls)) == experiment.read({})
