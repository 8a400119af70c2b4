"""The recorded training that comes along: its pictures against the numbers that are told of them."""

import math

import numpy as np
import pytest
import skimage
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from demo import record
from demo.content import emblems, recording

TOLD = recording.read()
ALL = recording.NUMBERS, recording.SHEET, emblems.CARD, emblems.ICON


@pytest.fixture(scope="module")
def tiles():
    """The pictures of the sheet, and the same part of the clean one."""
    with Image.open(recording.SHEET) as sheet:
        pixels = np.asarray(sheet.convert("RGB"))
    (width, height), (left, top) = recording.TILE, record.CORNER
    clean = skimage.data.chelsea()[top : top + height, left : left + width]
    return pixels.reshape(-1, height, width, 3), clean


def test_it_is_small():
    assert sum(file.stat().st_size for file in ALL) <= 600_000


def test_it_began_with_noise_of_this_strength_and_learnt():
    assert TOLD.picture == "chelsea.png" and TOLD.noise == "gaussian:50"
    assert pytest.approx(20 * math.log10(255 / 50), abs=0.1) == TOLD.noisy
    assert TOLD.moments[0][:2] == (0, 0) and TOLD.last.psnr > TOLD.noisy + 12
    assert np.all(np.diff([(moment.seconds, moment.step) for moment in TOLD.moments], axis=0) > 0)


def test_the_sheet_has_both_shots_and_a_picture_for_each_moment(tiles):
    pictures, clean = tiles
    assert len(pictures) == recording.SHOTS + len(TOLD.moments)
    one, other = (picture - clean.astype(float) for picture in pictures[:2])
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.1  # two noises, not one


def test_the_pictures_get_better_as_the_numbers_say(tiles):
    (_, _, *denoised), clean = tiles
    measured = [peak_signal_noise_ratio(clean, picture) for picture in denoised]
    told = [moment.psnr for moment in TOLD.moments]
    assert np.corrcoef(measured, told)[0, 1] > 0.97
    assert measured[-1] == pytest.approx(told[-1], abs=2.5)  # of a part, which was stored with a loss


def test_the_card_is_as_large_as_sites_ask_for_and_the_icon_square():
    with Image.open(emblems.CARD) as card, Image.open(emblems.ICON) as icon:
        assert card.size == (1200, 630)
        assert icon.width == icon.height >= 180 and icon.mode == "RGBA"
