"""Mixtures of noises, against each of them alone."""

import numpy as np
import pytest
import torch

from n2n.noise import generator, parse

SPEC = "poisson:30-100+gaussian:5,gaussian:20,impulse:0.5"


def test_a_mixture_is_written_as_it_is_read():
    assert str(parse(SPEC)) == SPEC
    assert parse(SPEC).name == "poisson+gaussian,gaussian,impulse"


def test_each_picture_has_one_of_the_noises_each_as_often_as_it_is_named():
    noisy = parse("gaussian:1,gaussian:1,gaussian:40")(torch.zeros(600, 1, 16, 16), generator(0))
    strong = noisy.std((1, 2, 3)) > 20 / 255
    assert abs(int(strong.sum()) - 200) < 5 * (600 * 2 / 9) ** 0.5
    torch.testing.assert_close(255 * noisy[strong].std(), torch.tensor(40.0), rtol=0.02, atol=0)
    torch.testing.assert_close(255 * noisy[~strong].std(), torch.tensor(1.0), rtol=0.02, atol=0)


def test_all_shots_of_a_picture_have_the_same_noise_of_the_mixture():
    shots = parse("gaussian:1,gaussian:40").shots(torch.zeros(50, 1, 16, 16), 2, generator(0))
    one, other = (shot.std((1, 2, 3)) > 20 / 255 for shot in shots)
    assert torch.equal(one, other) and 10 < one.sum() < 40
    assert abs(np.corrcoef(shots[0].flatten(), shots[1].flatten())[0, 1]) < 0.05


@pytest.mark.parametrize(("spec", "sigma"), [("gaussian:5-10,gaussian:1-7", (1, 10)), ("gaussian:5,impulse:0.1", None)])
def test_its_sigma_spans_those_of_all_noises_where_each_has_one(spec, sigma):
    assert parse(spec).sigma == sigma


def test_its_mean_is_right_where_that_of_every_noise_is():
    assert parse("gaussian:5,poisson:30").zero_mean
    assert not parse("gaussian:5,impulse:0.1").zero_mean


def test_a_noise_that_makes_pictures_smaller_stands_alone():
    with pytest.raises(ValueError, match="'pixelate:8' makes pictures smaller; write it alone"):
        parse("gaussian:5,pixelate:8")


@pytest.mark.parametrize("spec", ["gaussian:5,", ",gaussian:5", "gaussian:5,much"])
def test_a_noise_that_is_none_is_refused(spec):
    with pytest.raises(ValueError, match="unknown noise"):
        parse(spec)


@pytest.mark.parametrize(
    ("spec", "left"),
    [("camera:5,gaussian:1", "gaussian:1"), ("camera:5+gaussian:1", "gaussian:1"), ("camera:5,camera:1", None)],
)
def test_sharp_pictures_have_all_of_it_but_that_of_cameras(spec, left):
    sharp = parse(spec).on_sharp()
    assert (sharp and str(sharp)) == left
