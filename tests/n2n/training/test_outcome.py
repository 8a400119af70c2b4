"""Whether a training did any good, and why it may not have."""

import numpy as np
import pytest

from n2n.data import StackedScenes, gather
from n2n.training.outcome import gain, likely_causes, no_better


@pytest.mark.parametrize(
    "psnr, expected",
    [
        ({}, None),
        ({"estimated": 20.0, "estimated_noisy": 22.0}, -2),
        ({"noisy": 20.0, "denoised": 25.0, "estimated": 19.0, "estimated_noisy": 20.0}, 5),
    ],
)
def test_the_gain_is_against_clean_pictures_if_there_are_any(psnr, expected):
    assert gain(psnr) == expected


def test_a_training_without_gain_is_no_better_and_one_that_was_not_measured_may_be():
    assert no_better({"noisy": 20.0, "denoised": 20.0})
    assert not no_better({"noisy": 20.0, "denoised": 20.1}) and not no_better({})


def test_causes_name_the_doctors_findings_the_steps_and_the_range(rng):
    shots = rng.normal(900, 100, (2, 4, 1, 64, 64)).astype(np.float32)
    same = gather(StackedScenes([shots[0], shots[0]], None), "twice the same")
    first, *others = likely_causes(same, 7)
    assert first.startswith("duplicate shots") and any("steps: 7" in cause for cause in others)
    assert f"white {same.range.white:.6g}" in others[-1]
