"""`n2n.score`: results scored from Python, as files or as arrays."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from ..data import Scene
from ..files import DataRange, Planes
from ..reading import Entry, read_results, shapes
from .fitness import Mending
from .scoreboard import Score
from .scoring import judge

Picture: TypeAlias = str | Path | npt.NDArray[Any] | Tensor


def score(
    first: Picture,
    second: Picture,
    results: Mapping[str, Picture] | Sequence[Picture],
    clean: Picture | None = None,
    *,
    align: bool = False,
    match_range: bool = False,
    data_range: DataRange | None = None,
) -> Score:
    """Scores what programs made of the first of two noisy shots, without a clean picture: by the second shot, which
    they must not have seen.

    All are files, or all folders of equally named pictures, or all arrays or tensors: (H, W), (H, W, 3) or
    (N, C, H, W) for N scenes, of any type. `results` are named, or named after their files; a `clean` picture adds the
    true PSNR. `align` lays results, and the second shot, where the first shot lies; `match_range` brings results to the
    range of the shots. `data_range` is white, or black and white, of the shots; by default it follows from their
    values. A result that cannot be scored says why and what to do in its `problem`. Print the score to read it.
    Raises ValueError where the shots themselves have none, OSError.
    """
    mending = Mending(align, match_range)
    named = dict(results) if isinstance(results, Mapping) else _named(results)
    every = [first, second, *named.values(), *([] if clean is None else [clean])]
    if all(isinstance(one, str | Path) for one in every):
        paths = [Path(str(one)) for one in every[: 2 + len(named)]]
        entries, notes = read_results(paths, None if clean is None else Path(str(clean)), names=tuple(named))
        return judge(entries, None, mending, data_range, notes)
    if any(isinstance(one, str | Path) for one in every):
        raise ValueError("files and arrays are mixed; give all as files, or all as arrays")
    shots = [_stack(one, what) for one, what in ((first, "first"), (second, "second"))]
    truth = None if clean is None else _stack(clean, "clean")
    stacks = {name: _stack(one, name) for name, one in named.items()}
    if len({len(stack) for stack in (*shots, *stacks.values(), *([] if truth is None else [truth]))}) > 1:
        counts = {name: len(stack) for name, stack in {"first": shots[0], "second": shots[1], **stacks}.items()}
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ValueError(f"the numbers of scenes differ ({told}); give as many of each, in (N, C, H, W)")
    entries = [
        Entry(
            Scene(str(place), (shots[0][place], shots[1][place]), None if truth is None else truth[place]),
            {name: stack[place] for name, stack in stacks.items()},
        )
        for place in range(len(shots[0]))
    ]
    return judge(entries, None, mending, data_range)


def _named(results: Sequence[Picture]) -> dict[str, Picture]:
    """Results by the names of their files, or by their numbers. Raises ValueError for one name twice."""
    names = [
        Path(one).stem if isinstance(one, str | Path) else f"result {place}" for place, one in enumerate(results, 1)
    ]
    if len(set(names)) < len(names):
        raise ValueError(f"results have the same name ({', '.join(names)}); name them: results={{'one': …, 'two': …}}")
    return dict(zip(names, results))


def _stack(picture: Picture, what: str) -> Planes:
    """(N, C, H, W). Raises ValueError."""
    array = picture.detach().cpu().numpy() if isinstance(picture, Tensor) else np.asarray(picture)
    return shapes.to_stack(array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array, what)
