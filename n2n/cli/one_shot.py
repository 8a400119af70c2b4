"""What `train` does where there is one shot only: settings, pictures read one by one, and a word on the price."""

import argparse
import sys

from ..data import METHODS, PAIRED, Pairs
from ..nets import UNetConfig
from ..reading import read, read_one_shots
from ..training import Recipe, named_net, named_recipe

ZERO_SHOT = METHODS[-1]
NARROW = 6  # width of the net for one picture: about 16,000 numbers
SECONDS = {METHODS[1]: 120.0, ZERO_SHOT: 30.0}  # where no budget is set
LOST = (
    "one shot alone: pairs are drawn from neighbouring pixels, so fine detail is lost, noise that neighbours share "
    "stays, and the PSNR against the clean picture cannot be estimated; where you can, take a second shot "
    "and learn from both"
)


def recipe_for(name: str, chosen: dict[str, object]) -> Recipe:
    """The recipe of this name with the settings that were chosen, and a budget for the method."""
    budget = {"seconds": SECONDS.get(str(chosen.get("method", PAIRED)))}
    return named_recipe(name, **(chosen if {"epochs", "steps", "seconds"} & set(chosen) else budget | chosen))


def net_for(name: str, method: str, chosen: dict[str, object]) -> UNetConfig:
    """The net of the recipe of this name; for one picture a narrow one, unless another width was chosen."""
    return named_net(name, **({"width": NARROW} if method == ZERO_SHOT else {}) | chosen)


def read_for(method: str, options: argparse.Namespace) -> Pairs:
    """The data as the method wants them; where they are single shots, says on stderr what that costs."""
    if method == PAIRED:
        return read(*options.data, noise=options.noise, roles=options.roles, axes=options.axes)
    if options.noise or options.roles or options.clean_targets:
        raise ValueError(
            f"--method {method} learns from single shots as they are; leave --noise, --roles, --clean-targets out"
        )
    print(LOST, file=sys.stderr)
    return read_one_shots(*options.data, axes=options.axes)
