"""What stands for the demo elsewhere: the picture that others show of a link to it, and its icon."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from .recording import FOLDER, Recording

CARD, ICON = FOLDER / "preview.jpg", FOLDER / "favicon.png"
CARD_SIZE = (1200, 630)  # width and height in pixels that sites ask for
CARD_QUALITY = 80
BAND = 170  # height in pixels of the words below the picture
SLANT = 60  # pixels that the border between noisy and denoised leans to either side
CLAIM = "It never saw a clean picture."
DARK, LIGHT, ACCENT = "#0f172a", "#f8fafc", "#7cc0d1"
SIDE, CELLS = 192, 8  # pixels of the icon, and noisy squares along it
SHADES = (34, 128, 154), (175, 219, 229), (10, 38, 49)  # of the icon: clean, and brighter and darker by noise


def draw_card(noisy: npt.NDArray[np.uint8], denoised: npt.NDArray[np.uint8], told: Recording) -> Image.Image:
    """Both pictures, (H, W, 3) each, on either side of a slanted border, over what a recorded training tells."""
    width, height = CARD_SIZE
    seen = height - BAND
    card = Image.new("RGB", CARD_SIZE, DARK)
    card.paste(halves(noisy, denoised, (width, seen)))
    draw = ImageDraw.Draw(card)
    draw.text((48, seen + 26), CLAIM, LIGHT, ImageFont.load_default(56))
    draw.text((48, seen + 104), told_shortly(told), ACCENT, ImageFont.load_default(34))
    return card


def halves(noisy: npt.NDArray[np.uint8], denoised: npt.NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    """Both pictures, (H, W, 3) or (H, W) each, on either side of a slanted border."""
    width, height = size
    before, after = (_covering(pixels, size) for pixels in (noisy, denoised))
    mask = Image.new("L", size)
    ends = (width // 2 + SLANT, 0), (width // 2 - SLANT, height)
    ImageDraw.Draw(mask).polygon([ends[0], (width, 0), (width, height), ends[1]], fill=255)
    both = Image.composite(after, before, mask)
    ImageDraw.Draw(both).line(ends, fill="white", width=6)
    return both


def told_shortly(told: Recording) -> str:
    """'Two noisy shots, 20 seconds: from 14.2 to 28.6 dB'."""
    return f"Two noisy shots, {told.last.seconds:.0f} seconds: from {told.noisy:.1f} to {told.last.psnr:.1f} dB"


def _covering(pixels: npt.NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    """The middle of a picture, enlarged until it covers the size, its pixels seen as squares."""
    picture = Image.fromarray(pixels).convert("RGB")
    scale = max(size[0] / picture.width, size[1] / picture.height)
    part = size[0] / scale, size[1] / scale
    left, top = (picture.width - part[0]) / 2, (picture.height - part[1]) / 2
    return picture.resize(size, Image.Resampling.NEAREST, (left, top, left + part[0], top + part[1]))


def draw_icon() -> Image.Image:
    """A disc, noisy at the left and clean at the right."""
    shades = np.random.default_rng(11).choice(np.array(SHADES, np.uint8), (CELLS, CELLS))
    noise = Image.fromarray(shades).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    picture = Image.new("RGB", (SIDE, SIDE), SHADES[0])
    picture.paste(noise.crop((0, 0, SIDE // 2, SIDE)))
    disc = Image.new("L", (4 * SIDE, 4 * SIDE))
    ImageDraw.Draw(disc).ellipse((0, 0, 4 * SIDE - 1, 4 * SIDE - 1), fill=255)
    picture.putalpha(disc.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return picture
