"""What the lab claims: nothing too early, nothing that may be chance, and what is there."""

import numpy as np
import pytest

from demo.lab import broken, claims, targets
from demo.lab.race import Standing
from n2n.measure.evaluate import Measurement, Quality

STEPS = 800
SEEDS = range(200)


def measurement(pictures):
    """What was measured of pictures with these PSNR."""
    quality = Quality(float(np.mean(pictures)), float(np.mean(pictures)), None)
    return Measurement(len(pictures), quality, quality, None, None, tuple(("x", 20.0, each) for each in pictures), 1.0)


def standing(curves, steps=STEPS, share=1.0, scatter=0.0):
    """A race whose learners, by name, had these PSNR at its looks; `scatter` of the pictures at the last."""
    rng = np.random.default_rng(0)
    lasts = {name: values[-1] + scatter * rng.standard_normal(100) for name, values in curves.items()}
    measured = {name: measurement((last - last.mean() + curves[name][-1]).tolist()) for name, last in lasts.items()}
    seconds = {name: list(enumerate(values)) for name, values in curves.items()}
    return Standing(share, steps, seconds, measured, "", ())


def race_of(gap, wobble, looks=20, seed=0):
    """Curves of clean and noisy targets that end `gap` dB apart, each going up and down by `wobble` dB."""
    rng = np.random.default_rng(seed)
    rising = 25 - 3 * np.exp(-np.arange(looks) / 3)
    ups = wobble * rng.standard_normal((2, looks))
    return {targets.CLEAN: (rising + gap + ups[0]).tolist(), targets.NOISY: (rising + ups[1]).tolist()}


@pytest.mark.parametrize(("steps", "looks"), [(4, 20), (17, 3), (claims.STEPS - 1, 20), (STEPS, claims.LOOKS)])
def test_a_busy_computer_s_few_steps_claim_nothing(steps, looks):
    told = targets._headline(standing(race_of(0.33, 0.001, looks), steps), [0])
    assert told.startswith(f"{claims.EARLY} after {steps}") and "dB" not in told and "train for longer" in told
    learners = dict(zip((broken.GOOD, broken.BROKEN), race_of(0.33, 0.001, looks).values()))
    assert broken._gap(standing(learners, steps)).startswith(claims.EARLY)


def test_what_is_to_be_done_is_said_at_the_end_only():
    assert claims.too_early(4, done=False) == "Too early to tell after 4 steps"
    assert "train for longer" in claims.too_early(1, done=True) and "1 step:" in claims.too_early(1, done=True)


def test_a_real_difference_is_told_with_its_uncertainty():
    told = targets._headline(standing(race_of(0.5, 0.02)), [0])
    assert told.startswith(f"After {STEPS} steps each, clean targets are ahead by 0.") and "±" in told


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (claims.Gap(-1.2, 0.15), "1.20 ± 0.15 dB behind the good one"),
        (claims.Gap(1.2, 0.15), "1.20 ± 0.15 dB ahead of the good one"),
        (claims.Gap(-1.44, 3.84), "neither clearly behind the good one nor ahead of it (the gap is 1.44 ± 3.84 dB)"),
    ],
)
def test_broken_pairs_are_compared_with_good_ones_by_the_gap_and_its_uncertainty(gap, words):
    assert broken._comparison(gap) == words


def test_nets_that_are_alike_are_seldom_told_apart():
    claimed = [" ahead by" in targets._headline(standing(race_of(0.0, 0.1, seed=seed)), [0]) for seed in SEEDS]
    assert np.mean(claimed) < 0.05


def test_pictures_that_scatter_make_a_difference_doubtful():
    sure, doubtful = (standing(race_of(0.2, 0.001), scatter=scatter) for scatter in (0.1, 3.0))
    assert (
        sure.ahead(targets.CLEAN, targets.NOISY).significant
        and not doubtful.ahead(targets.CLEAN, targets.NOISY).significant
    )


def test_a_difference_that_has_just_turned_round_is_doubtful():
    assert not claims.gap([0.5, 0.2, -0.1, -0.3, -0.6]).significant
    assert claims.gap([-0.5, -0.6, -0.55, -0.6, -0.58]).significant


def test_three_seeds_that_do_not_agree_name_no_winner():
    curves = {}
    for seed, gap in enumerate((0.3, -0.2, 0.1)):
        both = race_of(gap, 0.001, seed=seed)
        curves |= {targets._named(kind, seed, [0, 1, 2]): both[kind] for kind in (targets.CLEAN, targets.NOISY)}
    told = targets._headline(standing(curves), [0, 1, 2])
    assert "neither is always ahead: +0.07 dB on average of three seeds, from -0.20 to +0.30 dB" in told


def test_the_nearest_average_is_named_alone_where_it_is_clear():
    far = [{"mean": 9.0 + 0.1 * (look % 2), "median": 9.05, "mode": 30.0} for look in range(9)]
    assert claims.nearest(far) == ["mean", "median"] or claims.nearest(far) == ["median", "mean"]
    assert claims.nearest([each | {"median": 20.0} for each in far]) == ["mean"]


@pytest.mark.parametrize(
    ("gap", "wobble", "steps", "share", "option"),
    [
        (0.0, 0.02, STEPS, 1.0, "alike"),
        (0.9, 0.02, STEPS, 1.0, "clean"),
        (-0.9, 0.02, STEPS, 1.0, "noisy"),
        (0.3, 0.6, STEPS, 1.0, None),  # perhaps alike, perhaps not
        (0.0, 0.02, 4, 1.0, None),
        (0.0, 0.02, STEPS, 0.5, None),
    ],
)
def test_the_question_is_answered_only_where_the_run_carries_it(gap, wobble, steps, share, option):
    found = targets.answer(standing(race_of(gap, wobble), steps, share), [0])
    assert (found.option if found else None) == option
    assert found is None or (" dB" in found.sentence and found.option in dict(map(reversed, targets.EXPERIMENT.poll)))


def test_broken_pairs_that_teach_worse_are_told_with_what_the_pairs_had_shown():
    curves = dict(zip((broken.GOOD, broken.BROKEN), race_of(1.5, 0.02).values()))
    assert broken.answer(standing(curves), ()).option == "unseen"
    alike = dict(zip((broken.GOOD, broken.BROKEN), race_of(0.0, 0.02).values()))
    assert broken.answer(standing(alike), ()).option == "alike"
