"""Halves drawn from one shot: what they are made of, and that their noise is independent."""

import numpy as np
import pytest
import torch

from n2n.data import Halves, StackedScenes, drawn_by, gather
from n2n.noise import generator


def shots(*pictures):
    return gather(StackedScenes([np.stack(pictures)], None), "shots")


def test_neighbours_are_two_that_touch_in_each_block_each_as_often_first():
    numbers = torch.arange(40 * 60.0).view(1, 1, 40, 60).expand(1, 3, -1, -1)
    one, other = Halves("neighbor2neighbor", generator(0))(numbers)
    assert one.shape == (1, 3, 20, 30)
    places = [torch.stack([part // 60, part % 60]) for part in (one, other)]
    block = torch.stack(torch.meshgrid(torch.arange(20), torch.arange(30), indexing="ij"))[:, None, None]
    assert all((place // 2 == block).all() for place in places)
    assert ((places[0] - places[1]).abs().sum(0) == 1).all()
    assert abs(float((one < other).float().mean()) - 0.5) < 0.05


def test_the_same_neighbours_are_taken_of_the_denoised_picture():
    halves, picture = Halves("neighbor2neighbor", generator(0)), torch.rand(2, 3, 9, 12)
    first = halves(picture)
    for half, doubled in zip(first, halves(2 * picture)):
        torch.testing.assert_close(2 * half, doubled)


def test_diagonals_are_the_convolutions_of_the_paper():
    picture = torch.rand(2, 3, 8, 10)
    kernels = torch.tensor([[[[0, 0.5], [0.5, 0]]], [[[0.5, 0], [0, 0.5]]]])
    theirs = torch.nn.functional.conv2d(picture.flatten(0, 1)[:, None], kernels, stride=2).view(2, 3, 2, 4, 5)
    for which, ours in enumerate(Halves("zero-shot", generator(0))(picture)):
        torch.testing.assert_close(ours, theirs[:, :, which])


@pytest.mark.parametrize("method", ["neighbor2neighbor", "zero-shot"])
def test_the_noise_of_halves_is_independent(method, rng):
    flat = rng.normal(0.5, 0.1, (1, 256, 256)).astype(np.float32)
    (batch,) = drawn_by(shots(flat), method).batches()
    assert abs(np.corrcoef(batch.source.flatten(), batch.target.flatten())[0, 1]) < 0.03


def test_pairs_are_left_to_noise2noise(noisy_pair):
    pairs = shots(noisy_pair[0])
    assert drawn_by(pairs, "noise2noise") is pairs
