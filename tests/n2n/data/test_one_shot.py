"""Pairs drawn from one shot: what they are made of, and that a net learns from them."""

import numpy as np
import pytest
import torch

from n2n.data import StackedScenes, drawn_by, gather
from n2n.data.one_shot import diagonals, neighbours
from n2n.noise import generator


def shots(*pictures):
    return gather(StackedScenes([np.stack(pictures)], None), "shots")


def test_neighbours_are_two_that_touch_of_each_block_each_as_often_as_the_other():
    size = torch.arange(40 * 60.0).view(1, 1, 40, 60).expand(1, 3, -1, -1)
    one, other = neighbours(size, generator(0))
    rows, columns = [(part // 60, part % 60) for part in (one, other)], torch.arange(30) * 2
    assert one.shape == (1, 3, 20, 30)
    assert all(((column - columns) >= 0).all() and ((column - columns) <= 1).all() for _, column in rows)
    apart = (rows[0][0] - rows[1][0]).abs() + (rows[0][1] - rows[1][1]).abs()
    assert (apart == 1).all() and abs(float((one < other).float().mean()) - 0.5) < 0.05


def test_diagonals_are_the_convolutions_of_the_paper():
    picture = torch.rand(2, 3, 8, 10)
    kernels = torch.tensor([[[[0, 0.5], [0.5, 0]]], [[[0.5, 0], [0, 0.5]]]])
    theirs = torch.nn.functional.conv2d(picture.flatten(0, 1)[:, None], kernels, stride=2).view(2, 3, 2, 4, 5)
    for which, ours in enumerate(diagonals(picture)):
        torch.testing.assert_close(ours, theirs[:, :, which])


@pytest.mark.parametrize("method", ["neighbor2neighbor", "zero-shot"])
def test_the_noise_of_a_pair_is_independent(method, rng):
    flat = rng.normal(0.5, 0.1, (1, 256, 256)).astype(np.float32)
    (batch,) = drawn_by(shots(flat), method).batches()
    one, other = batch.source.flatten() - 0.5, batch.target.flatten() - 0.5
    assert abs(float((one * other).mean() / (one.std() * other.std()))) < 0.03


def test_noise_that_is_drawn_at_will_needs_no_such_method(noisy_pair):
    pairs = shots(noisy_pair[0])
    assert drawn_by(pairs, "noise2noise") is pairs and len(drawn_by(pairs, "zero-shot").shots) == 1
