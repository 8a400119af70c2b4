"""`denoise`: denoises pictures, and folders of pictures."""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..data import Picture, formats, image, is_hidden, pixel_range, to_tensor
from ..machine import find_device
from ..measure import choice
from ..model import Noise2Noise
from ..nets import Header, tiling, weights
from . import options as shared
from . import values
from .parser import one_line


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `denoise`."""
    parser.description = (
        "Denoises pictures. Size, 8 or 16 bits, grey or colour, alpha, colour profile and EXIF stay as they are; but "
        "palettes and CMYK become RGB, and 1 bit becomes 8-bit grey."
    )
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="pictures, or folders of pictures")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="OUT", help="a picture for one input, else a folder"
    )
    shared.add_weights(parser)
    parser.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="blend: 0 nothing, 1 all of it (default)"
    )
    parser.add_argument(
        "--range", type=values.white, metavar="WHITE", help="value of white, for 16-bit pictures that use fewer bits"
    )
    parser.add_argument("--reference", type=Path, metavar="CLEAN", help="a clean picture to measure one input against")
    parser.add_argument("--force", action="store_true", help="overwrite")


def run(options: argparse.Namespace) -> int:
    """Denoises every input that can be read, then lists those that could not."""
    inputs = _pictures(options.inputs)
    if options.reference and len(inputs) != 1:
        raise ValueError(f"--reference belongs to one input, {len(inputs)} were given")
    clean = image.read(options.reference) if options.reference else None
    tiling.check_strength(options.strength)
    device = find_device(options.device)
    model = Noise2Noise.load(options.weights, device, options.precision, options.residual)
    targets = _targets(inputs, options.out, options.force)
    failed, shipped = [], weights.headers()
    hidden = None if len(inputs) > 1 else True
    for path, target in tqdm(list(zip(inputs, targets)), unit="picture", desc="denoise", disable=hidden):
        try:
            _denoise(path, target, model, clean, shipped, options)
        except (ValueError, OSError, MemoryError) as error:
            failed.append(f"{path}: {one_line(error)}")
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
    model: Noise2Noise,
    clean: Picture | None,
    shipped: Mapping[str, Header],
    options: argparse.Namespace,
) -> None:
    """Denoises one picture, with warnings and notes on stderr and its PSNR on stdout. Raises ValueError, OSError."""
    picture = image.read(path)
    _check_writes(picture, target, options.force)
    if clean:
        _check_alike(picture, clean)
    _warn(path, picture, model, options.range, shipped)
    denoised = model.denoise(picture, data_range=options.range, ensemble=options.ensemble, strength=options.strength)
    image.write(target, denoised)
    for note in picture.notes:
        print(f"{path}: {note}", file=sys.stderr)
    if clean:
        _compare(picture, denoised, clean)


def _pictures(paths: Sequence[Path]) -> list[Path]:
    """The inputs with their folders opened, one level deep. Raises ValueError for a folder without pictures."""
    found = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if formats.is_picture(p) and not is_hidden(Path(p.name)))
            if not inside:
                raise ValueError(f"folder '{path}' holds no pictures; allowed: {', '.join(formats.pictures())}")
            found += inside
        else:
            found.append(path)
    return found


def _targets(inputs: Sequence[Path], out: Path, force: bool) -> list[Path]:
    """Where each denoised picture goes: to `out`, or for several, and for a name without ending, into the folder `out`,
    which is made. Raises ValueError, OSError.
    """
    if len(inputs) == 1 and out.suffix and not out.is_dir():
        _check_picture(out)
        if not out.parent.is_dir():
            raise FileNotFoundError(f"no folder '{out.parent}'; make it first")
        if out.exists() and not force:
            raise FileExistsError(f"'{out}' exists; give another name or --force")
        return [out]
    if out.suffix and not out.is_dir():
        raise ValueError(f"'{out}' names one picture, {len(inputs)} go in; give a folder")
    if out.exists() and not out.is_dir():
        raise ValueError(f"'{out}' is a file; give a folder, or a name with an ending such as '{out}.png'")
    name, count = Counter(path.name for path in inputs).most_common(1)[0]
    if count > 1:
        raise ValueError(f"{count} inputs are named '{name}' and would go into one file; give each a folder of its own")
    out.mkdir(parents=True, exist_ok=True)
    return [out / path.name for path in inputs]


def _check_picture(path: Path) -> None:
    if not formats.is_picture(path):
        raise ValueError(f"cannot write '{path.name}'; allowed: {', '.join(formats.pictures())}")


def _check_writes(picture: Picture, target: Path, force: bool) -> None:
    """Raises ValueError or OSError where a picture cannot be written under this name, with its bits."""
    if target.exists() and not force:
        raise FileExistsError(f"'{target}' exists; give another name or --force")
    _check_picture(target)
    allowed = formats.pictures(sixteen_bits=picture.pixels.dtype == np.uint16)
    if target.suffix.lower() not in allowed:
        listed = ", ".join(allowed)
        raise ValueError(f"cannot write '{target.name}' with 16 bits; allowed: {listed}: name it so with -o")


def _check_alike(noisy: Picture, clean: Picture) -> None:
    """Raises ValueError where a picture cannot be measured against this reference."""
    if clean.pixels.shape != noisy.pixels.shape or clean.pixels.dtype != noisy.pixels.dtype:
        raise ValueError(
            f"the reference is {clean.pixels.shape} {clean.pixels.dtype}, the picture {noisy.pixels.shape} "
            f"{noisy.pixels.dtype}; they must be alike"
        )


def _warn(
    path: Path, picture: Picture, model: Noise2Noise, data_range: float | None, shipped: Mapping[str, Header]
) -> None:
    """Prints a warning where the weights did not learn such noise, with the weights that did."""
    limits = model.range_for(picture.pixels.transpose(2, 0, 1), data_range)
    if warning := choice.warning(to_tensor(picture.pixels, limits), model.header, shipped):
        print(f"{path}: {warning}", file=sys.stderr)


def _compare(noisy: Picture, denoised: Picture, clean: Picture) -> None:
    limits = pixel_range(clean.pixels)
    target = to_tensor(clean.pixels, limits)
    before, after = (Noise2Noise.psnr(to_tensor(picture.pixels, limits), target) for picture in (noisy, denoised))
    print(f"PSNR {before:.2f} dB before, {after:.2f} dB after")
