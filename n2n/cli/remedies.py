"""Options for the remedies of shots, which load SciPy: only the commands that offer them wait for it."""

import argparse

from tqdm import tqdm

from ..data import Pairs, Shots
from ..remedies import Remedies, remedied


def add_remedies(parser: argparse.ArgumentParser) -> None:
    """Adds what is done about shots that lie apart, or differ in brightness."""
    parser.add_argument(
        "--align",
        action="store_true",
        help="lay the shots of every scene on its first one, cut to what all show",
    )
    add_subpixel(parser)
    add_match_exposure(parser)


def add_subpixel(parser: argparse.ArgumentParser) -> None:
    """Adds whether aligned shots are interpolated between pixels."""
    parser.add_argument(
        "--subpixel",
        action=argparse.BooleanOptionalAction,
        help="align between pixels, or by whole ones; without: between pixels only what is turned or scaled",
    )


def add_match_exposure(parser: argparse.ArgumentParser) -> None:
    """Adds that shots are made equally bright."""
    parser.add_argument(
        "--match-exposure",
        action="store_true",
        help="make the shots of every scene as bright as its first one",
    )


def remedies_of(options: argparse.Namespace) -> Remedies:
    """The remedies that the options ask for. Raises ValueError where they contradict each other."""
    if options.subpixel is not None and not options.align:
        raise ValueError("--subpixel and --no-subpixel say how to align; add --align")
    return Remedies(options.align, options.subpixel, options.match_exposure)


def remedy(data: Pairs, options: argparse.Namespace) -> Pairs:
    """The data with the remedies that the options ask for. Raises ValueError where they are for other data."""
    remedies = remedies_of(options)
    if not remedies.options:
        return data
    if not isinstance(data, Shots):
        raise ValueError(f"{' '.join(remedies.options)} is for shots that were taken; with --noise there are none")
    bar = tqdm(data.scenes, desc="align" if remedies.align else "match", unit="scene", total=len(data), disable=None)
    return remedied(data, remedies, bar)[0]
