"""The shortest training that tests of the demo do, and the pairs that it learns from."""

import numpy as np

from demo.work.train import TrainingSettings
from n2n.nets.unet import UNetConfig
from n2n.training.recipe import named_recipe

TINY = UNetConfig(width=3, residual=True)
SHORT = TrainingSettings(named_recipe("fast", steps=4, batch_size=4, hold_out=0.3, evaluations=2), TINY, device="cpu")


def never():
    return False


def save(path, rng, count=20, shots=2, clean=True, side=32):
    """Smooth pictures with noise of σ 20."""
    smooth = rng.integers(60, 190, (count, 3, 1, 1)) + np.linspace(-30, 30, side)
    noisy = [np.clip(smooth.repeat(side, 2) + rng.normal(0, 20, (count, 3, side, side)), 0, 255) for _ in range(shots)]
    names = ["source", "target", "shot3", "shot4", "shot5"][:shots]
    arrays = dict(zip(names, noisy)) | ({"clean": smooth.repeat(side, 2)} if clean else {})
    np.savez(path, **{name: array.astype(np.uint8) for name, array in arrays.items()})
    return path
