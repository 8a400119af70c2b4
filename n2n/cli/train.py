"""`train`: learns from noisy pairs and writes weights."""

import argparse
from collections import deque
from dataclasses import replace
from pathlib import Path

import torch

from ..data import Pairs, bent, without_grain
from ..files import formats
from ..machine import find_device, join_processes, stop_signals
from ..model import Noise2Noise
from ..nets import Header, UNetConfig, check_writable, hardware, weights
from ..reading import SAMPLES, read
from ..settings import Setting, settings_of
from ..training import RECIPES, Recipe, last_path, loggers, named_net, named_recipe
from ..training import train as run_training
from . import one_shot, remedies
from . import options as shared
from .messages import describe
from .outcome import print_result
from .repeat import short_names, training_command

LEARNT = ("channels",)  # settings of a net that follow from the data


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
    shared.add_device(parser)
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


def chosen_settings(options: argparse.Namespace, owner: type) -> dict[str, object]:
    """The settings of Recipe, or of UNetConfig, that the command line sets."""
    values = {name: getattr(options, name, None) for name in settings_of(owner)}
    return {name: value for name, value in values.items() if value is not None}


def run(options: argparse.Namespace) -> int:
    """Trains; under torchrun, as one of its processes."""
    _check_places(options)
    with join_processes() as rank, stop_signals() as stop:
        device = find_device(options.device)
        if rank == 0:
            check_writable(options.out)
        chosen = named_recipe(options.recipe, **chosen_settings(options, Recipe))
        model, data = _prepared(options, chosen, device)
        learnt, held = _split(bent(data, chosen.variety), options, chosen.hold_out, chosen.seed)
        machine = hardware(device, chosen.precision)
        stream = run_training(
            model.net,
            learnt,
            held,
            chosen,
            out=options.out,
            resume=options.resume,
            stop=lambda: bool(stop),
            about=Header(
                command=_command(options, chosen, model.net.config),
                machine=machine,
                note=options.note,
                stretch=options.stretch,
            ),
            start=model.name,
        )
        if rank == 0:
            describe(data, machine)
            if options.tensorboard:
                stream = loggers.tensorboard(stream, options.tensorboard, model.net, held)
            stream = loggers.bar(stream)
        last = deque(stream, maxlen=1)
    if rank == 0:
        print_result(options, last[0] if last else None, data, stopped=bool(stop))
    return 128 + stop[0] if stop else 0


def _check_places(options: argparse.Namespace) -> None:
    """Raises ValueError or OSError where the weights cannot be written, would replace others, or where what the
    training starts from or is measured on is missing.
    """
    out, last = options.out, last_path(options.out)
    weights.check_place(out)
    for path, kind in ((out, ""), (last, ", the checkpoint of a training")):
        if path.is_dir():
            raise ValueError(f"'{path}' is a folder, and weights are to go there; give another name")
        if path.exists() and not (options.resume or options.force):
            raise FileExistsError(f"'{path}' exists{kind}; go on with --resume, or give another name or --force")
    if options.resume and out.exists() and not last.exists() and not options.force:
        raise FileExistsError(f"'{out}' exists, but no '{last}' to go on from; give another name or --force")
    for path in options.validate or ():
        if path not in SAMPLES and not Path(path).exists():
            raise FileNotFoundError(f"--validate: there is no file or folder '{path}'")
    if options.tensorboard and options.tensorboard.exists() and not options.tensorboard.is_dir():
        raise ValueError(f"--tensorboard '{options.tensorboard}' is a file; name a folder")
    if options.start:
        weights.find(options.start)


def _prepared(options: argparse.Namespace, chosen: Recipe, device: torch.device) -> tuple[Noise2Noise, Pairs]:
    """The net that is trained, with random weights or those to start from, and the data with its channels."""
    config = named_net(options.recipe, chosen.method, **chosen_settings(options, UNetConfig))
    model = _started(options, device) if options.start else None
    data = one_shot.read_for(chosen.method, options)
    data = remedies.remedy(data, options)
    data = data if options.most_grain is None else without_grain(data, options.most_grain)
    if model:
        data = model.adapted(data)
    data = shared.in_range(data, options)
    if model:
        model.check_channels(data)
        return model, data
    return Noise2Noise.for_pairs(data, chosen, config, device), data


def _started(options: argparse.Namespace, device: torch.device) -> Noise2Noise:
    """The weights to start from, whose width is kept. Raises ValueError where the options want another net."""
    model = Noise2Noise.load(options.start, device, residual=options.residual)
    if options.bias not in (None, model.net.config.bias):
        own = model.net.config.bias
        raise ValueError(f"bias is {options.bias}, the net's {own}; leave it out, or start with another net")
    return model


def _split(data: Pairs, options: argparse.Namespace, hold_out: float, seed: int) -> tuple[Pairs, Pairs | None]:
    """The pairs to learn from, and those to measure on."""
    held = None
    if options.validate:
        noise = None if formats.holds_arrays(options.validate[0]) else options.noise
        held = remedies.remedy(read(*options.validate, noise=noise, axes=options.axes), options)
        if held.channels > data.channels:
            raise ValueError(
                f"--validate has {held.channels} channels, the training data {data.channels}; bring equal ones"
            )
        if held.dtype == data.dtype and held.fits(data.range):
            held = held.seen_in(data.range)
        held = replace(held, channels=data.channels)
    elif hold_out:
        data, held = data.hold_out(hold_out, seed)
    learnt = data.frozen(seed).loaded() if options.freeze else data
    return learnt, held.frozen(seed).loaded() if held else None


def _command(options: argparse.Namespace, chosen: Recipe, config: UNetConfig) -> str:
    """The command that repeats the training, with the names of files but not their folders."""
    return training_command(
        short_names(options.data),
        options.out.name,
        chosen,
        config,
        short_names([options.start])[0] if options.start else None,
        options.noise,
        validate=short_names(options.validate or ()),
        roles=options.roles or (),
        axes=options.axes,
        freeze=options.freeze,
        most_grain=options.most_grain,
        stretch=options.stretch,
        remedies=remedies.remedies_of(options),
        limits=options.range,
    )
