"""A denoised picture beside the noisy one, the target, and what else was asked for: a row of panels."""

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
from . import rows


@cache
def encoders() -> ThreadPoolExecutor:
    """The threads that write PNGs."""
    return ThreadPoolExecutor(os.cpu_count(), "encode")


def row(
    title: str,
    case: NoisyPicture,
    before: MeasuredPicture,
    results: Mapping[str, tuple[Tensor, MeasuredPicture]],
    maps: bool,
    folder: Path,
    prefix: str,
) -> dict:
    """The panels of one picture: noisy, denoised, target, then what was asked for besides."""
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
    saved = [encoders().submit(rows.save, pixels, folder, f"{prefix}-{role}.png") for role, pixels in small.items()]
    said = {role: _noted(role, shown, before, case) for role, shown in seen.items()}
    drawn = zip(seen.items(), small.values(), saved)
    return rows.row(
        title, [_panel(role, shown, pixels, file.result(), said[role]) for (role, shown), pixels, file in drawn]
    )


TITLES = {
    "error": ("Error", f"|denoised − target|, ×{one_picture.ERROR_GAIN}"),
    "residual": ("Removed", f"noisy − denoised, ×{one_picture.RESIDUAL_GAIN} about grey"),
}


def _noted(role: str, shown: MeasuredPicture, before: MeasuredPicture, case: NoisyPicture) -> list[str]:
    """What stands under a panel besides its figures: how they were measured, and that it is worse than before."""
    said = []
    known = shown.psnr is not None
    if role != "noisy" and known and before.psnr is not None and shown.psnr < before.psnr:
        said.append("worse than before" + ": there was no noise" * (before.psnr == math.inf))
    if known and shown.estimated:
        said.append("estimated from the second shot")
    if known and case.scale != 255:
        said.append(f"measured with white at {case.scale:,.0f}")
    return said


def _panel(role: str, shown: MeasuredPicture, pixels: np.ndarray, src: str, said: Sequence[str] = ()) -> dict:
    """`pixels` are what `src` shows: those of `shown`, or fewer."""
    height, width = pixels.shape[:2]
    title, note = TITLES.get(role, (role.capitalize(), ""))
    if pixels.shape != shown.pixels.shape:
        said = [*said, "shown smaller; measured and downloaded whole"]
    text = f"≈ {shown.psnr:.1f} dB" if shown.estimated and shown.psnr is not None else ""
    note = "; ".join(filter(None, (note, *said)))
    return rows.panel(role, title, src, (width, height), shown.psnr, shown.ssim, note, text)
