"""`make-pairs`: makes sets of noisy pairs from clean photographs."""

import argparse
from pathlib import Path

from ..data import make
from ..files import formats
from ..reading import read_photographs
from . import options as shared
from . import values
from .messages import describe


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `make-pairs`."""
    parser.description = "Cuts random squares from clean photographs and writes noisy versions of each."
    parser.add_argument("data", nargs="+", metavar="PHOTOS", help="folder or .zip of photographs, or the word samples")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help=f"{', '.join(formats.arrays(written=True))} (.pkl is the course's), or a folder of PNGs",
    )
    shared.add_noise(parser, required=True)
    parser.add_argument(
        "--size", type=values.whole(8), default=32, metavar="N", help="side of the pictures in pixels (default 32)"
    )
    parser.add_argument("--count", type=values.whole(1), default=50000, metavar="N", help="scenes (default 50000)")
    parser.add_argument(
        "--shots", type=values.whole(1), default=2, metavar="K", help="noisy versions of each scene (default 2)"
    )
    parser.add_argument("--clean", action="store_true", help="add the clean pictures, to measure against")
    parser.add_argument(
        "--seed", type=values.whole(0), default=0, metavar="N", help="seed of cuts and noise (default 0)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite")


def run(options: argparse.Namespace) -> int:
    """Makes the pairs and writes them."""
    make.check_target(options.out, options.force, options.shots)
    photos = read_photographs(*options.data, noise=options.noise)
    small = make.enlarged(photos, options.size)
    notes = [f"{small} of {len(photos)} photographs are smaller than that and are enlarged"] if small else []
    describe(photos, *notes)
    arrays = make.make_pairs(photos, options.count, options.size, options.shots, options.clean, options.seed)
    make.save_pairs(options.out, arrays)
    print(f"{options.out}: {options.count:,} scenes of {' and '.join(arrays)}, {options.size}×{options.size} pixels")
    return 0
