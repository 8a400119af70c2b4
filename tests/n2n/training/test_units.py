"""The same pairs in other units teach the same."""

import numpy as np
import pytest
import torch

from n2n import Noise2Noise, UNetConfig

UNITS = {
    "0 to 1": (1.0, 0.0),
    "Hounsfield": (2000.0, -1000.0),
    "z-scores": (4.0, -2.0),
    "near one": (1e-3, 1.0),
    "counts": (2e6, 0.0),
    "tiny": (1e-4, 0.0),
}


def gain_in(scale, offset):
    """The estimated gain in dB of a short training, always the same but for the unit; and the range that it learnt."""
    rng = np.random.default_rng(3)
    level = np.linspace(0.1, 0.9, 16)[:, None, None, None]
    clean = np.broadcast_to(level, (16, 1, 32, 32)) + 0.1 * np.sin(np.arange(32) / 5)
    source, target = (
        torch.from_numpy((scale * (clean + rng.normal(0, 0.1, clean.shape)) + offset).astype(np.float32)) for _ in "12"
    )
    torch.manual_seed(3)
    model = Noise2Noise(UNetConfig(channels=1, width=12, residual=True), "cpu", precision="fp32")
    model.train(
        source,
        target,
        epochs=1000,
        steps=35,
        batch_size=8,
        crop=32,
        learning_rate=0.003,
        hold_out=0.25,
        evaluations=1,
        seed=3,
        precision="fp32",
    )
    psnr, limits = model.header.psnr, model.header.range
    denoised = model.predict(source[:1])
    assert abs(float(denoised.mean() - source[:1].mean())) < 0.1 * scale  # in the unit of the source
    return psnr["estimated"] - psnr["estimated_noisy"], (limits.black - offset) / scale, (limits.white - offset) / scale


@pytest.fixture(scope="module")
def usual():
    return gain_in(*UNITS["0 to 1"])[0]


@pytest.mark.parametrize("unit", list(UNITS)[1:])
def test_the_same_pairs_in_another_unit_train_to_the_same_gain(unit, usual):
    gain, black, white = gain_in(*UNITS[unit])
    assert gain == pytest.approx(usual, abs=0.3) and usual > 1
    assert -0.3 < black < 0.2 and 0.8 < white < 1.3
