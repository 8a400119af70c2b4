"""Pictures of a training as PNG files for the screen, each with its PSNR."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from n2n.analysis import exposures
from n2n.data import Batch
from n2n.files import EIGHT_BITS, displayable, image, to_pixels, to_tensor
from n2n.measure import estimate, metrics


@dataclass(frozen=True)
class PictureFile:
    """A picture of width × height pixels in a PNG file of 8 bits."""

    role: str  # "source", "noisy", "denoised", "clean" …
    file: Path
    width: int
    height: int
    psnr: float | None  # dB; None for the clean picture, and where the noise is too strong for an estimate
    estimated: bool = False  # from the two shots, without a clean picture


PictureRow = tuple[PictureFile, ...]
PictureRows = tuple[PictureRow, ...]


def write_picture(file: Path, role: str, picture: Tensor, pair: Batch | None) -> PictureFile:
    """Writes (1, C, H, W) with white at 1 as 8 bits; its PSNR is measured with `pair`, or left out without one.

    Raises OSError.
    """
    pixels = to_pixels(displayable(picture), np.uint8, EIGHT_BITS)
    image.write(file, image.Picture(pixels))
    height, width = pixels.shape[:2]
    if pair is None:
        return PictureFile(role, file, width, height, None)
    return PictureFile(role, file, width, height, _psnr(picture, pair), estimated=pair.clean is None)


def write_map(file: Path, role: str, values: Tensor, most: float) -> PictureFile:
    """Writes (1, 1, H, W) as a heat map, brightest from `most` > 0. Raises OSError."""
    pixels = exposures.heat(values, most)
    image.write(file, image.Picture(pixels))
    return PictureFile(role, file, pixels.shape[1], pixels.shape[0], None)


def write_pair(folder: Path, place: int, pair: Batch, first: str) -> PictureRow:
    """Writes the source, under the role `first`, then target and clean picture where there are any. Raises OSError."""
    row = [write_picture(folder / f"{place}_{first}.png", first, pair.source, pair)]
    if pair.target is not None:
        row.append(write_picture(folder / f"{place}_target.png", "target", pair.target, swapped(pair)))
    if pair.clean is not None:
        row.append(write_picture(folder / f"{place}_clean.png", "clean", pair.clean, None))
    return tuple(row)


def swapped(pair: Batch) -> Batch:
    """The pair with source and target exchanged, to measure the second shot. Raises ValueError without a target."""
    if pair.target is None:
        raise ValueError("this scene has no second shot")
    return pair._replace(source=pair.target, target=pair.source)


def _psnr(picture: Tensor, pair: Batch) -> float | None:
    """PSNR in dB against the clean picture, both in 8 bits; without one, estimated from the pair.

    `picture` must not depend on the target of the pair then. None where the noise is too strong for an estimate, or
    there is no target.
    """
    if pair.clean is not None:
        seen, clean = (_as_shown(each) for each in (picture, pair.clean))
        return float(metrics.psnr(seen, clean))
    if pair.target is None:
        return None
    estimated = estimate.estimate([estimate.block_errors(picture, pair.source, pair.target)]).psnr
    return None if estimated >= metrics.PEAK_DB else estimated


def _as_shown(picture: Tensor) -> Tensor:
    """The values that a file of 8 bits holds."""
    return to_tensor(to_pixels(picture, np.uint8, EIGHT_BITS), EIGHT_BITS)
