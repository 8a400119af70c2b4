"""Experiment 3: what is said of broken pairs is what is found in them."""

import re

import numpy as np
import pytest
from PIL import Image

from demo.lab import broken
from demo.lab.broken import EXPERIMENT, worst_finding
from n2n.measure.doctor import Verdict


@pytest.fixture(autouse=True)
def little(monkeypatch):
    """Few scenes, except in `stopped`: what is tested is what is said, not how well it learns."""
    monkeypatch.setattr(broken, "SCENES", 60)
    monkeypatch.setattr(broken, "HELD", 12)


def run(folder, stop=lambda: False, **given):
    chosen, wrong = EXPERIMENT.read({"seconds": "10", **given})
    assert not wrong
    return EXPERIMENT.work(stop, folder, chosen)


def pixels(seen):
    return np.array(Image.open(seen.file)).astype(float)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """All screens of an experiment that is asked to stop at its first step, with clean targets beside."""
    first = []
    screens = run(tmp_path_factory.mktemp("lab"), lambda: len(first) > 3, way="bias", much=100, third="clean")
    for screen in screens:
        first.append(screen)
    return first


def test_the_pair_doctor_speaks_before_any_training(tmp_path):
    screens = run(tmp_path, way="shift", much=50)
    next(screens)
    screen = next(screens)
    said = next(found for found in screen.verdicts if found.check == "shift")
    assert said.level == "red" and said.value == pytest.approx(2, abs=0.4)
    assert screen.headline == f"The pair doctor says before any training: shift, {said.value:.3g} px."
    assert "The second shot is shifted: 2 px." in screen.notes and not screen.figure


def test_the_pair_shown_is_broken(tmp_path):
    screens = run(tmp_path, way="shared", much=100)
    next(screens)
    for noisy, target, clean in next(screens).rows:
        assert np.array_equal(pixels(noisy), pixels(target)) and not np.array_equal(pixels(noisy), pixels(clean))


def test_stopped_before_the_training_there_is_none(tmp_path):
    assert len(list(run(tmp_path, lambda: True, way="bias"))) == 2


def test_the_doctors_word_stays_beside_the_gap(stopped):
    assert stopped[1].headline == "The pair doctor says before any training: nothing wrong."
    assert all("The pair doctor had said: nothing wrong." in screen.headline for screen in stopped[2:])
    assert all(screen.verdicts == stopped[1].verdicts for screen in stopped[2:])


def test_a_bias_stays_in_the_picture(stopped):
    last = stopped[-1]
    psnr = {seen.role: seen.psnr for seen in last.rows[0]}
    assert psnr["good pairs"] - psnr["broken pairs"] > 5
    _, biased, good, *_ = map(pixels, last.rows[0])
    assert np.median(biased - good) == pytest.approx(0.2 * 255, abs=8)


def test_the_estimate_of_biased_pairs_is_wrong_and_of_good_ones_right(stopped):
    told = [re.search(r"(\S+) dB, in truth (\S+) dB", note) for note in stopped[-1].notes[-2:]]
    (biased, its_truth), (good, truth) = (map(float, found.groups()) for found in told)
    assert biased - its_truth > 5 and good == pytest.approx(truth, abs=0.5)


def test_two_steps_claim_nothing(stopped):
    assert stopped[-1].headline.startswith("Too early to tell after 2 steps") and "behind" not in stopped[-1].headline


def test_a_row_holds_every_net_and_the_figure_names_them(stopped):
    roles = ["noisy", "broken pairs", "good pairs", "clean target", "clean"]
    assert all([seen.role for seen in row] == roles for row in stopped[-1].rows)
    assert all(name in stopped[-1].figure for name in roles[:-1]) and stopped[-1].share == 1


def test_nothing_is_called_broken_that_is_not(tmp_path):
    screens = run(tmp_path, way="neighbours")
    next(screens), next(screens)
    screen = next(screens)
    assert any("No assumption" in note for note in screen.notes)
    assert [seen.role for seen in screen.rows[0]][3] == "clean target"  # unasked


def test_the_worst_is_named_and_of_equals_the_first():
    found = [Verdict(check, level, 1.234, "px", "") for check, level in zip("abcd", ("green", "amber", "red", "red"))]
    assert worst_finding(found) == "c, 1.23 px" and worst_finding(found[:2]) == "b, 1.23 px"
    assert worst_finding(found[:1]) == "nothing wrong"


def test_every_way_can_be_chosen():
    choice = next(control for control in EXPERIMENT.controls if control.name == "way")
    assert {value for _, value in choice.options} == set(broken.WAYS)
