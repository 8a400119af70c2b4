"""The built-in models: do they tell what they are, and do what they say?"""

import hashlib
from functools import partial
from pathlib import Path

import pytest

from n2n import Noise2Noise, UNetConfig
from n2n.data import make
from n2n.measure.evaluate import measure
from n2n.nets import tiling, weights
from n2n.nets.unet import count_parameters
from n2n.noise import parse
from n2n.reading.reader import read

CARDS = (Path(__file__).parents[3] / "weights" / "README.md").read_text(encoding="utf-8")
CBSD68 = Path(__file__).parents[4] / "shared" / "data" / "cbsd68"
NO_DATA = pytest.mark.skipif(not CBSD68.is_dir(), reason="the photographs of CBSD68 are not part of this repository")
TOLERANCE = 0.02  # dB: another CPU or version of torch sums up in another order


@pytest.fixture(params=weights.shipped())
def name(request):
    return request.param


def card(name):
    """The section of weights/README.md that is about these weights."""
    return CARDS.split(f"## {name}\n")[1].split("\n## ")[0]


def measured(name, data):
    """Mean PSNR of the denoised pictures in dB."""
    model = Noise2Noise.load(name)
    return measure(partial(tiling.denoise, model.fast), model.adapted(data.frozen(0))).denoised.psnr


# --- headers, cards and files tell the same


def test_what_was_asked_for_is_there():
    names = {"course", "everyday", "gaussian", "impulse", "oct", "poisson", "text"}
    assert names <= set(weights.shipped())


@pytest.mark.parametrize("name", ["course", "gaussian-table-1"])
def test_weights_of_table_1_are_so_to_the_letter(name):
    assert Noise2Noise.load(name).net.config == UNetConfig()


def test_the_files_are_small():
    sizes = [weights.find(name).stat().st_size for name in weights.shipped()]
    assert max(sizes) < 10e6 and sum(sizes) < 25e6


def test_the_header_tells_what_was_done(name):
    known = {"config", "recipe", "data", "noise", "range", "seed", "steps", "images", "seconds", "psnr", "version"}
    assert known | {"command", "machine", "note", "measured"} <= set(Noise2Noise.load(name).header.as_json())


def test_no_clean_picture_was_learnt_from(name):
    assert Noise2Noise.load(name).header.recipe["clean_targets"] is False


def test_the_card_is_of_this_very_file(name):
    content = weights.find(name).read_bytes()
    assert hashlib.sha256(content).hexdigest()[:16] in card(name)


def test_the_card_tells_parameters_steps_and_noise(name):
    model = Noise2Noise.load(name)
    assert f"{count_parameters(model.net):,} parameters" in card(name)
    assert f"{model.header.steps:,} steps" in card(name)
    assert model.header.noise is None or f"--noise {model.header.noise}" in card(name)


def test_the_figures_of_the_header_stand_on_the_card(name):
    found = [figures["denoised"] for figures in Noise2Noise.load(name).header.measured.values()]
    assert found and all(f"{value:.2f} dB" in card(name) for value in found)


# --- and the weights do it


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
    found = measure(partial(tiling.denoise, Noise2Noise.load(name).fast), pictures)
    assert found.denoised.psnr > found.noisy.psnr + gain


def test_the_estimate_without_clean_pictures_agrees_with_the_truth():
    pictures = read("more-samples", noise=parse("gaussian:25")).frozen(0)
    found = measure(partial(tiling.denoise, Noise2Noise.load("gaussian").fast), pictures)
    assert found.estimated.psnr == pytest.approx(found.denoised.psnr_pooled, abs=0.1)


@NO_DATA
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words", "noise"),
    [
        ("gaussian-small", "CBSD68, σ = 25", "gaussian:25"),
        ("poisson", "CBSD68, 30 photons", "poisson:30"),
    ],
)
def test_cbsd68_has_the_figure_of_the_header(name, words, noise):
    told = weights.headers()[name].measured[words]["denoised"]
    assert measured(name, read(CBSD68, noise=parse(noise))) == pytest.approx(told, abs=TOLERANCE)


@NO_DATA
@pytest.mark.slow
@pytest.mark.parametrize("name", ["course", "course-residual", "course-large"])
def test_the_course_s_pairs_have_the_figure_of_the_header(name, tmp_path):
    photos = read(CBSD68, noise=parse("pixelate:8"))
    make.save_pairs(tmp_path / "val.npz", make.make_pairs(photos, 1000, 32, 2, True, 1))
    told = weights.headers()[name].measured["1,000 pairs of CBSD68"]["denoised"]
    assert measured(name, read(tmp_path / "val.npz")) == pytest.approx(told, abs=TOLERANCE)
