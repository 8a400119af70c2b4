"""One file denoised into another one, frame by frame; here, or on a node of a cluster."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..files import (
    DataRange,
    Depth,
    Picture,
    ValueRange,
    depth_for,
    depth_note,
    formats,
    frame_files,
    in_words,
    layout,
    pixel_range,
    spread,
    steps_in_use,
    tamed,
    to_tensor,
)
from ..measure import choice
from ..model import Noise2Noise
from ..nets import Header, stretch, weights
from . import options as shared

SAMPLED = 16  # frames that tell the range of values of a stack


def denoise_file(
    path: Path,
    target: Path,
    load: Callable[[str], Noise2Noise],
    options: argparse.Namespace,
    say: Callable[[str], object],
) -> None:
    """Denoises one file, frame by frame; `say` takes the warnings and notes, and its PSNR goes to stdout where there is
    a reference. Raises ValueError, OSError.
    """
    shipped = weights.headers()
    with ExitStack() as stack:
        pictures = frame_files.open_frames(path, stack, axes=options.axes)
        first = pictures[0]
        check_free(target, options)
        if pictures.layout.axes not in layout.ONE_PICTURE:
            say(f"read as {pictures.layout}")
        figures = Figures(frame_files.open_frames(options.reference, stack), first) if options.reference else None
        model = shared.as_asked(load(_name(first, shipped, options, say)), options)
        limits = _range(pictures, model, options.range)
        steps = steps_in_use(first.pixels, limits)
        asked = options.depth or ("same" if options.strength == 0 else None)
        depth = _depth(target, first, steps, asked)
        frame_files.check_target(target, depth.holding(first, first.pixels.astype(depth.dtype)), len(pictures))
        assumed = in_words(limits, first.pixels.dtype, int((first.pixels > limits.white).sum()))
        stretched = stretch.note(to_tensor(first.pixels, limits), model.header)
        stretched += " --no-stretch keeps that." * bool(stretched)
        for note in filter(None, (assumed, depth_note(depth, first.pixels.dtype, steps), stretched)):
            say(note)
        if warning := choice.warning(to_tensor(first.pixels, limits), model.header, shipped):
            say(warning)
        denoised = _denoised(pictures, model, limits, depth, figures, options)
        frame_files.write_frames(target, denoised, pictures)
    for note in first.notes:
        say(note)
    if figures:
        print(figures)


def check_free(target: Path, options: argparse.Namespace) -> None:
    """Raises FileExistsError where a file would be replaced, unless that is asked for."""
    if target.exists() and not options.force:
        raise FileExistsError(f"'{target}' exists; give another name or --force, or --resume for what is missing")


def _name(
    picture: Picture, shipped: Mapping[str, Header], options: argparse.Namespace, say: Callable[[str], object]
) -> str:
    """The weights asked for, or those that suit the picture, which is told."""
    if options.weights != choice.AUTOMATIC:
        return str(options.weights)
    name, why = choice.recommended(to_tensor(picture.pixels, pixel_range(picture.pixels)), None, shipped)
    say(f"“{name}” is used. {why}")
    return name


def _denoised(
    pictures: frame_files.Frames,
    model: Noise2Noise,
    limits: ValueRange,
    depth: Depth,
    figures: "Figures | None",
    options: argparse.Namespace,
) -> Iterator[Picture]:
    """The denoised frames, one after the other, with a progress bar where there are several."""
    hidden = None if len(pictures) > 1 else True
    for place, picture in enumerate(tqdm(pictures, unit="frame", desc=pictures.name, leave=False, disable=hidden)):
        denoised = model.denoise(
            picture,
            data_range=(limits.black, limits.white),
            ensemble=options.ensemble,
            strength=options.strength,
            depth=depth,
        )
        if figures:
            figures.add(place, picture, denoised, depth)
        yield denoised


def _range(pictures: frame_files.Frames, model: Noise2Noise, asked: DataRange | None) -> ValueRange:
    """One range of values for all frames, by some of them, so that a movie does not flicker."""
    first, *others = (pictures[place].pixels for place in spread(len(pictures), SAMPLED))
    alike = [pixels for pixels in others if (pixels.shape, pixels.dtype) == (first.shape, first.dtype)]
    return model.range_for(np.stack([first, *alike]).transpose(0, 3, 1, 2), asked)


def _depth(target: Path, first: Picture, steps: float, asked: str | None) -> Depth:
    """The depth of the result: the one that is asked for, or else one that the file can hold."""
    channels, suffix = first.pixels.shape[2], target.suffix.lower()
    return depth_for(asked, first.pixels.dtype, steps, lambda dtype: suffix in formats.writable(dtype, channels))


class Figures:
    """PSNR before and after, against a clean picture, or one for each frame."""

    def __init__(self, clean: frame_files.Frames, noisy: Picture) -> None:
        """Raises ValueError where the picture cannot be measured against this reference."""
        self._clean = clean
        self._limits = pixel_range(clean[0].pixels)
        self._found: list[tuple[float, float]] = []
        _check_alike(noisy, clean[0])

    def add(self, place: int, noisy: Picture, denoised: Picture, depth: Depth) -> None:
        """Measures a frame."""
        clean = to_tensor(self._clean[place % len(self._clean)].pixels, self._limits)
        before = tamed(to_tensor(noisy.pixels, self._limits))
        after = tamed(to_tensor(denoised.pixels, depth.scaled(self._limits)))
        self._found.append((Noise2Noise.psnr(before, clean), Noise2Noise.psnr(after, clean)))

    def __str__(self) -> str:
        """'PSNR 20.00 dB before, 30.00 dB after'"""
        before, after = np.mean(self._found, axis=0)
        over = f", mean of {len(self._found)} frames" if len(self._found) > 1 else ""
        return f"PSNR {before:.2f} dB before, {after:.2f} dB after{over}"


def _check_alike(noisy: Picture, clean: Picture) -> None:
    """Raises ValueError where a picture cannot be measured against this reference."""
    if clean.pixels.shape != noisy.pixels.shape or clean.pixels.dtype != noisy.pixels.dtype:
        raise ValueError(
            f"the reference is {clean.pixels.shape} {clean.pixels.dtype}, the picture {noisy.pixels.shape} "
            f"{noisy.pixels.dtype}; they must be alike"
        )
