"""`check`: the pair doctor, which looks at pairs before a training."""

import argparse
import json
from dataclasses import asdict

from ..measure import doctor
from ..reading import read
from . import options as shared
from . import remedies
from .messages import describe


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `check`."""
    parser.description = (
        "The pair doctor: same file twice, shift, drift, clipping, correlated noise … each verdict with its number, "
        "what it costs and what to do. Exit status 0, or 1 where something is red."
    )
    parser.add_argument("data", nargs="+", metavar="DATA", help=shared.PAIRS)
    shared.add_roles(parser)
    shared.add_axes(parser)
    remedies.add_remedies(parser)
    shared.add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the verdicts; returns 1 where one of them is red."""
    data = remedies.remedy(read(*options.data, roles=options.roles, axes=options.axes), options)
    verdicts = doctor.examine(data)
    if options.json:
        print(json.dumps({"data": data.described, "verdicts": [asdict(verdict) for verdict in verdicts]}))
    else:
        describe(data)
        print("\n".join(map(str, verdicts)))
    return 1 if any(verdict.level == "red" for verdict in verdicts) else 0
