"""The picture that people show of their own training: noisy and denoised, the gain and how it is known, a QR code."""

import io
import textwrap
from functools import lru_cache

import matplotlib.font_manager
import numpy as np
import numpy.typing as npt
import segno
from PIL import Image, ImageDraw, ImageFont

from .emblems import ACCENT, BAND, CARD_SIZE, CLAIM, DARK, LIGHT, halves

EDGE = 48  # pixels beside the words
TYPEFACE = "DejaVu Sans"  # which Matplotlib brings along; Pillow's own has no ≈
LARGE, SMALL, LEAST = 48, 25, 12  # pixels: height of the gain, and of how it is known; and of either at least
LEADING = 1.35  # of lines
QUIET = 4  # cells around a code that stay white
PATIENCE = 10  # pixels that the code keeps from the edges of its band


def draw(noisy: npt.NDArray[np.uint8], denoised: npt.NDArray[np.uint8], gain: str, how: str, link: str) -> Image.Image:
    """Both pictures, (H, W, 3) or (H, W) each, over the gain, the words on `how` it is known, and the `link` as a code
    where there is one.
    """
    width, height = CARD_SIZE
    card = Image.new("RGB", CARD_SIZE, DARK)
    card.paste(halves(noisy, denoised, (width, height - BAND)))
    pen, top, right = ImageDraw.Draw(card), height - BAND, width
    if link:
        code = _code(link, BAND - 2 * PATIENCE)
        right -= code.width + PATIENCE
        card.paste(code, (right, top + (BAND - code.height) // 2))
    _write(pen, gain, (EDGE, top + 14), right - 2 * EDGE, LARGE, 1, LIGHT)
    _write(pen, f"{how} {CLAIM}", (EDGE, top + 86), right - 2 * EDGE, SMALL, 2, ACCENT)
    return card


def _write(
    pen: ImageDraw.ImageDraw, words: str, place: tuple[int, int], width: int, size: int, lines: int, colour: str
) -> None:
    """Writes words at a place, in so many lines of this width at most, and smaller where they would not fit."""
    for smaller in range(size, LEAST - 1, -1):
        font = _font(smaller)
        letters = max(1, int(len(words) * width / font.getlength(words)))
        wrapped = textwrap.wrap(words, letters)
        if len(wrapped) <= lines and all(font.getlength(line) <= width for line in wrapped):
            break
    for number, line in enumerate(wrapped[:lines]):
        pen.text((place[0], place[1] + round(number * LEADING * smaller)), line, colour, font)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(matplotlib.font_manager.findfont(TYPEFACE), size)


def _code(link: str, most: int) -> Image.Image:
    """The code in cells of whole pixels, no larger than `most`."""
    made = segno.make_qr(link, error="l")
    cells = made.symbol_size(border=QUIET)[0]
    file = io.BytesIO()
    made.save(file, kind="png", scale=max(1, most // cells), border=QUIET)
    return Image.open(file).convert("RGB")
