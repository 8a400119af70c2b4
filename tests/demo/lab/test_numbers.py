"""Experiment 7: loss, excess loss, and PSNR without clean pictures."""

import numpy as np
import pytest
import torch

from demo.lab import numbers
from demo.lab.numbers import EXPERIMENT, Comparison, compare, describe, fallen, falls, growth_figure
from n2n.measure.estimate import Estimate
from n2n.measure.metrics import PEAK_DB
from n2n.training.history import History
from n2n.training.loop import Progress

FLOOR = 0.01


def history(excesses, floor=FLOOR):
    made = History()
    for step, excess in enumerate(excesses, 1):
        made.add(
            Progress(
                step=step,
                steps=None,
                epoch=0.0,
                images=step,
                seconds=float(step),
                images_per_second=1.0,
                learning_rate=1e-3,
                loss=floor + excess,
                floor=floor,
                psnr_target=20.0,
                eta=0.0,
                done=False,
            )
        )
    return made


def pictures(rng, count=20):
    """Denoised, source, target and clean, (N, 3, 16, 16)."""
    clean = torch.from_numpy(rng.random((count, 3, 16, 16), dtype=np.float32))
    return tuple(
        clean + sigma * torch.from_numpy(rng.standard_normal(clean.shape, np.float32)) for sigma in (0.04, 0.1, 0.1, 0)
    )


def test_a_net_that_changes_nothing_has_fallen_by_nothing():
    assert falls(history([FLOOR] * 9)) == pytest.approx((0, 0, 0.5))


def test_the_excess_falls_further_than_the_loss():
    loss, excess, noise = falls(history([FLOOR] + [0.2 * FLOOR] * 400))
    assert (loss, excess, noise) == pytest.approx(((2 - 1.2) / 2, 0.8, 1 / 1.2), abs=1e-3)


def test_falls_in_words():
    told = fallen(history([FLOOR] + [0.2 * FLOOR] * 400), True)
    assert "the loss fell by 40 %, the excess loss fell by 80 %: 83 % of the loss that is left is noise" in told
    assert "the loss rose by 50 %, the excess loss rose by 100 %" in fallen(history([2 * FLOOR] * 100), True)


def test_a_few_steps_claim_nothing():
    told = fallen(history([FLOOR] * 4), True)
    assert told.startswith("Too early to tell after 4 steps") and "%" not in told


def test_an_estimate_is_the_error_against_the_target_less_the_noise_floor(rng):
    denoised, source, target, clean = pictures(rng)
    for found in compare(denoised, source, target, clean):
        excess = truth = 0.0
        for index in range(found.pairs):
            f, one, other, x = (part[index].double().numpy() for part in (denoised, source, target, clean))
            excess += (((f - other) ** 2).mean() - 0.5 * ((one - other) ** 2).mean()) / found.pairs
            truth += ((f - x) ** 2).mean() / found.pairs
        assert found.estimate.psnr == pytest.approx(-10 * np.log10(excess), abs=1e-3)
        assert found.truth == pytest.approx(-10 * np.log10(truth), abs=1e-3)


@pytest.mark.parametrize(("count", "counts"), [(4, [4]), (7, [4, 7]), (8, [4, 8]), (20, [4, 8, 16, 20])])
def test_pairs_are_doubled_until_all_are_there(rng, count, counts):
    assert [found.pairs for found in compare(*pictures(rng, count))] == counts


def test_the_interval_shrinks_and_holds_the_truth(rng):
    found = compare(*pictures(rng, 256))
    widths = [each.estimate.high - each.estimate.low for each in found]
    assert widths[-1] < widths[0] / 2
    assert found[-1].estimate.low < found[-1].truth < found[-1].estimate.high


def test_the_answer_in_words():
    told = describe(Comparison(64, Estimate(25.12, 24.9, 25.31, 20.0, 0.01), 25.04))
    assert told == (
        "From 64 noisy pairs alone: 25.1 dB, between 24.9 and 25.3 dB; the truth, which needs clean pictures: 25.0 dB."
    )
    drowned = describe(Comparison(4, Estimate(PEAK_DB, 20.0, PEAK_DB, 20.0, 0.01), 25.0))
    assert "more than the noise lets one tell, between 20.0 and no upper end" in drowned


def test_the_figure_has_room_for_all_and_draws_what_is_known(rng):
    found = compare(*pictures(rng, 64))
    early, late = (growth_figure(found, count).axes[0] for count in (1, len(found)))
    assert early.get_xlim() == late.get_xlim() and early.get_ylim() == late.get_ylim()
    assert [len(axes.lines[1].get_xdata()) for axes in (early, late)] == [1, 5]
    low, high = late.get_xlim()
    assert late.get_xscale() == "log" and low < 4 and high > 64


def test_stopped_it_ends_without_measuring(tmp_path):
    chosen, wrong = EXPERIMENT.read({"seconds": "10"})
    _, last = numbers.work(lambda: True, tmp_path, chosen)
    assert not wrong and "Too early to tell" in last.headline and "noise floor" in last.figure


def test_after_the_training_the_pairs_come_in(tmp_path):
    chosen, _ = EXPERIMENT.read({"seconds": "10", "pairs": 8})
    answers = iter([False, True])  # to go on after the first step, to stop after the second
    *_, before, last = numbers.work(lambda: next(answers, False), tmp_path, chosen)
    assert [screen.headline.partition(" noisy")[0] for screen in (before, last)] == ["From 4", "From 8"]
    assert all("estimate" in screen.beside and "noise floor" in screen.figure for screen in (before, last))
