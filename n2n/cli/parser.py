"""What the command line takes, and how it says what went wrong."""

import argparse
from pathlib import Path
from typing import NoReturn

from ..data import formats
from ..nets import PRECISIONS, UNetConfig
from ..noise import NOISES
from ..settings import Setting, settings
from ..training import RECIPES, Recipe
from . import checks

DATA = (
    f"pairs: a {formats.either(formats.arrays())} with two or three arrays, a folder or .zip of pictures, a TIFF "
    "stack, or two pictures; with --noise: clean photographs, or a word for some of scikit-image: samples, "
    "more-samples or course-samples"
)

LEARNT = ("channels",)  # settings of a net that the data decide


class Parser(argparse.ArgumentParser):
    """Errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help tells more)\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = Parser(
        prog="python -m n2n",
        description="Noise2Noise: learn to denoise from pairs of noisy pictures; no clean picture is ever needed. "
        "Run it in the project's folder.",
        epilog="Exit status: 0 done; 1 `check` found something red; 2 refused or failed, with one line on stderr that "
        "says why; 130 stopped by Ctrl-C, 143 by SIGTERM, of which a training keeps its weights; 141 nobody read on.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands.add_parser("train", help="learn from noisy pairs, write weights"))
    _add_denoise(commands.add_parser("denoise", help="denoise pictures of any size"))
    _add_evaluate(
        commands.add_parser("evaluate", help="PSNR and SSIM of weights on a set, with or without clean pictures")
    )
    _add_check(
        commands.add_parser("check", help="look at pairs before training: do they meet what Noise2Noise assumes?")
    )
    _add_make_pairs(commands.add_parser("make-pairs", help="make noisy pairs from clean photographs"))
    _add_shipped(commands.add_parser("weights", help="the weights that come along, with their figures"))
    _add_bench(commands.add_parser("bench", help="how fast is this machine?"))
    return top


def _add_train(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Trains a U-Net on noisy pairs. Writes the best weights to FILE.safetensors and the last, with what is needed "
        "to go on, to FILE.last.safetensors. Ctrl-C or SIGTERM ends it after the step at hand and keeps both: the exit "
        "status is 130 or 143 then, and the same command with --resume goes on. A second Ctrl-C ends it at once."
    )
    _add_data(command)
    command.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.safetensors", help="weights to write")
    command.add_argument(
        "--validate",
        nargs="+",
        metavar="DATA",
        help="pairs, or noisy and clean pictures, to measure on; without: a part of DATA is held out",
    )
    command.add_argument(
        "--recipe",
        default="fast",
        choices=RECIPES,
        help="settings to start from: fast (default), or the course report's to the letter",
    )
    command.add_argument(
        "--start",
        metavar="NAME|FILE",
        help="weights to start from instead of random ones; their net is kept as it is, and is the "
        "first to beat; for a state dict, say --residual or --no-residual",
    )
    command.add_argument(
        "--freeze", action="store_true", help="with --noise: draw the noise once instead of afresh at every step"
    )
    command.add_argument(
        "--tensorboard", type=Path, metavar="DIR", help="write curves, pictures and the net's graph there"
    )
    command.add_argument(
        "--note", default="", metavar="TEXT", help="what the weights shall tell, such as the data's terms"
    )
    command.add_argument("--resume", action="store_true", help="go on from FILE.last.safetensors if it is there")
    command.add_argument("--force", action="store_true", help="overwrite weights that exist")
    command.add_argument("--device", default="auto", help="auto (default), cpu, cuda, cuda:1 …")
    for title, owner in (("net", UNetConfig), ("training", Recipe)):
        group = command.add_argument_group(f"{title} (default: the recipe's)")
        for known in settings(owner).values():
            if known.name not in LEARNT:
                _add_setting(group, known)
    _add_json(command)


def _add_setting(group: argparse._ArgumentGroup, known: Setting) -> None:
    """An option for a setting: its name, type and help."""
    flag, text = "--" + known.name.replace("_", "-"), _help(known)
    if known.kind is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, help=text)
        return
    shown = None if known.choices else {int: "N", float: "X"}[known.kind]
    group.add_argument(flag, type=known.kind, choices=known.choices or None, metavar=shown, help=text)


def _help(known: Setting) -> str:
    """What a setting is, in which unit, and what happens without it; as argparse wants it."""
    unit = f" ({known.unit})" if known.unit else ""
    unset = f"; without: {known.unset}" if known.unset else ""
    return f"{known.help}{unit}{unset}".replace("%", "%%")


def told(error: Exception) -> str:
    """An error in one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: '{error.filename}'" if error.filename else error.strerror
    return " ".join(str(error).split())


def given(parsed: argparse.Namespace, owner: type) -> dict[str, object]:
    """The settings of Recipe, or of UNetConfig, that were given on the command line."""
    found = {name: getattr(parsed, name, None) for name in settings(owner)}
    return {name: value for name, value in found.items() if value is not None}


