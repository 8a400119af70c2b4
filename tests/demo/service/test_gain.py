"""What a training gained, and how that is known."""

import numpy as np
import pytest
import segno
from matplotlib.font_manager import findfont, get_font
from PIL import Image

from demo.content import share_card
from demo.content.emblems import BAND, CARD_SIZE
from demo.service.gain import Gain

LINK = "http://192.168.0.7:7860/?tab=train"


def test_an_estimate_is_told_with_its_interval():
    gain = Gain(20.4, 24.3, (24.1, 24.6))
    assert gain.number == "≈ +3.9 dB" and gain.worth == "worth the average of about 2.5 exposures"
    assert gain.how.startswith("From 20.4 to 24.3 dB (95 %: 24.1 to 24.6), estimated from second shots")


def test_a_clean_picture_is_told():
    assert Gain(20.4, 24.3, None).number == "+3.9 dB" and "clean pictures" in Gain(20.4, 24.3, None).how


def test_what_is_worse_is_worth_nothing():
    assert Gain(24.3, 20.4, None).number == "−3.9 dB" and Gain(24.3, 20.4, None).worth == ""


@pytest.fixture
def card():
    noisy, denoised = (np.full((40, 60), shade, np.uint8) for shade in (40, 200))
    return np.asarray(share_card.draw(noisy, denoised, "+3.9 dB", "From 20.4 to 24.3 dB.", LINK))


def test_the_card_shows_both_halves(card):
    assert card.shape == (CARD_SIZE[1], CARD_SIZE[0], 3)
    assert (card[10, 10] == 40).all() and (card[10, -10] == 200).all()


def test_the_card_leads_back_to_the_page(card):
    matrix = np.array(segno.make_qr(LINK, error="l").matrix, bool)
    white = (card[-BAND:] == 255).all(-1)
    rows, columns = (np.flatnonzero(white.any(axis)) for axis in (1, 0))
    code = white[rows[0] : rows[-1] + 1, columns[columns > CARD_SIZE[0] // 2][0] : columns[-1] + 1]
    cell = code.shape[0] // (len(matrix) + 2 * share_card.QUIET)
    inside = Image.fromarray(code).crop(
        tuple(cell * (share_card.QUIET + extra) for extra in (0, 0, len(matrix), len(matrix)))
    )
    assert np.array_equal(~np.asarray(inside)[cell // 2 :: cell, cell // 2 :: cell], matrix)


def test_long_words_leave_the_code_alone(card):
    pictures = (np.full((40, 60), shade, np.uint8) for shade in (40, 200))
    longer = Gain(20.44, 38.35, (37.91, 39.14))
    words = f"{longer.number}: {longer.worth}, and more words than there is room for beside it"
    told = np.asarray(share_card.draw(*pictures, words, f"{longer.how} {longer.how}", LINK))
    code = np.s_[-BAND:, -BAND:]
    assert np.array_equal(told[code], card[code]) and not np.array_equal(told, card)


def test_the_card_s_typeface_has_every_sign_that_a_gain_is_told_with():
    known = get_font(findfont(share_card.TYPEFACE)).get_charmap()
    told = Gain(20.4, 24.3, (24.1, 24.6)), Gain(24.3, 20.4, None)
    assert {ord(letter) for gain in told for letter in gain.number + gain.worth + gain.how} <= set(known)
