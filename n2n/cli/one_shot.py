"""What `train` does where there is one shot only: pictures read one by one, a narrow net, and a word on the price."""

import argparse
import sys

from ..data import LOST, NEIGHBOURS, PAIRED, Pairs
from ..reading import read, read_one_shots


def read_for(method: str, options: argparse.Namespace) -> Pairs:
    """The data as the method wants them; where they are single shots, says on stderr what that costs. Raises ValueError
    where the options, or several shots, are for pairs.
    """
    if method == PAIRED:
        return read(*options.data, noise=options.noise, roles=options.roles, axes=options.axes)
    if len(options.data) > 1:
        raise ValueError(
            f"--method {method} is for single shots, and {len(options.data)} files are shots of one scene, from which "
            "more is learnt without it: leave --method out, or give one file, or a folder of single shots"
        )
    unfit = {"--noise": options.noise, "--roles": options.roles, "--clean-targets": options.clean_targets}
    unfit |= {"--align": options.align, "--match-exposure": options.match_exposure}
    if given := [name for name, value in unfit.items() if value]:
        raise ValueError(f"--method {method} learns from single shots as they are; leave {', '.join(given)} out")
    print(LOST if method == NEIGHBOURS else f"{LOST} (--method {NEIGHBOURS} loses less)", file=sys.stderr)
    return read_one_shots(*options.data, axes=options.axes)
