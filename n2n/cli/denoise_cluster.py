"""Files denoised on the nodes of a cluster, as `denoise` does it here."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import torch
from tqdm import tqdm

from ..cluster import Work, connect, program, work_on_files
from ..files import write_bytes
from ..measure import choice
from ..model import Noise2Noise
from ..nets import resolved, weights
from .denoise_file import check_free, denoise_file
from .parser import one_line


@dataclass(frozen=True)
class Told:
    """What a node tells of a file: warnings and notes, and why it was not denoised, if so."""

    lines: Sequence[str]
    failed: str


def denoise_on(address: str, files: Sequence[tuple[Path, Path]], options: argparse.Namespace) -> list[str]:
    """Denoises files on all cores of a cluster; returns a line for each that could not be. Raises ValueError where no
    cluster answers.
    """
    ray = connect(address, runtime_env=program())
    failed: dict[Path, str] = {}
    free = [(path, target) for path, target in files if not _taken(path, target, options, failed)]
    names = [(path, target.name) for path, target in free]
    with tqdm(total=len(files), initial=len(failed), unit="picture", desc="denoise", disable=None) as bar:
        for done in work_on_files(ray, _prepare(options), names, partial(_say, "")):
            path, target = free[done.place]
            told = done.told or Told((), done.failed)
            for line in told.lines:
                _say(f"{path}: ", line)
            try:
                if done.result:
                    write_bytes(target, done.result.data)
            except (ValueError, OSError) as error:
                failed[path] = one_line(error)
            if told.failed:
                failed[path] = told.failed
            bar.update()
    return [f"{path}: {failed[path]}" for path, _ in files if path in failed]


def _taken(path: Path, target: Path, options: argparse.Namespace, failed: dict[Path, str]) -> bool:
    """Whether a target is there and stays, which is taken down in `failed`."""
    try:
        check_free(target, options)
    except FileExistsError as error:
        failed[path] = str(error)
    return path in failed


def _say(front: str, text: str) -> None:
    tqdm.write(f"{front}{text}", file=sys.stderr)


def _prepare(options: argparse.Namespace) -> Callable[[], Work]:
    """What a process of a node needs: the options, and weights by name where they came along, else as a file."""
    own = vars(options) | {"inputs": [], "out": None, "device": "cpu"}
    own["precision"] = resolved(options.precision, torch.device("cpu"))  # one for all nodes
    known = options.weights in (choice.AUTOMATIC, *weights.shipped())
    file = None if known else weights.find(options.weights)
    return partial(_prepared, argparse.Namespace(**own), file.name if file else "", file.read_bytes() if file else b"")


def _prepared(options: argparse.Namespace, name: str, content: bytes) -> Work:
    """On a node: the work."""
    load = partial(Noise2Noise.load, device=options.device, precision=options.precision, residual=options.residual)
    if not name:
        return partial(_work, cache(load), options)
    with tempfile.TemporaryDirectory(prefix="n2n-") as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        model = load(file)
    return partial(_work, lambda _: model, options)


def _work(load: Callable[[str], Noise2Noise], options: argparse.Namespace, path: Path, target: Path) -> Told:
    """On a node: denoises a file, with what is to be said here."""
    lines: list[str] = []
    try:
        denoise_file(path, target, load, options, lines.append)
    except (ValueError, OSError, MemoryError) as error:
        return Told(lines, one_line(error))
    return Told(lines, "")
