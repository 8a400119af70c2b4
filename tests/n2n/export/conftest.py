"""Small nets with random weights, which computes something though nothing was learnt."""

from dataclasses import replace

import pytest
import torch

from n2n import Noise2Noise, UNetConfig
from n2n.files import ValueRange


@pytest.fixture
def weights(tmp_path):
    """Makes a weights file of a small net."""

    def weights(limits=ValueRange(0.0, 255.0), **config):  # noqa: B008 (frozen)
        torch.manual_seed(0)
        model = Noise2Noise(UNetConfig(width=6, **config), "cpu")
        torch.nn.init.normal_(model.net.dec_conv1c.weight, std=0.1)
        model.header = replace(model.header, range=limits, data="pairs", steps=3, seconds=1.0, note="for a test")
        model.save(tmp_path / "small.safetensors")
        return tmp_path / "small.safetensors"

    return weights
