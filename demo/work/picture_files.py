"""Pictures of a training as PNG files for the screen, each with its PSNR."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import Tensor

from n2n.data import Batch
from n2n.files import EIGHT_BITS, displayable, image, to_pixels, to_tensor
from n2n.measure import estimate, metrics

from .colour_maps import ColourMap
from .contrast import Contrast, contrast_for
from .rows import ColourScale


@dataclass(frozen=True)
class PictureFile:
    """A picture of width × height pixels in a PNG file of 8 bits."""

    role: str  # "source", "noisy", "denoised", "clean" …
    file: Path
    width: int
    height: int
    psnr: float | None  # dB; None for the clean picture, and where the noise is too strong for an estimate
    estimated: bool = False  # from the two shots, without a clean picture
    ssim: float | None = None
    title: str = ""  # in place of the role's own
    contrast: Contrast | None = None  # with which it is shown
    stretched: Path | None = None  # the same with that
    scale: ColourScale | None = None  # of a colour map
    note: str = ""  # on what is shown, or measured


Window = tuple[slice, slice]  # rows and columns
EVERYWHERE: Window = (slice(None), slice(None))
PictureRow = tuple[PictureFile, ...]
PictureRows = tuple[PictureRow, ...]


def write_picture(
    file: Path,
    role: str,
    picture: Tensor,
    pair: Batch | None,
    contrast: Contrast | None = None,
    measured: Window = EVERYWHERE,
    note: str = "",
) -> PictureFile:
    """Writes (1, C, H, W) with white at 1 as 8 bits; its PSNR is measured with `pair` in the part that is to be
    `measured`, or left out without a pair.

    It is written a second time with a `contrast`, if there is one. Raises OSError.
    """
    seen = displayable(picture)
    pixels = to_pixels(seen, np.uint8, EIGHT_BITS)
    image.write(file, image.Picture(pixels))
    height, width = pixels.shape[:2]
    stretched = file.with_stem(f"{file.stem}_stretched") if contrast else None
    if contrast and stretched:
        image.write(stretched, image.Picture(to_pixels(contrast.stretched(seen), np.uint8, EIGHT_BITS)))
    written = PictureFile(role, file, width, height, None, contrast=contrast, stretched=stretched, note=note)
    if pair is None:
        return written
    where = (..., *measured)
    part = pair.window(*measured)
    psnr, ssim = _psnr(picture[where], part), _ssim(picture[where], part)
    return replace(written, psnr=psnr, ssim=ssim, estimated=pair.clean is None)


def write_map(file: Path, role: str, values: Tensor, colours: ColourMap) -> PictureFile:
    """Writes (1, 1, H, W) in colours. Raises OSError."""
    pixels = colours.paint(values[0, 0].cpu().numpy())
    image.write(file, image.Picture(pixels))
    return PictureFile(role, file, pixels.shape[1], pixels.shape[0], None, scale=colours.scale)


def write_pair(
    folder: Path, place: int, pair: Batch, first: str, measured: Window = EVERYWHERE, note: str = ""
) -> PictureRow:
    """Writes the source, under the role `first`, then target and clean picture where there are any. Raises OSError."""
    shown = contrast_of(pair), measured, note
    contrast, *_ = shown
    row = [write_picture(folder / f"{place}_{first}.png", first, pair.source, pair, *shown)]
    if pair.target is not None:
        row.append(write_picture(folder / f"{place}_target.png", "target", pair.target, swapped(pair), *shown))
    if pair.clean is not None:
        row.append(write_picture(folder / f"{place}_clean.png", "clean", pair.clean, None, contrast))
    return tuple(row)


def contrast_of(pair: Batch) -> Contrast | None:
    """The contrast that all pictures of a pair's scene are shown with."""
    return contrast_for(displayable(pair.source))


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
        return float(metrics.psnr(_as_shown(picture), _as_shown(pair.clean)))
    if pair.target is None:
        return None
    estimated = estimate.estimate([estimate.block_errors(picture, pair.source, pair.target)]).psnr
    return None if estimated >= metrics.PEAK_DB else estimated


def _ssim(picture: Tensor, pair: Batch) -> float | None:
    """SSIM against the clean picture, both in 8 bits; None without one, and for pictures that are too small."""
    if pair.clean is None:
        return None
    ssim = float(metrics.ssim(_as_shown(picture), _as_shown(pair.clean)))
    return ssim if math.isfinite(ssim) else None


def _as_shown(picture: Tensor) -> Tensor:
    """The values that a file of 8 bits holds."""
    return to_tensor(to_pixels(picture, np.uint8, EIGHT_BITS), EIGHT_BITS)
