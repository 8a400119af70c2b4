"""Experiment 1: what is said of clean and noisy targets is what was measured."""

from functools import partial

import numpy as np
import pytest

from demo.lab import material, targets
from demo.lab.race import run_race
from n2n.analysis.learners import Learner
from n2n.training.recipe import named_recipe

SHORT = {"seconds": "10", "copies": 2.0, "third": "none", "seeds": "one", "seed": 0.0}


@pytest.fixture(autouse=True)
def little(monkeypatch):
    """Few scenes and seconds: what is tested is what is said, not how well it learns."""
    for name, scenes in (("pairs_to_learn", 40), ("pairs_to_measure", 6)):
        monkeypatch.setattr(material, name, partial(getattr(material, name), scenes=scenes))
    monkeypatch.setattr(targets, "named_recipe", lambda name, **given: named_recipe(name, **(given | {"seconds": 0.5})))


def screens(folder, **changes):
    return list(targets.work(lambda: False, folder, SHORT | changes))


def latest(screen):
    """PSNR by role of the first row of pictures."""
    return {seen.role: seen.psnr for seen in screen.rows[0]}


def test_both_nets_start_alike_and_do_not_stay_alike(tmp_path):
    _, first, *_, last = screens(tmp_path)
    assert latest(first)[targets.CLEAN] == latest(first)[targets.NOISY]
    assert latest(last)[targets.CLEAN] != latest(last)[targets.NOISY]


def test_the_gap_is_the_difference_of_the_two_curves(tmp_path):
    data, settings = material.pairs_to_learn("pixelate:8"), named_recipe("fast", seconds=0.5, evaluations=1)
    learners = [Learner.fresh(name, data, settings) for name in (targets.NOISY, targets.CLEAN)]
    *_, last = run_race(learners, [material.pairs_to_measure("pixelate:8")] * 2, tmp_path, lambda: False)
    gap = last.curves[targets.CLEAN][-1][1] - last.curves[targets.NOISY][-1][1]
    assert last.ahead(targets.CLEAN, targets.NOISY).value == pytest.approx(gap)
    by_picture = [
        clean[-1] - noisy[-1]
        for clean, noisy in zip(last.measured[targets.CLEAN].pictures, last.measured[targets.NOISY].pictures)
    ]
    assert np.mean(by_picture) == pytest.approx(gap, abs=1e-4)


@pytest.mark.parametrize(("third", "name"), [("one", "one noisy pair"), ("fresh", "fresh noise")])
def test_a_third_net_runs_beside_them(tmp_path, third, name):
    assert name in latest(screens(tmp_path, third=third)[-1])


def test_three_seeds_run_two_nets_each(tmp_path):
    screen = screens(tmp_path, seeds="three")[-1]
    assert len([role for role in latest(screen) if "seed" in role]) == 6 and screen.headline.startswith("Too early")


def test_nothing_learnt_from_is_measured_on():
    learnt, held = (
        data.scenes.clean for data in (material.pairs_to_learn("pixelate:8"), material.pairs_to_measure("pixelate:8"))
    )
    assert material.LEARNT != material.MEASURED
    assert not any(np.array_equal(one, other) for one in learnt for other in held)


def test_more_copies_are_more_shots():
    assert set(material.pairs_to_learn("pixelate:8", shots=5).shots.tolist()) == {5}
