"""The command that repeats a training."""

import dataclasses
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from .noise import Noise
from .recipe import RECIPES, Recipe
from .unet import UNetConfig


def command(
    data: Sequence[str],
    out: str,
    chosen: Recipe,
    width: int,
    start: str | None = None,
    noise: Noise | None = None,
    *,
    validate: Sequence[str] = (),
    roles: Sequence[str] = (),
    freeze: bool = False,
) -> str:
    """What differs from the recipe of that name, and nothing else, as it is typed into a shell; all names as they are,
    unquoted.
    """
    parts = ["python", "-m", "n2n", "train", *map(_plain, data), "-o", _plain(out)]
    parts += ["--noise", str(noise)] if noise else []
    parts += ["--roles", ",".join(roles)] if roles else []
    parts += ["--freeze"] if freeze else []
    base = RECIPES[chosen.name]
    parts += ["--recipe", chosen.name] if chosen.name != "fast" else []
    parts += ["--width", str(width)] if width != UNetConfig().width and not start else []
    parts += ["--start", _plain(start)] if start else []
    parts += ["--validate", *map(_plain, validate)] if validate else []
    for field in dataclasses.fields(Recipe):
        value = getattr(chosen, field.name)
        if field.metadata and value is not None and value != getattr(base, field.name):
            parts += _option(field.name.replace("_", "-"), value)
    return shlex.join(parts)


def names(paths: Sequence[str | Path]) -> list[str]:
    """Paths → their names without the folders above; so much of those is kept as it takes to tell two apart."""
    whole = [Path(os.path.abspath(path)).parts for path in paths]
    for kept in range(1, max(map(len, whole), default=1)):
        found = [os.path.join(*parts[-kept:]) for parts in whole]
        if len(set(found)) == len(set(whole)):
            return found
    return [str(path) for path in paths]


def _option(flag: str, value: object) -> list[str]:
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", f"{value:.12g}" if isinstance(value, float) else str(value)]


def _plain(name: str) -> str:
    """A name that no reader of options takes for one of them."""
    return f"./{name}" if name.startswith("-") else name
