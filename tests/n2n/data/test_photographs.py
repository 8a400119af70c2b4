"""Clean photographs with noise drawn afresh, against noise drawn here by hand."""

import numpy as np
import pytest
import torch

from n2n.data.pairs import Crop, Shots
from n2n.data.photographs import with_noise
from n2n.data.scenes import Scene
from n2n.noise import generator, parse

WHOLE = slice(None)


@pytest.fixture
def photos(photo):
    parts = [np.ascontiguousarray(photo[:, start : start + 48].transpose(2, 0, 1)) for start in (0, 30, 60)]
    return with_noise([Scene(str(place), (), part) for place, part in enumerate(parts)], "x", parse("gaussian:25"))


def test_a_crop_is_two_draws_of_the_noise_on_its_window(photos):
    crops = [Crop(1, 0, np.zeros(2))]
    drawn = photos.draw(crops, 32, (7, 0, 1), clean=False, share=WHOLE)
    window = photos.to_float(photos.scenes[1].clean[:, :32, :32])[None].contiguous()
    expected = parse("gaussian:25").shots(window, 2, generator(7, 0, 1))
    assert torch.equal(drawn[:, 0], expected[0]) and torch.equal(drawn[:, 1], expected[1])


def test_the_target_is_the_photograph_where_clean_ones_are_asked_for(photos):
    drawn = photos.draw([Crop(2, 0, np.full(2, 0.999))], 32, (7, 0, 1), clean=True, share=WHOLE)
    assert torch.equal(drawn[0, 1], photos.to_float(photos.scenes[2].clean)[:, -32:, -32:])


def test_a_share_of_the_crops_has_the_noise_it_has_in_the_whole(photos):
    crops = [Crop(place % 3, 0, np.full(2, 0.5)) for place in range(5)]
    whole, part = (photos.draw(crops, 32, (0, 3, 1), clean=False, share=share) for share in (WHOLE, slice(1, None, 2)))
    assert torch.equal(whole[1::2], part)


def test_frozen_photographs_are_shots_of_two_draws_with_a_clean_picture(photos):
    frozen = photos.frozen(0)
    assert isinstance(frozen, Shots) and frozen.has_clean and frozen.noise_model is None
    assert frozen.shots.tolist() == [2, 2, 2]
    low, high = frozen.noise_levels()
    assert 24 < low <= high < 26


def test_batches_to_measure_on_are_those_of_the_noise_drawn_once(photos):
    for mine, frozen in zip(photos.batches(), photos.frozen(0).batches(), strict=True):
        assert mine.names == frozen.names and torch.equal(mine.source, frozen.source)


def test_what_is_held_out_keeps_its_noise_model(photos):
    learnt, held = photos.hold_out(0.3, seed=0)
    assert (len(learnt), len(held)) == (2, 1)
    assert learnt.noise_model == held.noise_model == "gaussian:25"


def test_a_model_that_shrinks_pictures_says_how_much(photo):
    photos = with_noise([Scene("a", (), photo.transpose(2, 0, 1))], "x", parse("pixelate:4"))
    assert photos.shrink == 4
    assert (photos.frozen(0).sizes == photos.sizes // 4).all()


@pytest.mark.parametrize("spec, zero_mean", [("gaussian:25", True), ("impulse:0.2", False)])
def test_bias_of_the_noise_is_known_before_and_after_it_is_drawn(photo, spec, zero_mean):
    photos = with_noise([Scene("a", (), photo.transpose(2, 0, 1))], "x", parse(spec))
    assert photos.zero_mean is photos.frozen(0).zero_mean is zero_mean
