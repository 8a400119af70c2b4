"""Small weights, which commands take in no time."""

import pytest
import torch

from n2n import Noise2Noise, UNetConfig


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    Noise2Noise(UNetConfig(width=6)).save(path)
    return path
