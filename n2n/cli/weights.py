"""`weights`: lists the weights that come along."""

import argparse
import json

from ..figures import report
from ..nets import weights
from . import options as shared


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `weights`."""
    parser.description = "Lists the weights that come along: what they are for, and what was measured of them."
    shared.add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Prints a table, or the headers as JSON."""
    headers = weights.headers()
    if options.json:
        print(json.dumps({name: header.as_json() for name, header in headers.items()}))
    else:
        print(report.shipped(headers))
    return 0
