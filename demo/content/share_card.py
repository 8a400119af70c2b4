"""The picture that people show of their own training: noisy and denoised, the gain and how it is known, a QR code."""

import io
import textwrap

import numpy as np
import numpy.typing as npt
import segno
from PIL import Image, ImageDraw, ImageFont

from .emblems import ACCENT, BAND, CARD_SIZE, CLAIM, DARK, LIGHT, halves

EDGE, LINE = 48, 66  # pixels beside the words; letters in a line of them
QUIET = 4  # cells around a code that stay white
PATIENCE = 10  # pixels that the code keeps from the edges of its band


def draw(noisy: npt.NDArray[np.uint8], denoised: npt.NDArray[np.uint8], gain: str, how: str, link: str) -> Image.Image:
    """Both pictures, (H, W, 3) or (H, W) each, over the gain, the words on `how` it is known, and the `link` as a code
    where there is one.
    """
    width, height = CARD_SIZE
    card = Image.new("RGB", CARD_SIZE, DARK)
    card.paste(halves(noisy, denoised, (width, height - BAND)))
    pen = ImageDraw.Draw(card)
    top = height - BAND
    pen.text((EDGE, top + 16), gain, LIGHT, ImageFont.load_default(50))
    for place, line in enumerate(textwrap.wrap(f"{how} {CLAIM}", LINE)[:2]):
        pen.text((EDGE, top + 86 + 34 * place), line, ACCENT, ImageFont.load_default(26))
    if link:
        code = _code(link, BAND - 2 * PATIENCE)
        card.paste(code, (width - code.width - PATIENCE, top + (BAND - code.height) // 2))
    return card


def _code(link: str, most: int) -> Image.Image:
    """The code in cells of whole pixels, no larger than `most`."""
    made = segno.make_qr(link, error="l")
    cells = made.symbol_size(border=QUIET)[0]
    file = io.BytesIO()
    made.save(file, kind="png", scale=max(1, most // cells), border=QUIET)
    return Image.open(file).convert("RGB")
