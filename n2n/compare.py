"""Denoisers side by side on one picture, as a screen shows it: 8 bits, clipped. What is seen is what is measured."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from . import metrics
from .evaluate import Denoiser
from .image import Picture, full_scale, to_pixels, to_tensor
from .noise import Noise, generator

ERROR_GAIN = 4  # an error of a quarter of white is shown white
RESIDUAL_GAIN = 2  # what was removed is shown about mid-grey, enlarged so much


@dataclass(frozen=True)
class Case:
    """A picture to denoise; floats (1, C, H, W) with white at 1, not clipped."""

    noisy: Tensor
    target: Tensor | None  # the clean picture, where it is known
    picture: Picture  # as it was brought: depth, alpha and metadata for the result
    scale: float  # value of white in `picture`


@dataclass(frozen=True)
class Shown:
    """A picture as it is seen, with what was measured on exactly these pixels."""

    pixels: np.ndarray  # (H, W, C) uint8
    psnr: float | None = None  # dB against the target as it is seen; None where there is none
    ssim: float | None = None
    seconds: float | None = None  # that the denoiser took


def corrupted(picture: Picture, noise: Noise, seed: int) -> Case:
    """A clean picture with noise added; it becomes the target. The same seed gives the same noise, bit for bit."""
    scale = full_scale(picture.pixels.dtype, float(picture.pixels.max()))
    clean = to_tensor(picture.pixels, scale)
    noisy = noise(clean, generator(seed))
    alpha = picture.alpha if noise.shrink == 1 else None
    return Case(noisy, noise.clean(clean), replace(picture, alpha=alpha), scale)


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
    """(1, C, H, W) as it is seen, measured against the target as that is seen."""
    pixels = to_pixels(picture, np.uint8, 255.0)
    if target is None:
        return Shown(pixels, seconds=seconds)
    seen, aim = (to_tensor(each, 255.0) for each in (pixels, to_pixels(target, np.uint8, 255.0)))
    likeness = float(metrics.ssim(seen, aim))
    known = likeness if np.isfinite(likeness) else None
    return Shown(pixels, float(metrics.psnr(seen, aim)), known, seconds)


def run(denoisers: Mapping[str, Denoiser], case: Case) -> dict[str, tuple[Tensor, Shown]]:
    """Every denoiser on the picture, one after the other, timed: by name, its unclipped result and what is seen."""
    results = {}
    for name, denoiser in denoisers.items():
        start = time.perf_counter()
        denoised = denoiser(case.noisy)
        seconds = time.perf_counter() - start
        results[name] = (denoised, show(denoised, case.target, seconds))
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
