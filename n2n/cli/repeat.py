"""The command line that repeats a training."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..data import PAIRED
from ..files import DataRange
from ..nets import UNetConfig
from ..noise import Noise
from ..remedies import Remedies
from ..settings import settings_of
from ..training import Recipe, named_net, named_recipe


def training_command(
    data: Sequence[str],
    out: str,
    chosen: Recipe,
    config: UNetConfig,
    start: str | None = None,
    noise: Noise | None = None,
    *,
    validate: Sequence[str] = (),
    roles: Sequence[str] = (),
    axes: str | None = None,
    freeze: bool = False,
    most_grain: float | None = None,
    stretch: bool = False,
    remedies: Remedies | None = None,
    limits: DataRange | None = None,
) -> str:
    """The command as it is typed into a shell, with only what differs from the recipe of that name and its net; all
    names as they are, unquoted. The channels of the net are those of the data, its width is that of `start`.
    """
    parts = ["python", "-m", "n2n", "train", *map(_plain, data), "-o", _plain(out)]
    parts += ["--noise", str(noise)] if noise else []
    parts += ["--roles", ",".join(roles)] if roles else []
    parts += ["--axes", axes] if axes else []
    parts += ["--freeze"] if freeze else []
    parts += [] if most_grain is None else ["--most-grain", f"{most_grain:.12g}"]
    parts += ["--stretch"] if stretch else []
    parts += remedies.options if remedies else []
    parts += [f"--range={_range(limits)}"] if limits else []
    parts += ["--recipe", chosen.name] if chosen.name != "fast" else []
    parts += ["--method", chosen.method] if chosen.method != PAIRED else []
    usual = named_net(chosen.name, chosen.method, channels=config.channels)
    parts += _differing(config, replace(usual, width=config.width) if start else usual)
    parts += ["--start", _plain(start)] if start else []
    parts += ["--validate", *map(_plain, validate)] if validate else []
    return shlex.join(parts + _differing(chosen, named_recipe(chosen.name, method=chosen.method)))


def _range(limits: DataRange) -> str:
    """White, or black and white, as --range takes them."""
    return ",".join(repr(value).removesuffix(".0") for value in (limits if isinstance(limits, tuple) else (limits,)))


def short_names(paths: Sequence[str | Path]) -> list[str]:
    """Paths → their names, with as much of the folders above as it takes to tell two apart."""
    whole = [Path(os.path.abspath(path)).parts for path in paths]
    for kept in range(1, max(map(len, whole), default=1)):
        found = [os.path.join(*parts[-kept:]) for parts in whole]
        if len(set(found)) == len(set(whole)):
            return found
    return [str(path) for path in paths]


def _differing(chosen: Recipe | UNetConfig, usual: Recipe | UNetConfig) -> list[str]:
    """The options that make the usual settings the chosen ones."""
    values = {name: getattr(chosen, name) for name in settings_of(type(chosen))}
    others = {name: value for name, value in values.items() if value not in (None, getattr(usual, name))}
    return [word for name, value in others.items() for word in _option(name.replace("_", "-"), value)]


def _option(flag: str, value: object) -> list[str]:
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", f"{value:.12g}" if isinstance(value, float) else str(value)]


def _plain(name: str) -> str:
    """A name that no reader of options takes for one of them."""
    return f"./{name}" if name.startswith("-") else name
