"""A denoised picture beside the noisy one, the target, and others on request: a row of panels."""

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from torch import Tensor

from n2n.measure import MeasuredPicture, NoisyPicture, one_picture

from .. import settings
from .rows import Panel, Row, panel, row, save


@cache
def encoders() -> ThreadPoolExecutor:
    """The threads that write PNGs."""
    return ThreadPoolExecutor(os.cpu_count(), "encode")


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
    seen = {"noisy": before, "denoised": results["denoised"][1]}
    if case.target is not None:
        seen["target"] = one_picture.measure_displayed(case.target, None)
    seen |= {method: shown for method, (_, shown) in results.items() if method != "denoised"}
    if maps:
        denoised = seen["denoised"].pixels
        if case.target is not None:
            seen["error"] = MeasuredPicture(one_picture.error_map(denoised, seen["target"].pixels))
        seen["residual"] = MeasuredPicture(one_picture.residual(before.pixels, denoised))
    small = {role: one_picture.reduced(shown.pixels, settings.limits().shown_pixels) for role, shown in seen.items()}
    saved = [encoders().submit(save, pixels, folder, f"{prefix}-{role}.png") for role, pixels in small.items()]
    notes = {role: _notes(role, shown, before, case) for role, shown in seen.items()}
    drawn = zip(seen.items(), small.values(), saved)
    return row(
        title, [_panel(role, shown, pixels, file.result(), notes[role]) for (role, shown), pixels, file in drawn]
    )


TITLES = {
    "error": ("Error", f"|denoised − target|, ×{one_picture.ERROR_GAIN}"),
    "residual": ("Removed", f"noisy − denoised, ×{one_picture.RESIDUAL_GAIN} about grey"),
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


def _panel(role: str, shown: MeasuredPicture, pixels: np.ndarray, src: str, notes: Sequence[str]) -> Panel:
    """`pixels` are those that `src` holds: those of `shown`, or fewer."""
    height, width = pixels.shape[:2]
    title, note = TITLES.get(role, (role.capitalize(), ""))
    if pixels.shape != shown.pixels.shape:
        notes = [*notes, "shown smaller; measured and downloaded whole"]
    text = f"≈ {shown.psnr:.1f} dB" if shown.estimated and shown.psnr is not None else ""
    note = "; ".join(filter(None, (note, *notes)))
    return panel(role, title, src, (width, height), shown.psnr, shown.ssim, note, text)
