"""Draws what the built-in models do, two crops good and two bad of each, on pictures that were never learnt from.

Run `PYTHONPATH=. .venv/bin/python tests/draw_weights.py`. No crop is picked by hand: good are the two where a model is
furthest above the classical filter that does best there, bad the two where it is furthest below or least above, each of
another picture or noise.
"""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import skimage
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from n2n import Noise2Noise
from n2n.data.structures import structures
from n2n.files import image, pixel_range, to_tensor
from n2n.measure import baselines
from n2n.noise import generator, parse
from n2n.reading import reader

ROOT = Path(__file__).parent.parent
FILE = ROOT / "weights" / "examples.jpg"
PHOTOS, SHOTS = Path(skimage.__file__).parent / "data", ROOT / "demo" / "content" / "shots"
REAL = "real noise"
SIDE, GAP = 96, 3  # pixels: side of a crop, at most half of the picture; white around each
STEPS = 4  # crops that are compared begin at every quarter of one
SHOWN = 0.03  # standard deviation of a crop's clean picture, white is 1, below which there is nothing to see
LEAST = 1e-6  # squared error that counts as none, 60 dB
NOISY = 49  # dB: PSNR of a crop in which there is nothing to remove
QUALITY = 82  # of the JPEG
CAT, CUP, ROCKET, PORTRAIT = "chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png"
CELL = "structures as in a cell"
WEAK, FAR_STRONGER = ("gaussian:1", CAT), ("gaussian:75", ROCKET)
LOW_LIGHT, OF_A_CAMERA = (REAL, "low_light"), ("camera:8", PORTRAIT)
WHITE = [("gaussian:25", CUP), ("gaussian:50", CAT), WEAK, FAR_STRONGER, OF_A_CAMERA]
# The noise and the picture of every case. More noise than was learnt, and noise of another kind, are among them.
CASES = {
    "everyday": [LOW_LIGHT, OF_A_CAMERA, ("poisson:60+gaussian:15+impulse:0.03", CUP), WEAK, FAR_STRONGER],
    "gaussian": WHITE,
    "gaussian-small": WHITE,
    "poisson": [("poisson:30", CUP), ("poisson:10", CAT), ("poisson:1", ROCKET), WEAK, LOW_LIGHT],
    "microscopy": [("poisson:20", CELL), ("poisson:60", "cell.png"), ("poisson:2", CELL), (REAL, "brain")],
    "impulse": [("impulse:0.2", CUP), ("impulse:0.5", CAT), ("impulse:0.9", CUP), ("gaussian:25", CAT)],
    "text": [("text:0.1", PORTRAIT), ("text:0.25", CUP), ("text:0.6", CUP), ("impulse:0.2", CAT)],
    "course-large": [("pixelate:8", CUP), ("pixelate:8", CAT), ("pixelate:16", PORTRAIT), ("gaussian:50", CAT)],
}


class Scene(NamedTuple):
    """A noisy picture and the clean one, or another shot, float (1, C, H, W), white at 1."""

    noisy: Tensor
    beside: Tensor
    real: bool

    def error(self, picture: Tensor) -> Tensor:
        """The squared error, mean over channels, (1, H, W); against another shot it is less the noise of that."""
        floor = 0.5 * (self.noisy - self.beside).square() if self.real else 0.0
        return ((picture - self.beside).square() - floor).mean(1)


class Crop(NamedTuple):
    """A crop of what stands for it in the figure, and how much the model is above the best filter, in dB."""

    above: float
    title: str
    shown: Tensor  # (C, H, W)


def scene(noise: str, file: str) -> Scene:
    """The pictures of a case."""
    if noise == REAL:
        first, second = (_read(SHOTS / f"{file}_{shot}.png") for shot in (1, 2))
        return Scene(first, second, real=True)
    if file == CELL:
        clean = structures(288, 288, generator(4))[None, None]
        return Scene(parse(noise)(clean, generator(0)), clean, real=False)
    batch = next(reader.read(PHOTOS / file, noise=parse(noise)).frozen(0).batches())
    assert batch.clean is not None
    return Scene(batch.source, batch.clean, real=False)


