"""What `train` does where there is one shot only: pictures read one by one, a narrow net, and a word on the price."""

import argparse
import sys

from ..data import PAIRED, ZERO_SHOT, Pairs
from ..nets import UNetConfig
from ..reading import read, read_one_shots
from ..training import ZERO_SHOT_WIDTH, named_net

LOST = (
    "one shot alone is learnt from by its own pixels: fine detail is lost with the noise, noise that neighbouring "
    "pixels share stays, and how good the result is cannot be told; where you can, take a second shot and learn from "
    "both"
)


def net_for(name: str, method: str, chosen: dict[str, object]) -> UNetConfig:
    """The net of the recipe of this name; for one picture a narrow one, unless another width was chosen."""
    return named_net(name, **({"width": ZERO_SHOT_WIDTH} if method == ZERO_SHOT else {}) | chosen)


def read_for(method: str, options: argparse.Namespace) -> Pairs:
    """The data as the method wants them; where they are single shots, says on stderr what that costs."""
    if method == PAIRED:
        return read(*options.data, noise=options.noise, roles=options.roles, axes=options.axes)
    unfit = {"--noise": options.noise, "--roles": options.roles, "--clean-targets": options.clean_targets}
    unfit |= {"--align": options.align, "--match-exposure": options.match_exposure}
    if given := [name for name, value in unfit.items() if value]:
        raise ValueError(f"--method {method} learns from single shots as they are; leave {', '.join(given)} out")
    print(LOST, file=sys.stderr)
    return read_one_shots(*options.data, axes=options.axes)
