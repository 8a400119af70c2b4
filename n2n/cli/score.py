"""`score`: what other programs made of a noisy shot, scored by a second shot, without a clean picture."""

import argparse
import json
import sys
from pathlib import Path

from ..analysis import makers
from ..machine import find_device
from ..measure import choice
from ..model import Noise2Noise
from ..reading import LAYOUT, read_results
from ..referee import Maker, Mending, judge
from . import options as shared


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `score`."""
    parser.description = (
        "The referee: scores what any programs made of the first of two noisy shots, by the second shot, which they "
        "must not have seen. For each result: its estimated PSNR with the 95 % interval, its gain, whether it differs "
        "from the next best beyond chance, and where it lost: brightness, colours, values cut off, structure that went "
        "with the noise, detail by spatial frequency. Exit status 0, or 1 where a result has no score."
    )
    parser.add_argument("pictures", nargs="+", metavar="SHOT_1 SHOT_2 RESULT", help=LAYOUT)
    parser.add_argument("--clean", metavar="C", help="the clean picture, or folder of them: true PSNR beside")
    parser.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="NAME|FILE|auto",
        help="also what these weights make of the first shot (auto: those that suit its noise); they must not have "
        "learnt from the second one",
    )
    parser.add_argument(
        "--baselines",
        action="store_true",
        help="also blur, median, non-local means, TV and wavelet by scikit-image, and BM3D where bm3d is installed",
    )
    parser.add_argument(
        "--align", action="store_true", help="lay results, and the second shot, where the first shot lies"
    )
    parser.add_argument(
        "--match-range", action="store_true", help="bring results of another depth or range to that of the shots"
    )
    shared.add_axes(parser)
    shared.add_range(parser)
    shared.add_device(parser)
    shared.add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the score; returns 1 where a result has none."""
    entries, notes = read_results([Path(path) for path in options.pictures], options.clean, options.axes)
    made = _makers(options)
    if not made and not any(entry.results or entry.unread for entry in entries):
        raise ValueError(
            "nothing to score: two pictures are two shots. Give what programs made of the first, or --weights NAME, or "
            "--baselines; a result of one shot has no score until there is a second shot"
        )
    mending = Mending(options.align, options.match_range)
    score = judge(entries, made, mending, options.range, notes)
    if options.json:
        print(json.dumps(score.as_json()))
    else:
        for line in (score.described, *score.notes):
            print(line, file=sys.stderr)
        print(score)
    return 1 if score.refused else 0


def _makers(options: argparse.Namespace) -> dict[str, Maker]:
    """What is made of the first shots here, by name."""
    device = find_device(options.device)
    nets = {
        name: makers.of_suited(device, options.range)
        if name == choice.AUTOMATIC
        else makers.of_net(Noise2Noise.load(name, device), options.range)
        for name in dict.fromkeys(options.weights)
    }
    return nets | (makers.of_filters() if options.baselines else {})
