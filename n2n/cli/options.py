"""Options that several commands share."""

import argparse

from ..data import Pairs
from ..files import asked_range, formats
from ..model import Noise2Noise
from ..nets import PRECISIONS
from ..noise import NOISES
from . import values

LISTED = 20  # scenes that are told one by one, at most
PAIRS = (
    f"pairs: a {formats.either(formats.arrays())} with two or three arrays, a folder or .zip of pictures, a TIFF "
    "stack, or two pictures"
)
PHOTOGRAPHS = (
    "with --noise: clean photographs, or a word for some of scikit-image: samples, more-samples or course-samples"
)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Adds the data, which are noisy pairs or, with a noise model, clean photographs."""
    parser.add_argument("data", nargs="+", metavar="DATA", help=f"{PAIRS}; {PHOTOGRAPHS}")
    add_roles(parser)
    add_axes(parser)
    add_noise(parser)


def add_roles(parser: argparse.ArgumentParser) -> None:
    """Adds the roles of arrays, folders or pictures."""
    parser.add_argument(
        "--roles",
        type=values.roles,
        metavar="ROLE,ROLE",
        help="what the arrays of a file are, or the folders, or the pictures of each scene, in order: source,clean or "
        "clean,source or source,target,clean …",
    )


def add_axes(parser: argparse.ArgumentParser) -> None:
    """Adds the axes of stacks."""
    parser.add_argument(
        "--axes",
        type=values.axes,
        metavar="LETTERS",
        help="what the axes of a stack are, where the file does not say it or is wrong, such as TYX: T frames or "
        "shots, Z depth, C or S channels, Y rows, X columns",
    )


def add_noise(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """Adds the noise model."""
    models = "; ".join(f"{kind.example} ({kind.unit})" for kind in NOISES.values())
    parser.add_argument(
        "--noise",
        type=values.noise,
        required=required,
        metavar="NOISE",
        help=f"noise model: {models}; or several, one on the other: poisson:30+gaussian:0-10; "
        "or one of several for each picture: camera:1-12,gaussian:0-50",
    )


def add_range(parser: argparse.ArgumentParser) -> None:
    """Adds the range of values."""
    parser.add_argument(
        "--range",
        type=values.value_range,
        metavar="WHITE|BLACK,WHITE",
        help="values of black and white, as in --range 4095 or --range=-1000,3000; without: learnt from the pixels",
    )


def in_range(data: Pairs, options: argparse.Namespace) -> Pairs:
    """The pairs in the range that the command line asks for, if it does. Raises ValueError."""
    return data.seen_in(asked_range(options.range, data.dtype)) if options.range else data


def add_weights(parser: argparse.ArgumentParser, automatic: bool = False) -> None:
    """Adds the weights and how they are used; `automatic`: a word for those that suit each picture is allowed."""
    suiting = ", auto for those that suit each picture" if automatic else ""
    parser.add_argument(
        "--weights",
        default="everyday",
        metavar="NAME|FILE",
        help=f"shipped name (default everyday){suiting}, .safetensors, a .pth with a state dict, or user/repo of the "
        "Hugging Face Hub",
    )
    add_residual(parser)
    parser.add_argument(
        "--ensemble", action="store_true", help="average over eight flips and turns: slower, a little better"
    )
    add_device(parser)
    parser.add_argument(
        "--precision", default="auto", choices=PRECISIONS, help="fp32, bf16, or auto (default) for the faster here"
    )


def add_stretch(parser: argparse.ArgumentParser) -> None:
    """Adds what becomes of the contrast of frames that had been stretched from end to end."""
    parser.add_argument(
        "--stretch",
        action=argparse.BooleanOptionalAction,
        help="stretch the result again where a frame reaches from black to white by the extremes of its noise, as "
        "exported by programs of microscopes; without: as the weights say",
    )


def as_asked(model: Noise2Noise, options: argparse.Namespace) -> Noise2Noise:
    """The model, which treats contrast as the command line asks, if it does."""
    return model if options.stretch is None else model.stretching(options.stretch)


def add_residual(parser: argparse.ArgumentParser) -> None:
    """Adds how the net of a state dict ends."""
    parser.add_argument(
        "--residual",
        action=argparse.BooleanOptionalAction,
        help="how the net of a state dict ends: --residual as in the default recipe, --no-residual as in Table I",
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Adds the device to compute on."""
    parser.add_argument("--device", default="auto", help="auto (default), cpu, cuda, cuda:1 …")


def add_cluster(parser: argparse.ArgumentParser, text: str) -> None:
    """Adds the cluster that does the work, with a help that begins with `text`."""
    parser.add_argument(
        "--cluster",
        nargs="?",
        const="auto",
        metavar="ADDRESS",
        help=f"{text}. ADDRESS: auto (default) where this machine is a node, HOST:6379, or ray://HOST:10001",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Adds the output as JSON."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else there")
