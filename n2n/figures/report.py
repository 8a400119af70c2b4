"""Reports of a measurement: a table as text, JSON, and a figure with pictures."""

import io
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from ..data import Batch, Pairs
from ..files import displayable, write_bytes
from ..measure import Denoiser, Estimate, Measurement, Quality, psnr
from ..nets import Header

ROWS = 4  # pictures in a contact sheet
MUCH = 0.15  # fraction of clipped values from which on the estimate is called doubtful
SHOWN = 192  # pixels: of larger pictures only the centre is shown


def table(name: str, measured: Measurement, baselines: dict[str, Measurement]) -> str:
    """A table of PSNR, pooled PSNR, SSIM and seconds for noisy, denoised and baselines; then the estimate without clean
    pictures.
    """
    parts = [f"{measured.count} pictures; PSNR is the mean over pictures, on unclipped values"]
    if measured.noisy:
        lines = [("", "PSNR dB", "pooled dB", "SSIM", "seconds"), ("noisy", *_quality(measured.noisy), "")]
        for row, result in {name: measured, **baselines}.items():
            lines.append((row, *_quality(result.denoised), f"{result.seconds:.2f}"))
        parts += [f"{a:<24}{b:>9}{c:>11}{d:>8}{e:>9}".rstrip() for a, b, c, d, e in lines]
    else:
        parts.append(f"denoised in {measured.seconds:.2f} s")
    if estimate := measured.estimated:
        parts += [
            f"without clean pictures: {estimate.psnr:.2f} dB pooled, 95 % between {estimate.low:.2f} and "
            f"{estimate.high:.2f}; noisy {estimate.noisy:.2f} dB",
            *cut_off(estimate),
            f"noise floor {estimate.floor:.6f}; PSNR against the noisy targets {measured.psnr_target:.2f} dB",
        ]
    return "\n".join(parts)


def cut_off(estimate: Estimate) -> list[str]:
    """A line on the share of clipped values, for which the estimate is corrected; none if no value was clipped."""
    if not estimate.clipped:
        return []
    much = "; with so many it may still be 0.7 dB too high" * (estimate.clipped > MUCH)
    share = f"{100 * estimate.clipped:.2g} %"
    return [f"corrected for the {share} of the noisy values that are cut off at black or white{much}"]


def as_json(measured: Measurement, baselines: Mapping[str, Measurement]) -> dict[str, object]:
    """The measurement and its baselines as values for JSON; None where something is not known."""
    values: dict[str, object] = {
        "count": measured.count,
        "noisy": asdict(measured.noisy) if measured.noisy else None,
        "denoised": asdict(measured.denoised) if measured.denoised else None,
        "estimated": asdict(measured.estimated) if measured.estimated else None,
        "seconds": measured.seconds,
    }
    beside = {name: as_json(baseline, {}) for name, baseline in baselines.items()}
    return values | {"baselines": beside} if beside else values


def shipped(headers: Mapping[str, Header]) -> str:
    """A list of weights by name, from their headers: the data that each learnt from, and its measurements."""
    parts = []
    for name, header in headers.items():
        parts.append(f"{name}: {header.config}; {header.data}")
        for words, found in header.measured.items():
            parts.append(f"    {words}: {found['noisy']:.2f} → {found['denoised']:.2f} dB")
    return "\n".join(parts)


def _quality(quality: Quality | None) -> tuple[str, str, str]:
    if quality is None:
        return "–", "–", "–"
    ssim = "–" if quality.ssim is None else f"{quality.ssim:.3f}"
    return f"{quality.psnr:.2f}", f"{quality.psnr_pooled:.2f}", ssim


def contact_sheet(pairs: Pairs, denoise: Denoiser) -> Figure:
    """Rows of noisy, denoised and target, each with its PSNR against the clean picture if there is one.

    Scenes are spread evenly over the set. PSNR is that of the whole picture, unclipped; the pictures shown are clipped.
    """
    chosen = np.unique(np.linspace(0, len(pairs) - 1, ROWS).round().astype(int))
    batches = [next(pairs.chosen([index]).batches()) for index in chosen]
    figure = Figure(figsize=(7.2, 2.5 * len(batches)), layout="constrained", dpi=120)
    axes = figure.subplots(len(batches), 3, squeeze=False)
    for row, batch in zip(axes, batches):
        source, denoised = batch.source[:1], denoise(batch.source[:1]).cpu()
        target, kind = (batch.target, "second noisy shot") if batch.clean is None else (batch.clean, "clean")
        _show(row[0], source, f"noisy{_caption(source, batch)}")
        _show(row[1], denoised, f"denoised{_caption(denoised, batch)}")
        if target is not None:
            _show(row[2], target[:1], kind)
    return figure


def _caption(picture: Tensor, batch: Batch) -> str:
    return "" if batch.clean is None else f"  {float(psnr(picture, batch.clean[:1])):.2f} dB"


def _show(axes: Axes, picture: Tensor, title: str) -> None:
    """Shows the centre of a float (1, C, H, W), clipped to [0, 1]."""
    height, width = picture.shape[-2:]
    top, left = max(0, height - SHOWN) // 2, max(0, width - SHOWN) // 2
    shown = displayable(picture)[0, :, top : top + SHOWN, left : left + SHOWN].clamp(0, 1).permute(1, 2, 0)
    shown = shown.expand(-1, -1, 3) if shown.shape[2] == 1 else shown
    axes.imshow(shown.numpy(), interpolation="nearest")
    axes.set_title(title, fontsize=9)
    axes.axis("off")


def save(path: Path, figure: Figure) -> None:
    """Writes a figure as PNG, with the old file intact on failure. Raises ValueError for another ending, OSError."""
    if path.suffix.lower() != ".png":
        raise ValueError(f"a figure goes into a .png, not '{path.name}'")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    write_bytes(path, file.getvalue())
