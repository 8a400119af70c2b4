"""`denoise`: denoises pictures, and folders of pictures."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..files import (
    DEPTHS,
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
from ..machine import find_device
from ..measure import choice
from ..model import Noise2Noise
from ..nets import Header, stretch, tiling, weights
from . import options as shared
from .parser import one_line
from .places import pictures_at, targets_for

SAMPLED = 16  # frames that tell the range of values of a stack


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `denoise`."""
    parser.description = (
        "Denoises pictures, and stacks frame by frame. Size, type of pixels, channels, axes, alpha, resolution, colour "
        "profile and EXIF stay as they are; but palettes and CMYK become RGB, and 1 bit becomes 8-bit grey. Camera raw "
        "becomes linear 16-bit colour of half its size, by default as .tif."
    )
    parser.add_argument(
        "inputs", nargs="+", type=Path, metavar="INPUT", help="pictures, stacks, .npy or .npz, or folders of them"
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="OUT", help="a file for one input, else a folder"
    )
    shared.add_axes(parser)
    shared.add_weights(parser, automatic=True)
    shared.add_stretch(parser)
    parser.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="blend: 0 nothing, 1 all of it (default)"
    )
    shared.add_range(parser)
    parser.add_argument(
        "--depth",
        choices=DEPTHS,
        help="type of the result's pixels: same, 16 bits (8-bit values times 257) or float; without: the same, but a "
        "finer one where rounding would take back the result",
    )
    parser.add_argument("--reference", type=Path, metavar="CLEAN", help="a clean picture to measure one input against")
    parser.add_argument("--force", action="store_true", help="overwrite")


def run(options: argparse.Namespace) -> int:
    """Denoises every input that can be read, then lists those that could not."""
    inputs = pictures_at(options.inputs)
    if options.reference and len(inputs) != 1:
        raise ValueError(f"--reference belongs to one input, {len(inputs)} were given")
    tiling.check_strength(options.strength)
    device = find_device(options.device)
    load = cache(partial(Noise2Noise.load, device=device, precision=options.precision, residual=options.residual))
    if options.weights != choice.AUTOMATIC:
        load(options.weights)
    targets = targets_for(inputs, options.out, options.force)
    failed, shipped = [], weights.headers()
    hidden = None if len(inputs) > 1 else True
    for path, target in tqdm(list(zip(inputs, targets)), unit="picture", desc="denoise", disable=hidden):
        try:
            _denoise(path, target, load, shipped, options)
        except (ValueError, OSError, MemoryError) as error:
            failed.append(f"{path}: {one_line(error)}")
    if any(formats.is_lossy(target) for target in targets):
        print("JPEG changes values a little, at any strength; name a .png or .tif to keep them", file=sys.stderr)
    if failed and len(inputs) == 1:
        raise ValueError(failed[0])
    for line in failed:
        print(line, file=sys.stderr)
    if failed:
        raise ValueError(f"{len(failed)} of {len(inputs)} pictures were not denoised, for the reasons above")
    return 0


def _denoise(
    path: Path,
    target: Path,
    load: Callable[[str], Noise2Noise],
    shipped: Mapping[str, Header],
    options: argparse.Namespace,
) -> None:
    """Denoises one file, frame by frame, with warnings and notes on stderr and its PSNR on stdout. Raises ValueError,
    OSError.
    """
    with ExitStack() as stack:
        pictures = frame_files.open_frames(path, stack, axes=options.axes)
        first = pictures[0]
        if target.exists() and not options.force:
            raise FileExistsError(f"'{target}' exists; give another name or --force")
        if pictures.layout.axes not in layout.ONE_PICTURE:
            print(f"{path}: read as {pictures.layout}", file=sys.stderr)
        figures = Figures(frame_files.open_frames(options.reference, stack), first) if options.reference else None
        model = shared.as_asked(load(_name(path, first, shipped, options)), options)
        limits = _range(pictures, model, options.range)
        steps = steps_in_use(first.pixels, limits)
        asked = options.depth or ("same" if options.strength == 0 else None)
        depth = _depth(target, first, steps, asked)
        frame_files.check_target(target, depth.holding(first, first.pixels.astype(depth.dtype)), len(pictures))
        assumed = in_words(limits, first.pixels.dtype, int((first.pixels > limits.white).sum()))
        stretched = stretch.note(to_tensor(first.pixels, limits), model.header)
        stretched += " --no-stretch keeps that." * bool(stretched)
        for note in filter(None, (assumed, depth_note(depth, first.pixels.dtype, steps), stretched)):
            print(f"{path}: {note}", file=sys.stderr)
        if warning := choice.warning(to_tensor(first.pixels, limits), model.header, shipped):
            print(f"{path}: {warning}", file=sys.stderr)
        denoised = _denoised(pictures, model, limits, depth, figures, options)
        frame_files.write_frames(target, denoised, pictures)
    for note in first.notes:
        print(f"{path}: {note}", file=sys.stderr)
    if figures:
        print(figures)


def _name(path: Path, picture: Picture, shipped: Mapping[str, Header], options: argparse.Namespace) -> str:
    """The weights asked for, or those that suit the picture, which is told on stderr."""
    if options.weights != choice.AUTOMATIC:
        return str(options.weights)
    name, why = choice.recommended(to_tensor(picture.pixels, pixel_range(picture.pixels)), None, shipped)
    print(f"{path}: “{name}” is used. {why}", file=sys.stderr)
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