def _add_denoise(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Denoises pictures. Size, 8 or 16 bits, grey or colour, alpha, colour profile and EXIF stay as they are; but "
        "palettes and CMYK become RGB, and 1 bit becomes 8-bit grey."
    )
    command.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="pictures, or folders of pictures")
    command.add_argument(
        "-o", "--out", type=Path, required=True, metavar="OUT", help="a picture for one input, else a folder"
    )
    _add_weights(command)
    command.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="blend: 0 nothing, 1 all of it (default)"
    )
    command.add_argument(
        "--range", type=checks.white, metavar="WHITE", help="value of white, for 16-bit pictures that use fewer bits"
    )
    command.add_argument("--reference", type=Path, metavar="CLEAN", help="a clean picture to measure one input against")
    command.add_argument("--force", action="store_true", help="overwrite")


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Measures weights on a set. PSNR is the mean over pictures, on unclipped values. Where there is a second shot, "
        "the PSNR against the clean picture is also estimated without one, with its 95 % interval: were the scenes "
        "taken again and again, 95 of 100 such intervals would hold the PSNR against the clean pictures."
    )
    _add_data(command)
    _add_weights(command)
    command.add_argument("--seed", type=checks.whole(0), default=0, metavar="N", help="of the noise (default 0)")
    command.add_argument("--count", type=checks.whole(1), metavar="N", help="only the first N scenes")
    command.add_argument(
        "--baselines", action="store_true", help="also blur, non-local means, TV and wavelet by scikit-image"
    )
    command.add_argument(
        "--record", metavar="WORDS", help="write the figures into the weights' header, under these words"
    )
    command.add_argument("--figure", type=Path, metavar="F.png", help="draw noisy, denoised and target side by side")
    _add_json(command)


def _add_check(command: argparse.ArgumentParser) -> None:
    command.description = (
        "The pair doctor: same file twice, shift, drift, clipping, correlated noise … each verdict with its number, "
        "what it costs and what to do. Exit status 0, or 1 where something is red."
    )
    _add_data(command, noise=False)
    _add_json(command)


def _add_make_pairs(command: argparse.ArgumentParser) -> None:
    command.description = "Cuts random squares from clean photographs and writes noisy versions of each."
    command.add_argument("data", nargs="+", metavar="PHOTOS", help="folder or .zip of photographs, or the word samples")
    command.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help=f"{', '.join(formats.arrays(written=True))} (.pkl is the course's), or a folder of PNGs",
    )
    command.add_argument("--noise", type=checks.noise, required=True, metavar="NOISE", help=_noise_help())
    command.add_argument(
        "--size", type=checks.whole(8), default=32, metavar="N", help="side of the pictures in pixels (default 32)"
    )
    command.add_argument("--count", type=checks.whole(1), default=50000, metavar="N", help="scenes (default 50000)")
    command.add_argument(
        "--shots", type=checks.whole(1), default=2, metavar="K", help="noisy versions of each scene (default 2)"
    )
    command.add_argument("--clean", action="store_true", help="add the clean pictures, to measure against")
    command.add_argument("--seed", type=checks.whole(0), default=0, metavar="N", help="of cuts and noise (default 0)")
    command.add_argument("--force", action="store_true", help="overwrite")


def _add_shipped(command: argparse.ArgumentParser) -> None:
    command.description = "Lists the weights that come along: what they are for, and what was measured of them."
    _add_json(command)


def _add_bench(command: argparse.ArgumentParser) -> None:
    command.description = "Times training and denoising beside the plain way, in one run. Takes about a minute."
    _add_json(command)


def _add_data(command: argparse.ArgumentParser, noise: bool = True) -> None:
    command.add_argument("data", nargs="+", metavar="DATA", help=DATA if noise else DATA.split("; with")[0])
    command.add_argument(
        "--roles",
        type=checks.roles,
        metavar="ROLE,ROLE",
        help="what the arrays of a file are, in order: source,target or source,clean or source,target,clean",
    )
    if noise:
        command.add_argument("--noise", type=checks.noise, metavar="NOISE", help=_noise_help())


def _add_weights(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--weights",
        default="everyday",
        metavar="NAME|FILE",
        help="shipped name (default everyday), .safetensors, or a .pth with a state dict",
    )
    command.add_argument(
        "--residual",
        action=argparse.BooleanOptionalAction,
        help="how the net of a state dict ends: --residual as by the default recipe, --no-residual as Table I",
    )
    command.add_argument(
        "--ensemble", action="store_true", help="average over eight flips and turns: slower, a little better"
    )
    command.add_argument("--device", default="auto", help="auto (default), cpu, cuda, cuda:1 …")
    command.add_argument(
        "--precision", default="auto", choices=PRECISIONS, help="fp32, bf16, or auto (default) for the faster here"
    )


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else there")


def _noise_help() -> str:
    models = "; ".join(f"{kind.example} ({kind.unit})" for kind in NOISES.values())
    return f"noise model: {models}; or several, one on the other: poisson:30+gaussian:0-10"
