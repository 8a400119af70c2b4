"""`bench`: times this machine."""

import argparse
import json

from .. import bench
from . import options as shared


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `bench`."""
    parser.description = "Times training and denoising beside the plain way, in one run. Takes about a minute."
    shared.add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the figures."""
    figures = bench.run()
    print(json.dumps(figures) if options.json else bench.table(figures))
    return 0
