"""The last lines of a training."""

from argparse import Namespace

import numpy as np
import pytest

from n2n import Noise2Noise, UNetConfig
from n2n.cli.outcome import print_result
from n2n.data import StackedScenes, gather
from n2n.nets.header import Header


@pytest.fixture
def printed(tmp_path, capsys, rng):
    """What is printed of weights with these PSNRs."""

    def printed(**psnr):
        model = Noise2Noise(UNetConfig(channels=1, width=3), "cpu")
        model.header = Header(steps=4, psnr=psnr)
        model.save(tmp_path / "mine.safetensors")
        shots = rng.normal(900, 100, (2, 4, 1, 64, 64)).astype(np.float32)
        pairs = gather(StackedScenes(list(shots), None), "pairs")
        options = Namespace(out=tmp_path / "mine.safetensors", json=False, start=None)
        print_result(options, None, pairs, stopped=False)
        return capsys.readouterr().out

    return printed


def test_weights_that_win_are_the_best(printed):
    assert "best weights, of step 4 (noisy 20.00 dB, denoised 25.00 dB)" in printed(noisy=20.0, denoised=25.0)


def test_weights_that_do_no_good_are_never_called_the_best_and_causes_are_named(printed):
    text = printed(estimated=27.9, estimated_noisy=28.2)
    assert "no better than the noisy pictures" in text and "best" not in text
    assert "Too few steps: 4" in text and "--range BLACK,WHITE" in text
