"""The losses of single shots against the formulas of the papers, written out anew, and that they are learnt by."""

import numpy as np
import pytest
import torch
from torch import nn

from n2n import Noise2Noise
from n2n.data import StackedScenes, gather
from n2n.nets import UNetConfig
from n2n.noise import generator
from n2n.training import named_recipe, train
from n2n.training.objectives import compare

NET = nn.Conv2d(3, 3, 3, padding=1).requires_grad_(False)


def one_step(method, whole, fraction):
    pairs = gather(StackedScenes([whole.numpy()], None), "shots")
    recipe = named_recipe("fast", method=method).fitted(pairs)
    return compare(NET, whole[:, None], recipe, fraction, generator(0))


def mean(difference):
    return difference.square().mean((1, 2, 3))


def test_neighbor2neighbor_is_regularised_by_what_neighbours_differ_in_after_denoising():
    whole = torch.rand(2, 3, 16, 16)
    source, target, denoised, errors = one_step("neighbor2neighbor", whole, 0.5)
    blocks, finished = (part.unfold(2, 2, 2).unfold(3, 2, 2).flatten(-2) for part in (whole, NET(whole)))
    picked = []
    for half in (source, target):  # found again in its blocks, whose values all differ
        index = (blocks == half[..., None]).int().argmax(-1, keepdim=True)
        picked.append(finished.gather(-1, index)[..., 0])
    expected = mean(denoised - target) + 2 * 0.5 * mean(denoised - target - (picked[0] - picked[1]))
    torch.testing.assert_close(errors, expected)


def test_zero_shot_is_symmetric_and_consistent():
    whole = torch.rand(2, 3, 16, 16)

    def halves(picture):
        a, b, c, d = (picture[..., row::2, column::2] for row in (0, 1) for column in (0, 1))
        return (b + c) / 2, (a + d) / 2

    (one, other), (after_one, after_other) = halves(whole), halves(NET(whole))
    residual = (mean(NET(one) - other) + mean(NET(other) - one)) / 2
    consistency = (mean(NET(one) - after_one) + mean(NET(other) - after_other)) / 2
    torch.testing.assert_close(one_step("zero-shot", whole, 0.5).errors, residual + consistency)


@pytest.mark.parametrize("method", ["neighbor2neighbor", "zero-shot"])
def test_a_net_learns_from_one_shot(method, photo, rng):
    clean = torch.from_numpy(photo[:96, :128] / 255).permute(2, 0, 1)[None].float()
    noisy = clean + 0.1 * torch.from_numpy(rng.standard_normal(clean.shape).astype(np.float32))
    shot, recipe = (
        gather(StackedScenes([noisy.numpy()], None), "shot"),
        named_recipe("fast", method=method, steps=80, batch_size=2),
    )
    model = Noise2Noise.for_pairs(shot, recipe, UNetConfig(width=6, residual=True))
    *_, last = train(model.net, shot, None, recipe)
    assert mean(model.restore(noisy) - clean) < mean(noisy - clean) / 1.5 and np.isnan(last.floor)
