"""Trainings side by side: each is what it would be alone."""

import numpy as np
import torch

from n2n.analysis.learners import Learner, train_in_turns
from n2n.data import pairs
from n2n.data.scenes import StackedScenes
from n2n.nets.unet import UNetConfig
from n2n.training.loop import train
from n2n.training.recipe import named_recipe

TINY = UNetConfig(width=3, residual=True)
SHORT = named_recipe("fast", steps=3, batch_size=4, evaluations=1)


def data(rng):
    clean = rng.integers(0, 256, (8, 3, 32, 32), dtype=np.uint8)
    shots = [np.clip(clean + rng.normal(0, 20, clean.shape), 0, 255).astype(np.uint8) for _ in range(2)]
    return pairs.gather(StackedScenes(shots, clean), "test")


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values()))


def test_learners_with_one_seed_start_alike(rng):
    one, other = (Learner.fresh(name, data(rng), SHORT, TINY) for name in "ab")
    assert same(one.model.net, other.model.net)


def test_a_learner_learns_what_it_would_learn_alone(rng):
    learnt = data(rng)
    beside = [Learner.fresh(name, learnt, SHORT, TINY) for name in "ab"]
    assert [len(progress) for progress in train_in_turns(beside, None)] == [2, 2, 2]
    alone = Learner.fresh("alone", learnt, SHORT, TINY)
    for _ in train(alone.model.net, learnt, None, SHORT):
        pass
    assert same(beside[0].model.net, alone.model.net) and same(beside[1].model.net, alone.model.net)


def test_the_longer_training_goes_on_alone(rng):
    learnt, longer = data(rng), named_recipe("fast", steps=5, batch_size=4, evaluations=1)
    steps = [
        tuple(each.step for each in progress)
        for progress in train_in_turns(
            [Learner.fresh("short", learnt, SHORT, TINY), Learner.fresh("long", learnt, longer, TINY)], None
        )
    ]
    assert steps == [(1, 1), (2, 2), (3, 3), (3, 4), (3, 5)]


def test_all_learners_stop_when_asked(rng):
    learnt, seen = data(rng), []
    for progress in train_in_turns([Learner.fresh("a", learnt, SHORT, TINY)], None, stop=lambda: bool(seen)):
        seen.append(progress)
    assert len(seen) == 2
