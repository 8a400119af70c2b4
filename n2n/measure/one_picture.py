"""Denoisers side by side on one picture: displayed in 8 bits, and measured as the file that can be downloaded, which is
rounded and clipped to its own depth.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from ..files import (
    EIGHT_BITS,
    Depth,
    Picture,
    ValueRange,
    depth_for,
    depth_note,
    displayable,
    in_words,
    pixel_range,
    steps_in_use,
    tamed,
    to_pixels,
    to_tensor,
)
from ..noise import Noise, generator
from . import estimate, metrics
from .evaluate import Denoiser

Pixels = npt.NDArray[np.uint8]  # (H, W, C)


@dataclass(frozen=True)
class NoisyPicture:
    """A picture to denoise, with what is known of it; tensors are float (1, C, H, W), white at 1, not clipped."""

    noisy: Tensor
    target: Tensor | None  # the clean picture, if known
    picture: Picture  # the original, from which the result takes depth, alpha and metadata
    range: ValueRange  # of the values in `picture`
    second: Tensor | None = None  # another shot of the scene, to estimate PSNR where the clean picture is unknown
    unlearnt: tuple[slice, slice] = (slice(None), slice(None))  # rows and columns of `second` not used in training

    @cached_property
    def steps(self) -> float:
        """How many whole numbers the values of the original take up."""
        return steps_in_use(self.picture.pixels, self.range)

    @property
    def depth(self) -> Depth:
        """The type of the result's pixels: floating point where that of the original is too coarse."""
        return depth_for(None, self.picture.pixels.dtype, self.steps, lambda dtype: True)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was assumed of the values of the picture, and what that means for the result."""
        pixels = self.picture.pixels
        words = in_words(self.range, pixels.dtype, int((pixels > self.range.white).sum()))
        return tuple(note for note in (words, depth_note(self.depth, pixels.dtype, self.steps)) if note)


@dataclass(frozen=True)
class MeasuredPicture:
    """A picture as it is displayed, with its measurements."""

    pixels: Pixels
    psnr: float | None = None  # dB; infinite if equal to the target, None without one
    ssim: float | None = None
    seconds: float | None = None  # of denoising
    estimated: bool = False  # whether the PSNR is estimated from a second shot


def corrupted(picture: Picture, noise: Noise, seed: int, learnt: ValueRange | None = None) -> NoisyPicture:
    """A clean picture with noise added. The clean picture, as a file would hold it, becomes the target.

    `learnt` is the range of the weights for it, if any. The same seed gives the same noise, bit for bit.
    """
    limits = pixel_range(picture.pixels, learnt=learnt)
    clean = to_tensor(picture.pixels, limits)
    noisy = noise(clean, generator(seed))
    alpha = picture.alpha if noise.shrink == 1 else None
    case = NoisyPicture(noisy, None, replace(picture, alpha=alpha), limits)
    return replace(case, target=_as_file(noise.clean(clean), case))


def already_noisy(picture: Picture, clean: Picture | None, learnt: ValueRange | None = None) -> NoisyPicture:
    """A noisy picture, with the clean one if known; `learnt` is the range of the weights for it, if any.

    Raises ValueError where the two differ in size or colour.
    """
    if clean is None:
        limits = pixel_range(picture.pixels, learnt=learnt)
        return NoisyPicture(to_tensor(picture.pixels, limits), None, picture, limits)
    if clean.pixels.shape != picture.pixels.shape:
        (height, width, channels), (rows, columns, others) = picture.pixels.shape, clean.pixels.shape
        raise ValueError(
            f"the clean picture is {columns}×{rows} with {others} channels, the noisy one {width}×{height} with "
            f"{channels}; bring the same picture in one size and colour"
        )
    if clean.pixels.dtype == picture.pixels.dtype:
        limits = aim = pixel_range(picture.pixels, clean.pixels, learnt=learnt)
    else:
        limits, aim = pixel_range(picture.pixels, learnt=learnt), pixel_range(clean.pixels)
    return NoisyPicture(to_tensor(picture.pixels, limits), to_tensor(clean.pixels, aim), picture, limits)


def to_picture(case: NoisyPicture, denoised: Tensor) -> Picture:
    """A denoised tensor, float (1, C, H, W), in the form of the original picture."""
    depth = case.depth
    return depth.holding(case.picture, to_pixels(denoised, depth.dtype, depth.scaled(case.range)))


def measure_displayed(picture: Tensor, target: Tensor | None, seconds: float | None = None) -> MeasuredPicture:
    """A float (1, C, H, W) as displayed, measured against the target as displayed, both in 8 bits."""
    pixels = to_pixels(displayable(picture), np.uint8, EIGHT_BITS)
    if target is None:
        return MeasuredPicture(pixels, seconds=seconds)
    displayed, aim = (
        to_tensor(part, EIGHT_BITS) for part in (pixels, to_pixels(displayable(target), np.uint8, EIGHT_BITS))
    )
    return MeasuredPicture(pixels, psnr(displayed, aim), _ssim(displayed, aim), seconds)


def measure_file(picture: Tensor, case: NoisyPicture, seconds: float | None = None) -> MeasuredPicture:
    """A float (1, C, H, W) as displayed, measured as the file that `to_picture` makes of it.

    It is compared with the clean picture, or else, where there is one, with the second shot; of hot pixels and other
    outliers, only what is within bounds counts.
    """
    pixels, file = to_pixels(displayable(picture), np.uint8, EIGHT_BITS), _as_file(picture, case)
    if case.target is not None:
        file = tamed(file)
        return MeasuredPicture(pixels, psnr(file, case.target), _ssim(file, case.target), seconds)
    if case.second is None:
        return MeasuredPicture(pixels, seconds=seconds)
    errors = estimate.block_errors(*(tamed(part)[(..., *case.unlearnt)] for part in (file, case.noisy, case.second)))
    found = estimate.estimate([errors]).psnr
    return MeasuredPicture(pixels, found if found < metrics.PEAK_DB else None, seconds=seconds, estimated=True)


def _as_file(picture: Tensor, case: NoisyPicture) -> Tensor:
    """A float (1, C, H, W), white at 1, as it is read from the file that `to_picture` makes of it."""
    return to_tensor(to_pixels(picture, case.depth.dtype, case.range), case.range)


def psnr(picture: Tensor, target: Tensor) -> float:
    """The PSNR of a (1, C, H, W) in dB, white at 1, without the upper limit of metrics.psnr: infinite if equal."""
    error = float(metrics.squared_error(picture, target))
    return -10 * math.log10(error) if error else math.inf


def _ssim(picture: Tensor, target: Tensor) -> float | None:
    similarity = float(metrics.ssim(picture, target))
    return similarity if math.isfinite(similarity) else None


def compare(denoisers: Mapping[str, Denoiser], case: NoisyPicture) -> dict[str, tuple[Tensor, MeasuredPicture]]:
    """Runs every denoiser on the picture, one after the other. By name: the unclipped result, and its measurements."""
    results = {}
    for name, denoiser in denoisers.items():
        start = time.perf_counter()
        denoised = denoiser(case.noisy)
        seconds = time.perf_counter() - start
        results[name] = (denoised, measure_file(denoised, case, seconds))
    return results


def reduced(pixels: Pixels, most: int) -> Pixels:
    """A picture, (H, W, C), scaled down by area averaging if it has more than `most` pixels."""
    height, width = pixels.shape[:2]
    if height * width <= most:
        return pixels
    scale = (most / (height * width)) ** 0.5
    sides = [min(most, max(1, int(side * scale))) for side in (height, width)]
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32))
    return to_pixels(F.interpolate(tensor, sides, mode="bilinear", antialias=True) / 255, np.uint8, EIGHT_BITS)
