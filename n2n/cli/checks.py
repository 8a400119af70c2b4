"""What a command is asked for, looked at before any work is done: values, places to write to, files to compare with."""

import argparse
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..data import Picture, folders, formats
from ..nets import weights as files
from ..noise import Noise, parse
from ..training import last_path

ROLES = (("source", "target"), ("source", "clean"), ("source", "target", "clean"))

# --- Values: text → what it means; raise ArgumentTypeError ---


def noise(text: str) -> Noise:
    """'gaussian:25' → its model."""
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def roles(text: str) -> tuple[str, ...]:
    """'source,clean' → what the arrays of a file are."""
    told = tuple(text.split(","))
    if told not in ROLES:
        raise argparse.ArgumentTypeError(f"'{text}'; allowed: {' or '.join(map(','.join, ROLES))}")
    return told


def white(text: str) -> float:
    """The value of white."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}'; allowed: the value of white, above 0 and finite, such as 4095")
    return value


def whole(least: int) -> Callable[[str], int]:
    """What reads whole numbers from `least` on."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"'{text}'; allowed: whole numbers from {least}")
        return value

    return read


# --- Places: raise ValueError or OSError ---


def before_training(parsed: argparse.Namespace) -> None:
    """Can the weights be written, and nothing that is there be lost; is there what is started from and measured on?"""
    out, last = parsed.out, last_path(parsed.out)
    files.check_place(out)
    for path, what in ((out, ""), (last, ", the checkpoint of a training")):
        if path.is_dir():
            raise ValueError(f"'{path}' is a folder, and weights are to go there; give another name")
        if path.exists() and not (parsed.resume or parsed.force):
            raise FileExistsError(f"'{path}' exists{what}; go on with --resume, or give another name or --force")
    if parsed.resume and out.exists() and not last.exists() and not parsed.force:
        raise FileExistsError(f"'{out}' exists, but no '{last}' to go on from; give another name or --force")
    for path in parsed.validate or ():
        if path not in folders.SAMPLES and not Path(path).exists():
            raise FileNotFoundError(f"--validate: there is no file or folder '{path}'")
    if parsed.tensorboard and parsed.tensorboard.exists() and not parsed.tensorboard.is_dir():
        raise ValueError(f"--tensorboard '{parsed.tensorboard}' is a file; name a folder")
    if parsed.start:
        files.find(parsed.start)


def pictures(paths: Sequence[Path]) -> list[Path]:
    """The inputs of `denoise`: folders opened, one level deep."""
    found = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if formats.is_picture(p))
            if not inside:
                raise ValueError(f"folder '{path}' holds no pictures; allowed: {', '.join(formats.pictures())}")
            found += inside
        else:
            found.append(path)
    return found


def targets(inputs: Sequence[Path], out: Path, force: bool) -> list[Path]:
    """Where each denoised picture goes: to `out`, or for several, and for a name without ending, into the folder `out`,
    which is made.
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


def check_writes(picture: Picture, target: Path, force: bool) -> None:
    """Can a picture be written under this name, with its bits?"""
    if target.exists() and not force:
        raise FileExistsError(f"'{target}' exists; give another name or --force")
    _check_picture(target)
    allowed = formats.pictures(sixteen_bits=picture.pixels.dtype == np.uint16)
    if target.suffix.lower() not in allowed:
        listed = ", ".join(allowed)
        raise ValueError(f"cannot write '{target.name}' with 16 bits; allowed: {listed}: name it so with -o")


def check_alike(noisy: Picture, clean: Picture) -> None:
    """Can a picture be measured against this reference?"""
    if clean.pixels.shape != noisy.pixels.shape or clean.pixels.dtype != noisy.pixels.dtype:
        raise ValueError(
            f"the reference is {clean.pixels.shape} {clean.pixels.dtype}, the picture {noisy.pixels.shape} "
            f"{noisy.pixels.dtype}; they must be alike"
        )


def before_evaluating(parsed: argparse.Namespace) -> None:
    """Can the figure be written, and the weights hold what is recorded?"""
    if parsed.figure and (parsed.figure.suffix.lower() != ".png" or parsed.figure.is_dir()):
        raise ValueError(f"a figure goes into a .png, not '{parsed.figure}'; name one, such as figure.png")
    if parsed.figure and not parsed.figure.parent.is_dir():
        raise FileNotFoundError(f"no folder '{parsed.figure.parent}'; make it first")
    path = files.find(parsed.weights)
    if parsed.record and path.suffix != ".safetensors":
        raise ValueError(f"--record: '{path}' has no header to write into; only .safetensors have")
