"""The options of `train`."""

import argparse
from pathlib import Path

from ..nets import UNetConfig
from ..settings import Setting, settings_of
from ..training import RECIPES, Recipe
from . import options as shared
from . import remedies, values

LEARNT = ("channels",)  # settings of a net that follow from the data
PROCESSES = 2  # of a training on a cluster


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `train`."""
    parser.description = (
        "Trains a U-Net on noisy pairs. Writes the best weights to FILE.safetensors and the last, with what is needed "
        "to go on, to FILE.last.safetensors. Ctrl-C or SIGTERM ends it after the step at hand and keeps both: the exit "
        "status is 130 or 143 then, and the same command with --resume goes on. A second Ctrl-C ends it at once."
    )
    shared.add_data(parser)
    remedies.add_remedies(parser)
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.safetensors", help="weights to write")
    parser.add_argument(
        "--validate",
        nargs="+",
        metavar="DATA",
        help="pairs, or noisy and clean pictures, to measure on; without: a part of DATA is held out",
    )
    parser.add_argument(
        "--recipe",
        default="fast",
        choices=RECIPES,
        help="settings to start from: fast (default), or the course report's to the letter",
    )
    parser.add_argument(
        "--start",
        metavar="NAME|FILE",
        help="weights to start from instead of random ones; their net is kept as it is, and is the "
        "first to beat; for a state dict, say --residual or --no-residual",
    )
    _add_photograph_options(parser)
    parser.add_argument(
        "--tensorboard", type=Path, metavar="DIR", help="write curves, pictures and the net's graph there"
    )
    parser.add_argument(
        "--note", default="", metavar="TEXT", help="a note kept in the weights, such as the terms of the data"
    )
    parser.add_argument(
        "--stretch",
        action="store_true",
        help="the weights stretch frames again that had been stretched from end to end",
    )
    parser.add_argument("--resume", action="store_true", help="go on from FILE.last.safetensors if it is there")
    parser.add_argument("--force", action="store_true", help="overwrite weights that exist")
    shared.add_range(parser)
    _add_machine_options(parser)
    for title, owner in (("net", UNetConfig), ("training", Recipe)):
        group = parser.add_argument_group(f"{title} (default: the recipe's)")
        for setting in settings_of(owner).values():
            if setting.name not in LEARNT:
                _add_setting(group, setting)
    shared.add_json(parser)


def _add_photograph_options(parser: argparse.ArgumentParser) -> None:
    """Adds what is for clean photographs with a noise model only."""
    parser.add_argument(
        "--freeze", action="store_true", help="with --noise: draw the noise once instead of afresh at every step"
    )
    parser.add_argument(
        "--most-grain",
        type=float,
        metavar="SIGMA",
        help="with --noise: leave out photographs with stronger noise of their own, in units of 255; a net keeps it",
    )


def _add_machine_options(parser: argparse.ArgumentParser) -> None:
    """Adds where a training runs."""
    shared.add_device(parser)
    shared.add_cluster(parser, "train in several processes of a Ray cluster, to which the pairs travel")
    parser.add_argument(
        "--processes",
        type=values.whole(1),
        metavar="K",
        help=f"with --cluster: processes of one core each that share every batch (default {PROCESSES})",
    )


def _add_setting(group: argparse._ArgumentGroup, setting: Setting) -> None:
    """Adds an option with the name, type and help of a setting."""
    flag, text = "--" + setting.name.replace("_", "-"), _help(setting)
    if setting.kind is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, help=text)
        return
    metavar = None if setting.choices else {int: "N", float: "X"}[setting.kind]
    group.add_argument(flag, type=setting.kind, choices=setting.choices or None, metavar=metavar, help=text)


def _help(setting: Setting) -> str:
    """A setting's help, unit, and what happens without it, in argparse's notation."""
    unit = f" ({setting.unit})" if setting.unit else ""
    unset = f"; without: {setting.unset}" if setting.unset else ""
    return f"{setting.help}{unit}{unset}".replace("%", "%%")
