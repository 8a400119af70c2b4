"""What a net that is trained already reaches on a hold-out."""

import numpy as np
import pytest
import torch

from demo.work.ready import USUAL, ready_made
from n2n import Noise2Noise
from n2n.data import pairs
from n2n.data.scenes import Scene


def scenes(rng, channels, clean):
    """Two scenes of two shots, of a picture that is grey all over."""
    made = []
    for name in "ab":
        picture = np.full((channels, 48, 64), 120.0)
        shots = [np.clip(picture + rng.normal(0, 20, picture.shape), 0, 255).astype(np.uint8) for _ in range(2)]
        made.append(Scene(name, tuple(shots), picture.astype(np.uint8) if clean else None))
    return made


@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_what_predicting_and_comparing_gives(rng, channels):
    made = scenes(rng, channels, clean=True)
    found = ready_made(pairs.gather(made, "test"))
    model, errors = Noise2Noise.load(USUAL, "cpu"), []
    for scene in made:
        denoised = model.predict(torch.from_numpy(scene.shots[0] / np.float32(255))[None], data_range=1.0)[0]
        errors.append(np.mean((denoised.numpy() - scene.clean / 255) ** 2))
    assert found.name == USUAL and found.psnr == pytest.approx(-10 * np.log10(np.mean(errors)), abs=0.05)


def test_without_clean_pictures_it_is_estimated(rng):
    found = ready_made(pairs.gather(scenes(rng, 1, clean=False), "test"))
    assert found.psnr > -20 * np.log10(20 / 255) + 5
