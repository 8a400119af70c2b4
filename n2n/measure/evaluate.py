"""The measurement of a denoiser on a set of pairs, with and without clean pictures."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..data import Pairs
from .estimate import BlockErrors, Estimate, block_errors, estimate
from .metrics import squared_error, ssim, to_psnr

MEAN, POOLED = "mean over pictures", "pooled over all pixels"  # names of the two PSNRs of a set
ESTIMATED = f"estimated from second shots, {POOLED}"
Denoiser = Callable[[Tensor], Tensor]  # float (N, C, H, W), white at 1 → the same


@dataclass(frozen=True)
class Quality:
    """The quality of a set of pictures against the clean ones."""

    psnr: float  # dB, mean over pictures
    psnr_pooled: float  # dB, of the mean squared error over all pixels
    ssim: float | None  # at most 1; None if it was not requested or the pictures are too small


@dataclass(frozen=True)
class Measurement:
    """The results of a denoiser on a set. Values that need clean pictures, or second shots, are None without them.

    The estimate is also None where the noise is known to be biased (impulse, text …).
    """

    count: int  # pictures
    noisy: Quality | None
    denoised: Quality | None
    estimated: Estimate | None
    psnr_target: float | None  # dB, against the noisy target, mean over pictures
    pictures: tuple[tuple[str, float, float], ...]  # with clean pictures: name, noisy and denoised PSNR in dB
    seconds: float  # of denoising alone

    @property
    def pooled(self) -> tuple[float, float] | None:
        """PSNR of the noisy pictures and of the denoised ones, in dB, pooled over all pixels: measured against clean
        pictures, or else estimated.
        """
        if self.noisy and self.denoised:
            return self.noisy.psnr_pooled, self.denoised.psnr_pooled
        return (self.estimated.noisy, self.estimated.psnr) if self.estimated else None


def measure(denoise: Denoiser, pairs: Pairs, *, with_ssim: bool = False) -> Measurement:
    """Denoises every source of `pairs` once and compares it with target and clean picture. Nothing is clipped."""
    names: list[str] = []
    blocks: list[BlockErrors] = []
    against: dict[str, list[Tensor]] = {"target": [], "noisy": [], "denoised": []}
    similarity: dict[str, list[Tensor]] = {"noisy": [], "denoised": []}
    pixels: list[Tensor] = []
    seconds = 0.0
    for batch in pairs.batches():
        names += batch.names
        start = time.perf_counter()
        denoised = denoise(batch.source).cpu()
        seconds += time.perf_counter() - start
        pixels.append(torch.full((len(denoised),), denoised[0].numel(), dtype=torch.float64))
        if batch.target is not None:
            if pairs.zero_mean:
                blocks.append(block_errors(denoised, batch.source, batch.target))
            against["target"].append(squared_error(denoised, batch.target))
        if batch.clean is not None:
            for kind, picture in (("noisy", batch.source), ("denoised", denoised)):
                against[kind].append(squared_error(picture, batch.clean))
                if with_ssim:
                    similarity[kind].append(ssim(picture, batch.clean))
    errors = {kind: torch.cat(parts) for kind, parts in against.items() if parts}
    share = torch.cat(pixels) / torch.cat(pixels).sum()
    quality = {
        kind: Quality(
            psnr=float(to_psnr(errors[kind]).mean()),
            psnr_pooled=float(to_psnr((errors[kind] * share).sum())),
            ssim=_mean(similarity[kind]),
        )
        for kind in ("noisy", "denoised")
        if kind in errors
    }
    by_picture = [to_psnr(errors[kind]).tolist() for kind in ("noisy", "denoised") if kind in errors]
    return Measurement(
        count=len(names),
        noisy=quality.get("noisy"),
        denoised=quality.get("denoised"),
        estimated=estimate(blocks) if blocks else None,
        psnr_target=float(to_psnr(errors["target"]).mean()) if "target" in errors else None,
        pictures=tuple(zip(names, *by_picture)) if by_picture else (),
        seconds=seconds,
    )


def _mean(parts: list[Tensor]) -> float | None:
    """The mean over all pictures that have a value; None if none has one."""
    values = torch.cat(parts) if parts else torch.empty(0)
    return float(values.nanmean()) if values.isfinite().any() else None
