"""The weights that come along: do they tell what they are, and do what they say?"""

from functools import partial
from pathlib import Path

import pytest

from n2n import Noise2Noise, UNetConfig, infer, weights
from n2n.evaluate import measure
from n2n.noise import parse
from n2n.pairs import read

CARDS = (Path(__file__).parent.parent / "weights" / "README.md").read_text()


@pytest.fixture(params=weights.shipped())
def name(request):
    return request.param


def test_the_first_weights_are_there():
    assert {"course", "gaussian"} <= set(weights.shipped())


def test_the_course_s_weights_are_table_1_to_the_letter():
    assert Noise2Noise.load("course").net.config == UNetConfig()


def test_the_figures_of_the_header_stand_on_the_card(name):
    card = CARDS.split(f"## {name}\n")[1].split("\n## ")[0]
    found = [figures["denoised"] for figures in Noise2Noise.load(name).header["measured"].values()]
    assert found and all(f"{value:.2f} dB" in card for value in found)


def test_the_files_are_small():
    sizes = [weights.find(name).stat().st_size for name in weights.shipped()]
    assert max(sizes) < 10e6 and sum(sizes) < 25e6


def test_the_header_tells_what_was_done(name):
    model = Noise2Noise.load(name)
    known = {"config", "recipe", "data", "noise", "scale", "seed", "steps", "images", "seconds", "psnr", "version"}
    assert known <= set(model.header)
    assert (model.net.config.channels, model.net.config.width) == (3, 24)
    assert sum(parameter.numel() for parameter in model.net.parameters()) == 249_075


def test_no_clean_picture_was_learnt_from(name):
    assert Noise2Noise.load(name).header["recipe"]["clean_targets"] is False


def test_there_is_a_card_with_the_steps_of_the_header(name):
    card = CARDS.split(f"## {name}\n")[1].split("\n## ")[0]
    assert f"{Noise2Noise.load(name).header['steps']:,} steps" in card


@pytest.mark.parametrize(
    ("name", "noise", "gain"),
    [
        ("course", "pixelate:8", 4.5),  # pictures larger than those that were learnt from
        ("gaussian", "gaussian:15", 4),
        ("gaussian", "gaussian:25", 7),
        ("gaussian", "gaussian:50", 9),
    ],
)
def test_photographs_never_learnt_from_gain_at_least_this_many_decibels(name, noise, gain):
    pictures = read("more-samples", noise=parse(noise)).frozen(0)
    measured = measure(partial(infer.denoise, Noise2Noise.load(name).fast), pictures)
    assert measured.denoised.psnr > measured.noisy.psnr + gain


def test_the_estimate_without_clean_pictures_agrees_with_the_truth():
    pictures = read("more-samples", noise=parse("gaussian:25")).frozen(0)
    measured = measure(partial(infer.denoise, Noise2Noise.load("gaussian").fast), pictures)
    assert measured.estimated.psnr == pytest.approx(measured.denoised.psnr_pooled, abs=0.1)
