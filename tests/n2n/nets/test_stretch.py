"""Frames that were stretched from end to end, each by the extremes of its noise, and are so again."""

from dataclasses import replace

import numpy as np
import pytest
import skimage.exposure
import torch

from n2n import Noise2Noise, UNetConfig
from n2n.nets import Header, stretch


@pytest.fixture
def frame(rng):
    """A frame that reaches from black to white, (1, 1, 64, 64)."""
    noisy = rng.normal(0.4, 0.1, (1, 1, 64, 64))
    return torch.from_numpy(skimage.exposure.rescale_intensity(noisy, out_range=(0, 1)).astype(np.float32))


def test_the_denoised_frame_is_stretched_as_by_scikit_image(frame):
    denoised = 0.3 + 0.2 * frame
    values = denoised.numpy()
    ends = tuple(np.quantile(values, (stretch.ENDS, 1 - stretch.ENDS)))
    wanted = skimage.exposure.rescale_intensity(values, ends, (0, 1))
    assert np.allclose(stretch.restretched(denoised, frame).clamp(0, 1), wanted, atol=1e-5)


@pytest.mark.parametrize("change", [lambda frame: 0.9 * frame, lambda frame: 0.1 + 0.9 * frame])
def test_a_frame_that_does_not_reach_both_ends_keeps_its_exposure(frame, change):
    assert torch.equal(stretch.restretched(frame / 2, change(frame)), frame / 2)


def test_of_several_frames_each_is_looked_at_by_itself(frame):
    result = stretch.restretched(torch.cat([frame / 2, frame / 2]), torch.cat([frame, frame / 2]))
    assert result[0].max() > 0.99 and torch.equal(result[1:], frame / 2)


def test_a_flat_result_stays_as_it_is(frame):
    flat = torch.full_like(frame, 0.4)
    assert torch.equal(stretch.restretched(flat, frame), flat)


def test_weights_stretch_frames_again_only_where_their_header_says_so(frame):
    torch.manual_seed(0)
    model = Noise2Noise(UNetConfig(channels=1, width=6), "cpu")
    plain = model.restore(frame)
    assert stretch.note(frame, model.header) == ""
    model.header = replace(model.header, stretch=True)
    assert torch.equal(model.restore(frame), stretch.restretched(plain, frame)) and not torch.equal(
        model.restore(frame), plain
    )
    assert "stretched" in stretch.note(frame, model.header) and stretch.note(frame / 2, model.header) == ""


def test_a_file_of_weights_keeps_what_they_do_to_contrast(tmp_path):
    model = Noise2Noise(UNetConfig(width=6), "cpu")
    model.header = Header(stretch=True)
    model.save(tmp_path / "weights.safetensors")
    assert Noise2Noise.load(tmp_path / "weights.safetensors", "cpu").header.stretch
