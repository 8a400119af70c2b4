"""The strip that tells the idea: a recorded training in the words of its numbers, and the figure of why it works."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import skimage
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.content import recording
from demo.tabs import idea, idea_picture
from demo.widgets import scripts


@pytest.fixture(scope="module")
def strip():
    return idea.build()


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=[*scripts.routes(), *idea.routes()]))


def test_it_tells_the_numbers_of_the_recorded_training(strip):
    told, (seconds, step, psnr) = recording.read(), recording.read().moments[-1]
    words = " ".join(re.sub("<[^>]+>", "", strip.html_template).split())
    assert f"{seconds:.0f} s on " in words and f"{step:,} steps, {told.noisy:.1f} → {psnr:.1f} dB" in words


def test_the_pictures_that_it_names_are_sent_and_may_be_kept(strip, client):
    named = [strip.props["sheet"], *re.findall(r'src="([^"]+)"', strip.html_template)]
    answers = [client.get(f"/{path}") for path in named]
    assert [answer.headers["content-type"] for answer in answers] == ["image/webp", "image/svg+xml"]
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)
    assert answers[0].content == recording.SHEET.read_bytes() and b"<svg" in answers[1].content


def test_its_script_is_sent(strip, client):
    place = re.search(r'new URL\("([^"]+)"', strip.js_on_load)[1]
    assert "export function start(" in client.get(place).text


def test_its_curve_is_that_of_the_psnr(strip):
    points = [point.split(",") for point in re.search(r'points="([^"]+)"', strip.html_template)[1].split()]
    x, y = np.array(points, float).T
    seconds, _, psnr = np.array(recording.read().moments).T
    assert np.corrcoef(x, seconds)[0, 1] > 0.999 and np.corrcoef(y, psnr)[0, 1] < -0.999


def test_averages_of_more_shots_gain_ten_decibels_for_ten_times_as_many():
    noisy = 20 * math.log10(255 / 50)
    averages = {int(tile.title.split()[0]): tile.psnr for tile in idea_picture.make_tiles()[3:-1]}
    wanted = {count: pytest.approx(noisy + 10 * math.log10(count), abs=0.2) for count in (1, 4, 16, 64, 256)}
    assert averages == wanted


def test_the_picture_shows_the_cat_two_other_noises_and_a_net_that_denoises():
    source, denoised, target, *_, clean = idea_picture.make_tiles()
    left, top, right, bottom = idea_picture.FACE
    face = skimage.data.chelsea()[top:bottom, left:right]
    assert np.allclose(clean.pixels.mean((0, 1)), face.mean((0, 1)), atol=0.6)
    assert abs(np.corrcoef(*((tile.pixels - 1.0 * clean.pixels).ravel() for tile in (source, target)))[0, 1]) < 0.03
    assert denoised.psnr > source.psnr + 9


def test_the_picture_is_an_svg_with_every_tile_and_small_enough_for_a_page():
    assert len(idea_picture.svg()) <= 200_000
    drawn = ElementTree.fromstring(idea_picture.svg())
    words = {"".join(text.itertext()) for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {tile.title for tile in idea_picture.make_tiles()} <= words
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}image"))) == 9


def test_the_picture_is_told_in_words_with_its_figures():
    assert all(f"{tile.psnr:.1f} dB" in idea_picture.description() for tile in idea_picture.make_tiles() if tile.psnr)
