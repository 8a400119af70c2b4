"""Files of numpy that may be damaged: every error of numpy becomes one that names the file."""

import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .types import Planes

# The errors of numpy for a file that is damaged or whose fields are wrong.
REFUSED = (
    *(ArithmeticError, EOFError, LookupError, MemoryError, OSError, SyntaxError, TypeError, ValueError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turns the errors of numpy into a ValueError that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except REFUSED as error:
        raise ValueError(f"'{path}' was refused: {error}") from error


def mapped(path: Path) -> Planes:
    """The array of a .npy, memory-mapped. Raises FileNotFoundError, ValueError."""
    with refusing(path):
        array: Planes = np.lib.format.open_memmap(path, mode="r")
    return array
