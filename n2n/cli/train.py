"""`train`: learns from noisy pairs and writes weights."""

import argparse
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from ..cluster import train_on
from ..data import Pairs, bent, without_grain
from ..files import formats
from ..machine import find_device, join_processes, stop_signals
from ..model import Noise2Noise
from ..nets import Header, UNetConfig, check_writable, hardware, weights
from ..reading import SAMPLES, read
from ..settings import settings_of
from ..training import Progress, Recipe, last_path, loggers, named_net, named_recipe
from ..training import train as run_training
from . import one_shot, remedies
from . import options as shared
from .messages import describe
from .outcome import print_result
from .repeat import short_names, training_command
from .train_options import PROCESSES
from .train_options import add_options as add_options


def chosen_settings(options: argparse.Namespace, owner: type) -> dict[str, object]:
    """The settings of Recipe, or of UNetConfig, that the command line sets."""
    values = {name: getattr(options, name, None) for name in settings_of(owner)}
    return {name: value for name, value in values.items() if value is not None}


def run(options: argparse.Namespace) -> int:
    """Trains; under torchrun, as one of its processes."""
    _check_places(options)
    _check_cluster(options)
    with join_processes() as rank, stop_signals() as stop:
        device = find_device("cpu" if options.cluster else options.device)
        if rank == 0:
            check_writable(options.out)
        chosen = named_recipe(options.recipe, **chosen_settings(options, Recipe))
        model, data = _prepared(options, chosen, device)
        learnt, held = _split(bent(data, chosen.variety), options, chosen.hold_out, chosen.seed)
        stream = _training(options)(
            model.net,
            learnt,
            held,
            chosen,
            out=options.out,
            resume=options.resume,
            stop=lambda: bool(stop),
            about=Header(
                command=_command(options, chosen, model.net.config),
                note=options.note,
                stretch=options.stretch,
            ),
            start=model.name,
        )
        if rank == 0:
            describe(data, hardware(device, chosen.precision))
            if options.tensorboard:
                stream = loggers.tensorboard(stream, options.tensorboard, model.net, held)
            stream = loggers.bar(stream)
        last = deque(stream, maxlen=1)
    if rank == 0:
        print_result(options, last[0] if last else None, data, stopped=bool(stop))
    return 128 + stop[0] if stop else 0


def _training(options: argparse.Namespace) -> Callable[..., Iterator[Progress]]:
    """The training here, or on a cluster."""
    if not options.cluster:
        return run_training
    return partial(train_on, options.cluster, options.processes or PROCESSES, partial(print, file=sys.stderr))


def _check_cluster(options: argparse.Namespace) -> None:
    """Raises ValueError for options that a training here, or one on a cluster, does not have."""
    if options.processes and not options.cluster:
        raise ValueError("--processes is for --cluster; on this machine, torchrun starts several")
    if options.cluster and options.device not in ("auto", "cpu"):
        raise ValueError(f"--cluster computes on the cores of its nodes; leave --device {options.device} out")


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
