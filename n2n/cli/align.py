"""`align`: lays the shots of every scene on its first one, and writes them."""

import argparse
import json
import sys
from pathlib import Path

from tqdm import tqdm

from ..data import Shots, make, save_scenes
from ..measure import Verdict, doctor
from ..reading import read
from ..remedies import Remedies, Treatment, remedied
from . import options as shared
from . import remedies
from .messages import describe


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `align`."""
    parser.description = (
        "Finds how the shots of every scene lie against its first one (shifted, turned, scaled a little), moves them "
        "back, cuts them to what all of them show and writes them in the same depth. Shots are moved by whole pixels, "
        "which leaves their noise as it is; turned or scaled ones, or all with --subpixel, are interpolated, which "
        "makes their noise weaker and alike in neighbouring pixels. `train --align` does the same in memory."
    )
    parser.add_argument("data", nargs="+", metavar="DATA", help=shared.PAIRS)
    shared.add_roles(parser)
    shared.add_axes(parser)
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="OUT", help="a folder, or .npz for scenes of one size"
    )
    remedies.add_subpixel(parser)
    remedies.add_match_exposure(parser)
    parser.add_argument("--force", action="store_true", help="overwrite a file")
    shared.add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Aligns the shots and writes them; prints what was found, and the doctor's verdicts before and after."""
    if options.out.suffix not in ("", ".npz"):
        raise ValueError(f"cannot write pairs as '{options.out.suffix}'; allowed: .npz, or a folder (no suffix)")
    make.check_target(options.out, options.force)
    shots = read(*options.data, roles=options.roles, axes=options.axes)
    if not isinstance(shots, Shots):
        raise TypeError("pairs are read without a noise model")
    bar = tqdm(shots.scenes, desc="align", unit="scene", total=len(shots), disable=None)
    remedies = Remedies(align=True, subpixel=options.subpixel, match_exposure=options.match_exposure)
    better, done = remedied(shots, remedies, bar)
    written = save_scenes(options.out, better.scenes)
    before, after = (doctor.examine(pairs) for pairs in (shots, better))
    if options.json:
        print(json.dumps({"out": str(options.out), "scenes": [_facts(one) for one in done]}))
        return 0
    describe(better)
    for one in done[: shared.LISTED]:
        print(_line(one), file=sys.stderr)
    print("\n".join(changes(before, after)))
    print(f"{options.out}: {written}")
    return 0


def changes(before: list[Verdict], after: list[Verdict]) -> list[str]:
    """The verdicts that are not green before or after, a line each: 'shift: red, 3.4 px → green, 0 px'."""
    return [
        f"{one.check}: {one.level}, {one.value:.3g} {one.unit} → {two.level}, {two.value:.3g} {two.unit}"
        for one, two in zip(before, after)
        if "green" != one.level != two.level and one.value is not None and two.value is not None
    ]


def _line(one: Treatment) -> str:
    """'scene_1: 1.41 px, 0.84 px; likeness 0.912 → 0.971'"""
    places = ", ".join(f"{motion.distance:.2f} px" for motion in one.found)
    return f"{one.scene}: {places}; likeness {one.before:.3f} → {one.after:.3f}"


def _facts(one: Treatment) -> dict[str, object]:
    motions = [{**motion._asdict(), "used": used._asdict()} for motion, used in zip(one.found, one.used)]
    return {
        "scene": one.scene,
        "motions": motions,
        "exposures": [exposure._asdict() for exposure in one.exposures],
        "likeness": {"before": one.before, "after": one.after},
        "kept": one.kept,
        "unsure": one.unsure,
    }
