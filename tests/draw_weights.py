"""Draws what the built-in models do, failures included: `PYTHONPATH=. .venv/bin/python tests/draw_weights.py`.

Photographs that were never learnt from, in crops; beside them the classical method that does best on each.
"""

import io
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from n2n import Noise2Noise
from n2n.measure import baselines, metrics
from n2n.nets import tiling
from n2n.noise import parse
from n2n.reading import reader

FILE = Path(__file__).parent.parent / "weights" / "examples.jpg"
SIDE = 112  # pixels of a crop
QUALITY = 85  # of the JPEG
# Weights, noise, which photograph of more-samples, and the crop's top left corner.
ROWS = (
    ("gaussian", "gaussian:50", 0, (60, 150)),
    ("poisson", "poisson:10", 1, (60, 250)),
    ("impulse", "impulse:0.5", 0, (80, 170)),
    ("text", "text:0.25", 1, (120, 250)),
    ("everyday", "poisson:60+gaussian:15+impulse:0.03", 2, (200, 380)),
    ("impulse", "impulse:0.9", 0, (80, 170)),
    ("text", "text:0.6", 1, (120, 250)),
)


def main() -> None:
    """Writes the figure."""
    figure = Figure(figsize=(7.2, 1.95 * len(ROWS)), layout="constrained", dpi=100)
    for axes, row in zip(figure.subplots(len(ROWS), 4), ROWS):
        draw(axes, *row)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    Image.open(file).convert("RGB").save(FILE, quality=QUALITY, optimize=True)


def draw(axes: np.ndarray, name: str, noise: str, index: int, corner: tuple[int, int]) -> None:
    """A row: noisy, the best classical method, the net, clean; each with its PSNR over the whole picture."""
    scene = next(reader.read("more-samples", noise=parse(noise)).frozen(0).chosen([index]).batches())
    noisy, clean = scene.source[:1], scene.clean[:1]
    classical = {key: baselines.denoise(method, noisy) for key, method in baselines.BASELINES.items()}
    best = max(classical, key=lambda key: float(metrics.psnr(classical[key], clean)))
    ours = tiling.denoise(Noise2Noise.load(name, "cpu").fast, noisy)
    shown = {noise.replace("+", "\n+"): noisy, best: classical[best], f"“{name}”": ours, "clean": clean}
    for place, (title, picture) in zip(axes, shown.items()):
        decibels = "" if picture is clean else f"  {float(metrics.psnr(picture, clean)):.1f} dB"
        show(place, picture, corner, title + decibels)


def show(axes: Axes, picture: Tensor, corner: tuple[int, int], title: str) -> None:
    """A crop of (1, C, H, W), clipped."""
    top, left = corner
    crop = picture[0, :, top : top + SIDE, left : left + SIDE].clamp(0, 1).permute(1, 2, 0)
    axes.imshow(crop.numpy(), interpolation="nearest")
    axes.set_title(title, fontsize=8)
    axes.axis("off")


if __name__ == "__main__":
    main()
