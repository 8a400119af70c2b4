"""One's own picture during a training: whole, measured where nothing was learnt, in a small share of the time."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from demo.work import live
from demo.work.live import LivePictures, whole_pictures
from n2n.data import pairs
from n2n.data.scenes import Scene


def scenes(count, height, width, rng):
    shots = [[rng.integers(0, 255, (1, height, width), dtype=np.uint8) for _ in range(2)] for _ in range(count)]
    return pairs.gather([Scene(str(place), tuple(both)) for place, both in enumerate(shots)], "test")


@pytest.fixture
def clock():
    return SimpleNamespace(now=0.0)


@pytest.fixture
def slow(clock):
    """A net that changes nothing, and takes a microsecond for a pixel."""

    def denoise(picture):
        clock.now += 1e-6 * picture[0, 0].numel()
        return picture

    return denoise


def test_of_a_single_scene_all_is_shown_and_the_part_held_out_is_measured(tmp_path, rng):
    data = scenes(1, 100, 60, rng)
    (one,) = whole_pictures(data, data.hold_out(0.1, 0)[1])
    assert one.pair.source.shape == (1, 1, 100, 60) and one.unlearnt == (slice(90, None), slice(0, None))
    one.pair.target[..., :90, :] = 0  # what was learnt from does not count
    shown = LivePictures([one], tmp_path / "live", lambda picture: picture, 60.0)
    ((noisy, denoised, _),) = shown.drawn(lambda picture: picture, "x")
    excess = (one.pair.source - one.pair.target)[..., 90:, :].square().mean() / 2
    assert noisy.psnr == denoised.psnr == pytest.approx(-10 * math.log10(float(excess)), abs=1e-3)
    assert np.asarray(Image.open(denoised.file)).shape == (100, 60) and "held out" in denoised.note


def test_of_many_scenes_those_held_out_are_shown(rng):
    data = scenes(12, 40, 30, rng)
    held = data.hold_out(0.5, 0)[1]
    shown = whole_pictures(data, held)
    expected = [held.to_float(held.scenes[place].shots[0]) for place in (0, 2, 3, 5)]
    assert all(torch.equal(one.pair.source[0], first) for one, first in zip(shown, expected, strict=True))


def test_of_what_is_too_large_a_part_with_the_hold_out_is_shown_and_told(rng, monkeypatch):
    monkeypatch.setattr(live, "SHOWN", 50 * 50)
    data = scenes(1, 60, 200, rng)
    (one,) = whole_pictures(data, data.hold_out(0.1, 0)[1])
    assert torch.equal(one.pair.source[0], data.to_float(data.scenes[0].shots[0])[:, 10:, 150:])
    assert one.unlearnt == (slice(0, None), slice(30, None)) and "the last 50×50 pixels of 200×60" in one.note


@pytest.mark.parametrize("seconds", [20.0, 180.0])
def test_the_pictures_take_a_small_share_of_the_time(tmp_path, rng, clock, slow, seconds):
    data = scenes(1, 500, 500, rng)  # a quarter of a second each
    shown = LivePictures(whole_pictures(data, data), tmp_path / "live", slow, seconds, lambda: clock.now)
    drawn, clock.now = [], 0.0
    while clock.now < seconds:
        clock.now += 0.1  # a step
        progress = SimpleNamespace(step=len(drawn), seconds=clock.now, validation=None)
        if shown.due(progress):
            drawn.append(clock.now)
            shown.draw(progress)
    assert shown.spent <= 0.1 * seconds and drawn[0] < 1 and len(drawn) >= 0.2 * seconds
    assert np.diff(drawn).min() >= 1
