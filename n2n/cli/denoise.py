"""`denoise`: denoises pictures, and folders of pictures."""

import argparse
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from tqdm import tqdm

from ..cluster import spreading
from ..files import DEPTHS, formats
from ..machine import find_device
from ..measure import choice
from ..model import Noise2Noise
from ..nets import tiling
from . import options as shared
from .denoise_cluster import denoise_on
from .denoise_file import denoise_file
from .parser import one_line
from .places import pictures_at, targets_for

FEW = 3  # inputs of which only large ones are spread over a cluster, in tiles; of more, every file is


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
    parser.add_argument("--resume", action="store_true", help="leave out what is there already, and do the rest")
    shared.add_cluster(
        parser,
        f"spread the files over the cores of a Ray cluster, and of {FEW} or fewer the large ones in tiles; they travel "
        "by content",
    )


def run(options: argparse.Namespace) -> int:
    """Denoises every input that can be read, then lists those that could not."""
    inputs = pictures_at(options.inputs)
    _check(options, inputs)
    device = find_device("cpu" if options.cluster else options.device)
    load = cache(partial(Noise2Noise.load, device=device, precision=options.precision, residual=options.residual))
    if options.weights != choice.AUTOMATIC:
        load(options.weights)
    targets = targets_for(inputs, options.out, options.force or options.resume)
    files = [(path, target) for path, target in zip(inputs, targets) if not (options.resume and target.exists())]
    if options.resume:
        print(f"{len(inputs) - len(files)} of {len(inputs)} were there already", file=sys.stderr)
    if options.cluster and len(files) > FEW:
        failed = denoise_on(options.cluster, files, options)
    else:
        failed = _denoise_here(files, _spreading(load, options.cluster) if options.cluster else load, options)
    if any(formats.is_lossy(target) for _, target in files):
        print("JPEG changes values a little, at any strength; name a .png or .tif to keep them", file=sys.stderr)
    if failed and len(inputs) == 1:
        raise ValueError(failed[0])
    for line in failed:
        print(line, file=sys.stderr)
    if failed:
        raise ValueError(f"{len(failed)} of {len(inputs)} pictures were not denoised, for the reasons above")
    return 0


def _check(options: argparse.Namespace, inputs: list[Path]) -> None:
    """Raises ValueError for options that contradict each other, or have values that are not allowed."""
    if options.reference and len(inputs) != 1:
        raise ValueError(f"--reference belongs to one input, {len(inputs)} were given")
    if options.resume and options.force:
        raise ValueError("--resume keeps what is there, and --force replaces it; leave one of them out")
    if options.cluster and options.device not in ("auto", "cpu"):
        raise ValueError(f"--cluster computes on the cores of its nodes; leave --device {options.device} out")
    tiling.check_strength(options.strength)


def _denoise_here(
    files: list[tuple[Path, Path]], load: Callable[[str], Noise2Noise], options: argparse.Namespace
) -> list[str]:
    """Denoises one file after the other; returns a line for each that could not be."""
    failed, hidden = [], None if len(files) > 1 else True
    for path, target in tqdm(files, unit="picture", desc="denoise", disable=hidden):
        try:
            denoise_file(path, target, load, options, partial(_say, path))
        except (ValueError, OSError, MemoryError) as error:
            failed.append(f"{path}: {one_line(error)}")
    return failed


def _say(path: Path, text: str) -> None:
    print(f"{path}: {text}", file=sys.stderr)


def _spreading(load: Callable[[str], Noise2Noise], address: str) -> Callable[[str], Noise2Noise]:
    """Loads models that denoise large pictures on all cores of a cluster."""

    @cache
    def spread(name: str) -> Noise2Noise:
        return spreading(load(name), address)

    return spread
