"""The simulated day of a university, where it can be reckoned by hand."""

import numpy as np
import pytest
from plan_machines import BAR, Lessons, arrivals, least, waits


def test_who_comes_at_once_waits_for_all_before_them():
    assert waits([0, 0, 0], [5, 5, 5], places=1).tolist() == [0, 5, 10]
    assert waits([0, 0, 0], [5, 5, 5], places=3).tolist() == [0, 0, 0]


def test_random_arrivals_wait_as_the_theory_of_queues_says(rng):
    """M/D/1: ρ / (2 (1 − ρ)) of the time that a turn takes."""
    load, count = 0.7, 200_000
    begins = np.cumsum(rng.exponential(1 / load, count))
    assert waits(begins, np.ones(count), places=1).mean() == pytest.approx(load / (2 * (1 - load)), rel=0.03)


def test_the_plan_is_the_first_that_is_good_enough(rng):
    *others, last = least(arrivals(300, Lessons(), rng), [30.0] * 300)
    assert [places for places, _ in others] == list(range(1, last[0]))
    assert last[1] <= BAR and all(waited > BAR for _, waited in others)