def _read(path: Path) -> Tensor:
    pixels = image.read(path).pixels
    return to_tensor(pixels, pixel_range(pixels))


def crops(model: Noise2Noise, noise: str, file: str) -> tuple[Crop, Crop]:
    """The best and the worst crop of a case."""
    known = scene(noise, file)
    made = {"ours": model.restore(known.noisy)}
    made |= {name: baselines.denoise(filtered, known.noisy) for name, filtered in baselines.BASELINES.items()}
    side = min(SIDE, *(length // 2 for length in known.noisy.shape[-2:]))
    decibels = {name: _decibels(known.error(picture), side) for name, picture in {"noisy": known.noisy, **made}.items()}
    filters = torch.stack([decibels[name] for name in baselines.BASELINES])
    above = decibels["ours"] - filters.amax(0)
    grey = known.beside.mean(1)
    spread = _pooled(grey.square(), side) - _pooled(grey, side).square()
    seen = (spread >= SHOWN**2) & (decibels["noisy"] < NOISY)
    found = []
    for place in (above.masked_fill(~seen, -torch.inf).argmax(), above.masked_fill(~seen, torch.inf).argmin()):
        row, column = divmod(int(place), above.shape[1])
        best = list(baselines.BASELINES)[int(filters[:, row, column].argmax())]
        pictures = [known.noisy, made["ours"], made[best], known.beside]
        told = [f"{decibels[name][row, column]:.1f}" for name in ("noisy", "ours", best)]
        title = f"{noise.replace('+', ' + ')}\n{told[0]} → {told[1]} dB; {best} {told[2]}"
        found.append(Crop(float(above[row, column]), title, _mosaic(pictures, row, column, side)))
    return found[0], found[1]


def _decibels(error: Tensor, side: int) -> Tensor:
    """Squared error (1, H, W) → PSNR of every crop, (rows, columns), in dB."""
    return -10 * _pooled(error, side).clamp_min(LEAST).log10()


def _pooled(values: Tensor, side: int) -> Tensor:
    """The mean of every crop of (1, H, W): (rows, columns)."""
    return F.avg_pool2d(values, side, side // STEPS)[0]


def _mosaic(pictures: list[Tensor], row: int, column: int, side: int) -> Tensor:
    """The same crop of four pictures in two rows, clipped: (3, H, W)."""
    top, left = (place * (side // STEPS) for place in (row, column))
    parts = [picture[0, :, top : top + side, left : left + side].clamp(0, 1).expand(3, -1, -1) for picture in pictures]
    framed = [F.pad(part, (max(1, GAP * side // SIDE),) * 4, value=1.0) for part in parts]
    return torch.cat([torch.cat(framed[:2], 2), torch.cat(framed[2:], 2)], 1)


def draw(axes: np.ndarray, name: str) -> None:
    """A row: two good crops, and two bad ones."""
    model = Noise2Noise.load(name, "cpu", "fp32")
    found = [crops(model, noise, file) for noise, file in CASES[name]]
    good = sorted((best for best, _ in found), key=lambda crop: -crop.above)[:2]
    bad = sorted((worst for _, worst in found), key=lambda crop: crop.above)[:2]
    for place, crop in zip(axes, [*good, *bad]):
        show(place, crop)
    axes[0].text(-0.04, 0.5, name, transform=axes[0].transAxes, rotation=90, va="center", ha="right", fontsize=10)


def show(axes: Axes, crop: Crop) -> None:
    """One crop."""
    axes.imshow(crop.shown.permute(1, 2, 0).numpy(), interpolation="nearest")
    axes.set_title(crop.title, fontsize=7)
    axes.axis("off")


def main() -> None:
    """Writes the figure."""
    figure = Figure(figsize=(8.6, 2.4 * len(CASES)), layout="constrained", dpi=100)
    for axes, name in zip(figure.subplots(len(CASES), 4), CASES):
        draw(axes, name)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    Image.open(file).convert("RGB").save(FILE, quality=QUALITY, optimize=True)


if __name__ == "__main__":
    main()
