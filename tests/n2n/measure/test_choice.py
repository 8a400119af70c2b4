"""Which weights suit a picture, against noise that the tests make."""

import numpy as np
import pytest
import skimage
import torch

from n2n.measure import choice
from n2n.nets.header import Header
from n2n.nets.unet import UNetConfig
from n2n.noise import generator, parse


def learnt(noise, width=24, residual=True, sigma=None):
    """What a header tells of weights."""
    return Header(noise=noise, sigma=sigma, config=UNetConfig(width=width, residual=residual))


SHIPPED = {
    "course": learnt("pixelate:8", residual=False),
    "course-residual": learnt("pixelate:8"),
    "everyday": learnt("poisson:10-2000+gaussian:0-40"),
    "gaussian": learnt("gaussian:0-50", width=48),
    "gaussian-small": learnt("gaussian:0-50"),
    "oct": learnt(None, residual=False, sigma=[30, 45]),
}


def noisy_at(rng, sigma, side=128):
    """A flat grey picture with Gaussian noise of σ, in units of 255."""
    return torch.from_numpy(rng.normal(0.5, sigma / 255, (1, 3, side, side)).astype(np.float32))


# --- by kind


@pytest.mark.parametrize(
    ("noise", "name"),
    [
        ("pixelate", "course-residual"),
        ("gaussian", "gaussian-small"),
        ("poisson", "everyday"),
        ("text", "everyday"),
        (None, "everyday"),
    ],
)
def test_the_fastest_residual_weights_of_a_kind_suit_it_and_everyday_s_all_others(noise, name):
    assert choice.suited(noise, SHIPPED) == name


@pytest.mark.parametrize(
    ("noise", "name"), [("speckle", "poisson"), ("camera", "poisson"), ("bernoulli", "course-residual")]
)
def test_noise_that_nobody_learnt_gets_the_weights_of_its_kin(noise, name):
    assert choice.suited(noise, SHIPPED | {"poisson": learnt("poisson:5-100")}) == name


# --- by what the picture looks like

ALL = SHIPPED | {
    "everyday": learnt("camera:0-15,gaussian:0-50"),
    "poisson": learnt("poisson:5-100"),
    "microscopy": learnt("poisson:6-90+gaussian:0-8"),
}


