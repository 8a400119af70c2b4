"""A picture to share: the noisy shot and the best results, enlarged, and what the referee says of them."""

import textwrap
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from n2n.figures import INK, style
from n2n.files import EIGHT_BITS, Pixels, atomic, displayable, to_pixels
from n2n.referee import Score, to_tensor

from .contrast import Contrast
from .score_pictures import Scene, contrast_of

SIZE = (8.0, 4.2)  # inches: 1200×630 pixels, as sites ask for
BESIDE = 3  # results
SIDE = 144  # pixels of the pictures that are seen
LETTERS = 22  # of a name
LINE = 80  # letters of the sentence
EDGE, GAP = 0.03, 0.015  # of the width
GREY = "#5b6573"
HOW = "Estimated by a second shot that no program saw, without a clean picture: Noise2Noise, n2n score."


def write(file: Path, score: Score, scene: Scene) -> Path:
    """Writes the card of a score with results. Raises OSError."""
    atomic.write_bytes(file, style.png(draw(score, scene)))
    return file


def draw(score: Score, scene: Scene) -> Figure:
    """The card."""
    shots, pictures = scene
    contrast = contrast_of(score, scene)
    best = score.ranked[:BESIDE]
    told = [("the noisy shot", f"≈ {score.noisy:.1f} dB")]
    for place, one in enumerate(best, 1):
        if one.estimate and one.gain is not None:
            gain = f"{one.gain:+z.1f}".replace("-", "−")
            told.append(
                (
                    f"{place}  {textwrap.shorten(one.name, LETTERS, placeholder='…')}",
                    f"≈ {one.estimate.psnr:.1f} dB, {gain}",
                )
            )
    seen = [shots.first[0].numpy(), *(pictures[one.name] for one in best)]
    figure = Figure(figsize=SIZE)
    figure.text(EDGE, 0.94, textwrap.fill(best[0].sentence, LINE), va="top", fontsize=12, weight="bold", color=INK)
    wide = min(0.26, (1 - 2 * EDGE - (len(seen) - 1) * GAP) / len(seen))
    for place, (picture, (name, figures)) in enumerate(zip(seen, told)):
        left = EDGE + place * (wide + GAP)
        axes = figure.add_axes((left, 0.27, wide, wide * SIZE[0] / SIZE[1]))
        axes.set_axis_off()
        axes.imshow(_middle(picture, contrast), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        figure.text(left, 0.235, name, va="top", fontsize=10.5, weight="bold", color=INK)
        figure.text(left, 0.18, figures, va="top", fontsize=10.5, color=INK)
    figure.text(EDGE, 0.05, HOW + " It is to be taken with care." * bool(score.worth), fontsize=8.5, color=GREY)
    return figure


def _middle(picture: np.ndarray, contrast: Contrast | None) -> Pixels:
    """The middle of (C, H, W), (side, side, 3) or (side, side), as it is shown."""
    side = min(SIDE, *picture.shape[-2:])
    top, left = ((length - side) // 2 for length in picture.shape[-2:])
    part = displayable(to_tensor(picture[:, top : top + side, left : left + side]))
    pixels: Pixels = to_pixels(contrast.stretched(part) if contrast else part, np.uint8, EIGHT_BITS)
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels
