"""Denoisers side by side on one picture: as a screen shows it, in 8 bits, and measured as the file that is taken along,
rounded and clipped to its own depth.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..data import Picture, full_scale, to_pixels, to_tensor
from ..noise import Noise, generator
from . import estimate, metrics
from .evaluate import Denoiser

ERROR_GAIN = 4  # an error of a quarter of white is shown white
RESIDUAL_GAIN = 2  # what was removed is shown about mid-grey, enlarged so much


@dataclass(frozen=True)
class Case:
    """A picture to denoise; floats (1, C, H, W) with white at 1, not clipped."""

    noisy: Tensor
    target: Tensor | None  # the clean picture, where it is known
    picture: Picture  # as it was brought: depth, alpha and metadata for the result
    scale: float  # value of white in `picture`
    second: Tensor | None = None  # another shot of the same, which tells the PSNR where nobody knows the clean picture
    unlearnt: tuple[slice, slice] = (slice(None), slice(None))  # rows and columns of which no weights saw `second`


@dataclass(frozen=True)
class Shown:
    """A picture as it is seen, with what was measured of it."""

    pixels: np.ndarray  # (H, W, C) uint8
    psnr: float | None = None  # dB; infinite where it is the target; None where there is none
    ssim: float | None = None
    seconds: float | None = None  # that the denoiser took
    estimated: bool = False  # the PSNR, from a second shot


def corrupted(picture: Picture, noise: Noise, seed: int) -> Case:
    """A clean picture with noise added; it becomes the target, rounded as a file holds it where the noise has a target
    of its own. The same seed gives the same noise, bit for bit.
    """
    scale = full_scale(picture.pixels.dtype, float(picture.pixels.max()))
    clean = to_tensor(picture.pixels, scale)
    noisy = noise(clean, generator(seed))
    alpha = picture.alpha if noise.shrink == 1 else None
    case = Case(noisy, None, replace(picture, alpha=alpha), scale)
    return replace(case, target=_as_file(noise.clean(clean), case))


def noisy_already(picture: Picture, clean: Picture | None) -> Case:
    """A noisy picture, and its clean one where there is one. Raises ValueError where they differ in size or colour."""
    scale = full_scale(picture.pixels.dtype, float(picture.pixels.max()))
    if clean is None:
        return Case(to_tensor(picture.pixels, scale), None, picture, scale)
    if clean.pixels.shape != picture.pixels.shape:
        (height, width, channels), (rows, columns, others) = picture.pixels.shape, clean.pixels.shape
        raise ValueError(
            f"the clean picture is {columns}×{rows} with {others} channels, the noisy one {width}×{height} with "
            f"{channels}; bring the same picture in one size and colour"
        )
    white = full_scale(clean.pixels.dtype, float(clean.pixels.max()))
    same_depth = clean.pixels.dtype == picture.pixels.dtype
    scale, white = (max(scale, white),) * 2 if same_depth else (scale, white)
    return Case(to_tensor(picture.pixels, scale), to_tensor(clean.pixels, white), picture, scale)


def result(case: Case, denoised: Tensor) -> Picture:
    """A denoised tensor in the form of the picture that was brought."""
    return replace(case.picture, pixels=to_pixels(denoised, case.picture.pixels.dtype, case.scale))


def show(picture: Tensor, target: Tensor | None, seconds: float | None = None) -> Shown:
    """(1, C, H, W) as it is seen, measured against the target as that is seen, both in 8 bits."""
    pixels = to_pixels(picture, np.uint8, 255.0)
    if target is None:
        return Shown(pixels, seconds=seconds)
    seen, aim = (to_tensor(each, 255.0) for each in (pixels, to_pixels(target, np.uint8, 255.0)))
    return Shown(pixels, psnr(seen, aim), _ssim(seen, aim), seconds)


def seen(picture: Tensor, case: Case, seconds: float | None = None) -> Shown:
    """(1, C, H, W) as it is seen; measured as the file that `result` makes of it, against the clean picture, or with
    the second shot where there is none.
    """
    pixels, file = to_pixels(picture, np.uint8, 255.0), _as_file(picture, case)
    if case.target is not None:
        return Shown(pixels, psnr(file, case.target), _ssim(file, case.target), seconds)
    if case.second is None:
        return Shown(pixels, seconds=seconds)
    errors = estimate.block_errors(*(each[(..., *case.unlearnt)] for each in (file, case.noisy, case.second)))
    found = estimate.estimate([errors]).psnr
    return Shown(pixels, found if found < metrics.PEAK_DB else None, seconds=seconds, estimated=True)


def _as_file(picture: Tensor, case: Case) -> Tensor:
    """What is read of the file that `result` makes of (1, C, H, W)."""
    return to_tensor(to_pixels(picture, case.picture.pixels.dtype, case.scale), case.scale)


def psnr(picture: Tensor, target: Tensor) -> float:
    """(1, C, H, W) twice, white at 1 → dB, without the limit that means need: infinite where they are identical."""
    error = float(metrics.squared_error(picture, target))
    return -10 * math.log10(error) if error else math.inf


def _ssim(picture: Tensor, target: Tensor) -> float | None:
    likeness = float(metrics.ssim(picture, target))
    return likeness if math.isfinite(likeness) else None


def run(denoisers: Mapping[str, Denoiser], case: Case) -> dict[str, tuple[Tensor, Shown]]:
    """Every denoiser on the picture, one after the other, timed: by name, its unclipped result and what is seen."""
    results = {}
    for name, denoiser in denoisers.items():
        start = time.perf_counter()
        denoised = denoiser(case.noisy)
        seconds = time.perf_counter() - start
        results[name] = (denoised, seen(denoised, case, seconds))
    return results


def error_map(seen: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Two (H, W, C) uint8 → |seen − target|, mean over channels, ×4, black where right: (H, W, 1) uint8."""
    error = np.abs(seen.astype(np.float32) - target).mean(axis=2, keepdims=True)
    return np.clip(ERROR_GAIN * error, 0, 255).round().astype(np.uint8)


def residual(noisy: np.ndarray, denoised: np.ndarray) -> np.ndarray:
    """Two (H, W, C) uint8 → what was removed, noisy − denoised, ×2 about mid-grey: (H, W, C) uint8.

    Noise alone should be seen in it; edges that show are picture that was lost.
    """
    removed = noisy.astype(np.float32) - denoised
    return np.clip(127.5 + RESIDUAL_GAIN * removed, 0, 255).round().astype(np.uint8)


def reduced(pixels: np.ndarray, most: int) -> np.ndarray:
    """(H, W, C) uint8, made smaller by area averaging where it has more than `most` pixels."""
    height, width = pixels.shape[:2]
    if height * width <= most:
        return pixels
    scale = (most / (height * width)) ** 0.5
    sides = [min(most, max(1, int(side * scale))) for side in (height, width)]
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32))
    return to_pixels(F.interpolate(tensor, sides, mode="bilinear", antialias=True) / 255, np.uint8, 255.0)