def soft(photo):
    """A photograph as soft as those of cameras, float (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(
        skimage.filters.gaussian(photo, 1.5, channel_axis=2).astype(np.float32).transpose(2, 0, 1)[None].copy()
    )


@pytest.mark.parametrize(
    ("noise", "grey", "name", "why"),
    [
        ("gaussian:10", False, "gaussian", "as strong in the dark as in the light"),
        ("gaussian:50", False, "gaussian", "as strong in the dark as in the light"),
        ("gaussian:25", True, "gaussian", "as strong in the dark as in the light"),
        ("poisson:10", False, "poisson", "grows with brightness"),
        ("poisson:60", False, "poisson", "grows with brightness"),
        ("poisson:20+gaussian:5", True, "microscopy", "grows with brightness"),
        ("camera:5", False, "everyday", "share their noise"),
        ("camera:12", False, "everyday", "share their noise"),
    ],
)
def test_for_noise_of_no_known_kind_the_picture_decides_and_says_why(photo, noise, grey, name, why):
    picture = soft(photo)
    picture = picture.mean(1, keepdim=True) if grey else picture
    chosen = choice.recommended(parse(noise)(picture, generator(0)), None, ALL)
    assert chosen.name == name and why in chosen.why
    assert chosen.why.endswith(".") and chosen.why.count(". ") == 0


def test_where_none_learnt_a_camera_s_noise_those_that_learnt_photons_take_it(photo):
    picture = soft(photo)
    noisy = parse("camera:5")(picture, generator(0))
    assert choice.recommended(noisy, None, ALL | {"everyday": SHIPPED["everyday"]}).name == "poisson"
    assert choice.recommended(noisy, None, SHIPPED).name == "everyday"


def test_a_picture_without_a_flat_part_gets_the_weights_for_the_unknown():
    name, why = choice.recommended(torch.rand(1, 3, 24, 24), None, ALL)
    assert name == "everyday" and "to tell its noise" in why


def test_of_weights_that_are_not_there_the_next_best_are_taken(photo):
    picture = soft(photo)
    noisy = parse("gaussian:30")(picture, generator(0))
    few = {name: ALL[name] for name in ("everyday", "gaussian-small")}
    assert choice.recommended(noisy, None, few).name == "gaussian-small"
    assert choice.recommended(noisy, None, {"everyday": ALL["everyday"]}).name == "everyday"


def test_noise_that_was_learnt_beside_others_comes_before_its_kin_and_after_weights_of_its_own():
    assert choice.suited("camera", ALL) == "everyday"
    assert choice.suited("gaussian", ALL) == "gaussian-small"


def test_of_added_noise_the_level_is_known(rng):
    dark = noisy_at(rng, 5)
    header = learnt("poisson:5-100")
    assert "less than" in choice.warning(dark, header)
    assert choice.warning(dark, header, added=parse("poisson:100")) is None
    assert "more than" in choice.warning(dark, header, added=parse("poisson:1"))


def test_beside_a_clean_picture_noise_is_measured_as_that_of_shots_was(rng):
    clean = torch.full((1, 3, 128, 128), 0.5)
    noisy = clean.clone()
    noisy[..., ::16, ::16] += 1.0  # what an estimate for white noise takes for almost none
    header = learnt(None, sigma=[12, 20])
    assert "less than" in choice.warning(noisy, header)
    assert choice.warning(noisy, header, clean=clean) is None


def test_without_general_weights_the_next_best_are_taken():
    assert choice.suited("text", {"gaussian": SHIPPED["gaussian"]}) == "gaussian"


# --- by strength


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ({"noise": "gaussian:5-30"}, (5, 30)),
        ({"noise": "gaussian:25", "sigma": None}, (25, 25)),
        ({"noise": None, "sigma": [3.5, 20]}, (3.5, 20)),
        ({"noise": "poisson:32-128", "sigma": None}, (255 / 16, 255 / 8)),
        ({"noise": "text:0.3", "sigma": None}, None),
        ({"noise": None}, None),
        ({}, None),
    ],
)
def test_the_noise_that_was_learnt_is_read_from_the_header(header, known):
    assert choice.learnt_range(Header.read(header)) == pytest.approx(known)


@pytest.mark.parametrize(("sigma", "noise"), [(60, "gaussian:0-50"), (35, "gaussian:25")])
def test_more_noise_than_was_learnt_is_told(rng, sigma, noise):
    told = choice.warning(noisy_at(rng, sigma), learnt(noise))
    number = int(told.split("σ = ")[1].split(",")[0])
    assert number == pytest.approx(sigma, abs=2) and "more than" in told


def test_less_noise_than_was_learnt_is_told(rng):
    assert "about σ = 10, less than the σ 30 to 50" in choice.warning(noisy_at(rng, 10), learnt("gaussian:30-50"))


def test_a_range_of_one_level_is_told_as_one(rng):
    assert "the σ 25 this model learnt" in choice.warning(noisy_at(rng, 60), learnt("gaussian:25"))


@pytest.mark.parametrize("sigma", [5, 25, 50])
def test_noise_that_was_learnt_needs_no_warning(rng, sigma):
    assert choice.warning(noisy_at(rng, sigma), learnt("gaussian:5-50"), SHIPPED) is None


@pytest.mark.parametrize(("side", "noise"), [(10, "gaussian:0-50"), (128, "text:0.3")])
def test_tiny_pictures_and_unknown_ranges_have_no_warning(rng, side, noise):
    assert choice.warning(noisy_at(rng, 100, side), learnt(noise)) is None


@pytest.mark.parametrize(("sigma", "named"), [(10, "“everyday”"), (49, "“gaussian-small”")])
def test_a_warning_names_the_weights_that_learnt_noise_of_this_strength(rng, sigma, named):
    shipped = SHIPPED | {"everyday": learnt("gaussian:0-40")}
    assert f"{named} learnt noise of this strength" in choice.warning(
        noisy_at(rng, sigma), learnt("gaussian:25"), shipped
    )


def test_where_nothing_fits_nothing_is_named(rng):
    assert "“" not in choice.warning(noisy_at(rng, 150), SHIPPED["gaussian"], SHIPPED)
