"""Drawn structures: their range, their darkness and their detail."""

import torch

from n2n.data.structures import structures
from n2n.noise import generator


def test_they_are_dark_with_something_bright_on_it():
    for seed in range(20):
        drawn = structures(64, 96, generator(seed))
        assert drawn.shape == (64, 96) and drawn.min() >= 0
        assert drawn.max() == 1 and drawn.median() < 0.7


def test_a_seed_draws_the_same_again_and_another_another():
    first, again, other = (structures(32, 32, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
