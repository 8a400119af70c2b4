"""A denoised picture beside the noisy one, the target, and others on request: a row of the viewer."""

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor

from n2n.files import EIGHT_BITS, displayable, to_pixels, to_tensor
from n2n.measure import MeasuredPicture, NoisyPicture, one_picture

from .. import settings
from .colour_maps import ColourMap, fitting
from .contrast import DEEP, ENOUGH, Contrast, contrast_for
from .rows import Panel, Row, panel, row, save


@cache
def encoders() -> ThreadPoolExecutor:
    """The threads that write PNGs."""
    return ThreadPoolExecutor(os.cpu_count(), "encode")


@dataclass(frozen=True)
class Drawn:
    """A picture on its way to the screen."""

    seen: MeasuredPicture
    picture: Tensor | None = None  # (1, C, H, W) that it shows, if its contrast may be stretched
    colours: ColourMap | None = None  # that it is painted in


def comparison_row(
    title: str,
    case: NoisyPicture,
    before: MeasuredPicture,
    results: Mapping[str, tuple[Tensor, MeasuredPicture]],
    maps: bool,
    folder: Path,
    prefix: str,
) -> Row:
    """The panels of one picture: noisy, denoised, target, then classical methods and maps on request."""
    denoised = results["denoised"][0]
    drawn = {"noisy": Drawn(before, case.noisy), "denoised": Drawn(results["denoised"][1], denoised)}
    if case.target is not None:
        drawn["target"] = Drawn(one_picture.measure_displayed(case.target, None), case.target)
    drawn |= {method: Drawn(seen, picture) for method, (picture, seen) in results.items() if method != "denoised"}
    drawn |= _maps(case, denoised) if maps else {}
    contrast = contrast_for(displayable(denoised), ENOUGH if case.picture.pixels.dtype == np.uint8 else DEEP)
    written = [
        encoders().submit(_panel, role, each, contrast, _notes(role, each.seen, before, case), folder, prefix)
        for role, each in drawn.items()
    ]
    return row(title, [each.result() for each in written], contrast.words if contrast else "")


def _maps(case: NoisyPicture, denoised: Tensor) -> dict[str, Drawn]:
    """The error against the clean picture, if known, and what was removed, as the files hold them."""
    after, before = _values(denoised, case), _values(case.noisy, case)
    unit = f"of {case.range.span:,.6g}" + ", mean of the channels" * (case.noisy.shape[1] > 1)
    maps = {}
    if case.target is not None:
        error = np.abs(after - case.target[0].cpu().numpy() * case.range.span)
        maps["error"] = _painted(error.mean(axis=0), unit, False)
    return maps | {"residual": _painted((before - after).mean(axis=0), unit, True)}


def _values(picture: Tensor, case: NoisyPicture) -> npt.NDArray[np.float32]:
    """The values above black, (C, H, W), of the file that is made of a picture, in the unit of the original."""
    pixels = one_picture.to_picture(case, picture).pixels
    values: npt.NDArray[np.float32] = to_tensor(pixels, case.depth.scaled(case.range))[0].cpu().numpy()
    return values * case.range.span


def _painted(values: npt.NDArray[np.float32], unit: str, signed: bool) -> Drawn:
    colours = fitting(values, unit, signed)
    return Drawn(MeasuredPicture(colours.paint(values)), colours=colours)


TITLES = {
    "error": ("Error", "|denoised − target|"),
    "residual": ("Removed", "noisy − denoised; edges in it are detail that was lost"),
}


def _notes(role: str, shown: MeasuredPicture, before: MeasuredPicture, case: NoisyPicture) -> list[str]:
    """The notes under a panel: that it is worse than before, and how its figures were measured."""
    if shown.psnr is None:
        return []
    notes = []
    if role != "noisy" and before.psnr is not None and shown.psnr < before.psnr:
        notes.append("worse than before" + ": there was no noise" * (before.psnr == math.inf))
    if shown.estimated:
        notes.append("estimated from the second shot")
    if case.range.white != 255:
        black = f"black at {case.range.black:,.6g} and " if case.range.black else ""
        notes.append(f"measured with {black}white at {case.range.white:,.6g}")
    return notes


@dataclass(frozen=True)
class Written:
    """A picture on the screen: where it lies, and again with more contrast; (width, height) in pixels."""

    src: str
    stretched: str
    size: tuple[int, int]
    reduced: bool  # whether it is smaller than the picture itself


def write_drawn(drawn: Drawn, contrast: Contrast | None, folder: Path, name: str) -> Written:
    """Writes a picture, and again with more contrast where that helps to see it. Raises OSError."""
    most = settings.limits().shown_pixels
    pixels, stretched = one_picture.reduced(drawn.seen.pixels, most), ""
    if contrast and drawn.picture is not None:
        brighter = to_pixels(contrast.stretched(displayable(drawn.picture)), np.uint8, EIGHT_BITS)
        stretched = save(one_picture.reduced(brighter, most), folder, f"{name}-stretched")
    height, width = pixels.shape[:2]
    return Written(save(pixels, folder, name), stretched, (width, height), pixels.shape != drawn.seen.pixels.shape)


def _panel(
    role: str, drawn: Drawn, contrast: Contrast | None, notes: Sequence[str], folder: Path, prefix: str
) -> Panel:
    shown, written = drawn.seen, write_drawn(drawn, contrast, folder, f"{prefix}-{role}")
    title, note = TITLES.get(role, (role.capitalize(), ""))
    if written.reduced:
        notes = [*notes, "shown smaller; measured and downloaded whole"]
    text = f"≈ {shown.psnr:.1f} dB" if shown.estimated and shown.psnr is not None else ""
    note = "; ".join(filter(None, (note, *notes)))
    scale = drawn.colours.scale if drawn.colours else None
    return panel(role, title, written.src, written.size, shown.psnr, shown.ssim, note, text, written.stretched, scale)
