"""A trained net for other programs: the files that are made of it when somebody asks for them."""

import shutil
import tempfile
import traceback
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from n2n.export import issue, write_bioimage, write_folder, write_onnx

from .takeaway import NAME

FOLDER = f"{NAME}-huggingface"


def write_passports(weights: Path, folder: Path) -> tuple[list[Path], list[str]]:
    """Writes ONNX, BioImage.IO and a zipped folder for the Hugging Face Hub into `folder`; returns the files that
    could be made, and why others could not.
    """
    passport = cache(partial(issue, weights))
    makers: dict[str, Callable[[Path], object]] = {
        f"{NAME}.onnx": lambda path: write_onnx(passport(), path),
        f"{NAME}.bioimage.zip": lambda path: write_bioimage(passport(), path),
        f"{FOLDER}.zip": lambda path: _zipped_folder(weights, path),
    }
    files, problems = [], []
    for name, make in makers.items():
        try:
            make(folder / name)
            files.append(folder / name)
        except (ValueError, ArithmeticError, OSError) as error:
            traceback.print_exc()
            problems.append(f"There is no {name}: {error}.")
    return files, problems


def _zipped_folder(weights: Path, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        write_folder(weights, Path(beside) / "in" / FOLDER)
        made = shutil.make_archive(f"{beside}/made", "zip", Path(beside) / "in")
        Path(made).replace(path)
