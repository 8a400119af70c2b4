"""A card of weights, as Markdown: what they are, how they were made, and how good they are."""

from ..measure import ESTIMATED, MEAN
from ..nets import Header

# The PSNRs of a header, in words.
PSNR_LABELS = {
    "noisy": f"noisy, {MEAN}",
    "denoised": f"denoised, {MEAN}",
    "estimated": f"denoised, {ESTIMATED}",
    "estimated_noisy": f"noisy, {ESTIMATED}",
}


def weights_card(title: str, header: Header, more: str = "") -> str:
    """The card under its title, then `more`; what a header does not tell is left out."""
    learnt = (
        "from clean pictures"
        if header.recipe.get("clean_targets")
        else "from pairs of noisy pictures: no clean picture was learnt from"
    )
    table = "\n".join(f"| {name} | {value} |" for name, value in _rows(header).items())
    return f"# {title}\n\nA Noise2Noise denoiser, learnt {learnt}.\n\n| | |\n|---|---|\n{table}\n\n{more}"


def _rows(header: Header) -> dict[str, str]:
    recipe, rows = header.recipe, {"net": f"U-Net, {header.config}"}
    if header.data:
        rows["data"] = header.data
    if header.noise:
        rows["noise"] = header.noise
    if header.steps is not None and header.seconds is not None:
        pairs = f" of {recipe['batch_size']} pairs" if "batch_size" in recipe else ""
        rows["trained"] = f"{header.steps:,} steps{pairs} in {header.seconds:.0f} s"
    if "loss" in recipe:
        rows["loss, seed"] = f"{recipe['loss']}, {header.seed}"
    if header.range:
        rows["values"] = f"black at {header.range.black:.6g}, white at {header.range.white:.6g}"
    if header.sigma:
        rows["noise learnt"] = "σ {:.1f} to {:.1f} of 255".format(*header.sigma)
    rows |= {f"hold-out PSNR, {PSNR_LABELS.get(kind, kind)}": f"{value:.2f} dB" for kind, value in header.psnr.items()}
    for data, figures in header.measured.items():
        if "noisy" in figures and "denoised" in figures:
            rows[f"PSNR of {data}, {MEAN}"] = f"{figures['noisy']:.2f} → {figures['denoised']:.2f} dB"
    if header.note:
        rows["note"] = header.note
    return rows
