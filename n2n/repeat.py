"""The command that repeats a training."""

import dataclasses
import shlex

from .noise import Noise
from .recipe import RECIPES, Recipe
from .unet import UNetConfig


def command(
    data: str, out: str, chosen: Recipe, width: int, start: str | None = None, noise: Noise | None = None
) -> str:
    """What differs from the recipe of that name, and nothing else; `data` as it is written on a command line."""
    parts = ["python", "-m", "n2n", "train", *shlex.split(data), "-o", out]
    parts += ["--noise", str(noise)] if noise else []
    base = RECIPES[chosen.name]
    parts += ["--recipe", chosen.name] if chosen.name != "fast" else []
    parts += ["--width", str(width)] if width != UNetConfig().width and not start else []
    parts += ["--start", start] if start else []
    for field in dataclasses.fields(Recipe):
        value = getattr(chosen, field.name)
        if not field.metadata or value is None or value == getattr(base, field.name):
            continue
        flag = field.name.replace("_", "-")
        if isinstance(value, bool):
            parts.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            parts += [f"--{flag}", f"{value:.12g}" if isinstance(value, float) else str(value)]
    return shlex.join(parts)
