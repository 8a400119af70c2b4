"""The commands, one function each: parsed options in, exit status out."""

import argparse
import json
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import torch
from tqdm import tqdm

import n2n

from ..data import Pairs, formats, image, make, read, read_photographs
from ..machine import host
from ..measure import Measurement, measure
from ..model import Noise2Noise
from ..nets import Header, UNetConfig, resolved, tiling
from ..nets import weights as files
from ..training import Progress, Recipe, last_path, named_net, named_recipe, summary
from ..training import train as run_training
from . import checks, parser, repeat


def train(parsed: argparse.Namespace) -> int:
    """`train`; under torchrun, one of its processes."""
    checks.before_training(parsed)
    with host.processes() as rank, host.stop_signals() as stop:
        device = host.device(parsed.device)
        if rank == 0:
            files.check_writable(parsed.out)
        settings = named_recipe(parsed.recipe, **parser.given(parsed, Recipe))
        config = named_net(parsed.recipe, **parser.given(parsed, UNetConfig))
        model = _started(parsed, device) if parsed.start else None
        data = read(*parsed.data, noise=parsed.noise, roles=parsed.roles)
        if model:
            data = model.adapted(data)
        else:
            model = Noise2Noise.for_pairs(data, settings, config, device)
        learnt, held = _split(data, parsed, settings.hold_out, settings.seed)
        about = _about(parsed, settings, model.net.config, device)
        stream = run_training(
            model.net,
            learnt,
            held,
            settings,
            out=parsed.out,
            resume=parsed.resume,
            stop=lambda: bool(stop),
            about=about,
            start=model.name,
        )
        if rank == 0:
            _say(data, about.machine)
            if parsed.tensorboard:
                stream = n2n.training.loggers.tensorboard(stream, parsed.tensorboard, model.net, held)
            stream = n2n.training.loggers.bar(stream)
        last = deque(stream, maxlen=1)
    if rank == 0:
        _tell_training(parsed, last[0] if last else None, stopped=bool(stop))
    return 128 + stop[0] if stop else 0


def _started(parsed: argparse.Namespace, device: torch.device) -> Noise2Noise:
    """The weights to start from. Raises ValueError where another net than theirs is asked for; their width is kept."""
    model = Noise2Noise.load(parsed.start, device, residual=parsed.residual)
    if parsed.bias not in (None, model.net.config.bias):
        own = model.net.config.bias
        raise ValueError(f"bias is {parsed.bias}, the net's {own}; leave it out, or start with another net")
    return model


def _split(data: Pairs, parsed: argparse.Namespace, hold_out: float, seed: int) -> tuple[Pairs, Pairs | None]:
    """What is learnt from, what is measured on."""
    held = None
    if parsed.validate:
        held = read(*parsed.validate, noise=None if formats.holds_arrays(parsed.validate[0]) else parsed.noise)
        if held.channels > data.channels:
            raise ValueError(
                f"--validate has {held.channels} channels, the training data {data.channels}; bring equal ones"
            )
        held = replace(held, channels=data.channels)
    elif hold_out:
        data, held = data.hold_out(hold_out, seed)
    learnt = data.frozen(seed).loaded() if parsed.freeze else data
    return learnt, held.frozen(seed).loaded() if held else None


def _about(parsed: argparse.Namespace, settings: Recipe, config: UNetConfig, device: torch.device) -> Header:
    """What a header tells of a training beside its settings; of paths, the names alone."""
    start = repeat.names([parsed.start])[0] if parsed.start else None
    command = repeat.command(
        repeat.names(parsed.data),
        parsed.out.name,
        settings,
        config,
        start,
        parsed.noise,
        validate=repeat.names(parsed.validate or ()),
        roles=parsed.roles or (),
        freeze=parsed.freeze,
    )
    return Header(command=command, machine=_machine(device, settings.precision), note=parsed.note)


def _tell_training(parsed: argparse.Namespace, progress: Progress | None, stopped: bool) -> None:
    out, last = parsed.out, last_path(parsed.out)
    header = files.load(out)[1]
    told = {
        "weights": str(out),
        "last": str(last),
        "steps": progress.step if progress else header.steps,
        "seconds": progress.seconds if progress else header.seconds,
        "images_per_second": progress.images_per_second if progress else None,
        "stopped": stopped,
        "best": {"steps": header.steps, "psnr": header.psnr},
    }
    if parsed.json:
        print(json.dumps(told))
        return
    if progress is None:
        print("nothing left to do: the training had reached its end", file=sys.stderr)
    figures = ", ".join(f"{name} {value:.2f} dB" for name, value in header.psnr.items()) or "not measured"
    best = f"of step {header.steps}" if header.steps else f"those of {parsed.start}: no step was better"
    print(f"{out}: best weights, {best} ({figures})")
    print(f"{last}: last weights, of step {told['steps']}" + ("; go on with --resume" if stopped else ""))


def denoise(parsed: argparse.Namespace) -> None:
    """`denoise`: every input that can be read, then a list of those that could not."""
    inputs = checks.pictures(parsed.inputs)
    if parsed.reference and len(inputs) != 1:
        raise ValueError(f"--reference belongs to one input, {len(inputs)} were given")
    clean = image.read(parsed.reference) if parsed.reference else None
    tiling.check_strength(parsed.strength)
    device = host.device(parsed.device)
    model = Noise2Noise.load(parsed.weights, device, parsed.precision, parsed.residual)
    targets = checks.targets(inputs, parsed.out, parsed.force)
    failed, shipped = [], files.headers()
    hidden = None if len(inputs) > 1 else True
    for path, target in tqdm(list(zip(inputs, targets)), unit="picture", desc="denoise", disable=hidden):
        try:
            picture = image.read(path)
            checks.check_writes(picture, target, parsed.force)
            if clean:
                checks.check_alike(picture, clean)
            _warn(path, picture, model, parsed.range, shipped)
            denoised = model.denoise(
                picture, data_range=parsed.range, ensemble=parsed.ensemble, strength=parsed.strength
            )
            image.write(target, denoised)
            for note in picture.notes:
                print(f"{path}: {note}", file=sys.stderr)
            if clean:
                _compare(picture, denoised, clean)
        except (ValueError, OSError, MemoryError) as error:
            failed.append(f"{path}: {parser.told(error)}")
    if failed and len(inputs) == 1:
        raise ValueError(failed[0])
    for line in failed:
        print(line, file=sys.stderr)
    if failed:
        raise ValueError(f"{len(failed)} of {len(inputs)} pictures were not denoised, for the reasons above")


def _warn(
    path: Path, picture: image.Picture, model: Noise2Noise, data_range: float | None, shipped: Mapping[str, Header]
) -> None:
    """Tells of noise that the weights did not learn, and which weights did."""
    white = model.white(picture.pixels.dtype, float(picture.pixels.max()), data_range)
    if said := n2n.measure.choice.warning(image.to_tensor(picture.pixels, white), model.header, shipped):
        print(f"{path}: {said}", file=sys.stderr)


def _compare(noisy: image.Picture, denoised: image.Picture, clean: image.Picture) -> None:
    white = image.full_scale(clean.pixels.dtype, clean.pixels.max())
    target = image.to_tensor(clean.pixels, white)
    before, after = (Noise2Noise.psnr(image.to_tensor(p.pixels, white), target) for p in (noisy, denoised))
    print(f"PSNR {before:.2f} dB before, {after:.2f} dB after")


def evaluate(parsed: argparse.Namespace) -> None:
    """`evaluate`: one table, and a figure if asked for."""
    checks.before_evaluating(parsed)
    device = host.device(parsed.device)
    model = Noise2Noise.load(parsed.weights, device, parsed.precision, parsed.residual)
    data = read(*parsed.data, noise=parsed.noise, roles=parsed.roles)
    if parsed.record and not data.has_clean:
        raise ValueError("nothing to record: without clean pictures there is no PSNR; bring a set that has them")
    if parsed.count:
        data = data.chosen(range(min(parsed.count, len(data))))
    data = model.adapted(data.frozen(parsed.seed))
    denoiser = partial(tiling.denoise, model.fast, ensemble=parsed.ensemble)
    measured = measure(denoiser, data, with_ssim=True)
    if parsed.record:
        _record(files.find(parsed.weights), parsed.record, measured)
    baselines = n2n.measure.baselines.measure_all(data) if parsed.baselines else {}
    if parsed.figure:
        n2n.figures.report.save(parsed.figure, n2n.figures.report.contact_sheet(data, denoiser))
    if parsed.json:
        print(json.dumps(n2n.figures.report.as_json(measured, baselines) | {"weights": parsed.weights}))
        return
    _say(data, _machine(device, parsed.precision))
    print(n2n.figures.report.table(parsed.weights, measured, baselines))


def _record(path: Path, words: str, measured: Measurement) -> None:
    """Writes the figures into the header of the weights."""
    tensors, header = files.load(path)
    files.save(path, tensors, replace(header, measured={**header.measured, words: summary(measured)}))


def weights(parsed: argparse.Namespace) -> None:
    """`weights`."""
    headers = files.headers()
    if parsed.json:
        print(json.dumps({name: header.as_json() for name, header in headers.items()}))
    else:
        print(n2n.figures.report.shipped(headers))


def check(parsed: argparse.Namespace) -> int:
    """`check`: the pair doctor."""
    data = read(*parsed.data, roles=parsed.roles)
    verdicts = n2n.measure.doctor.examine(data)
    if parsed.json:
        print(json.dumps({"data": data.described, "verdicts": [asdict(verdict) for verdict in verdicts]}))
    else:
        _say(data)
        print("\n".join(map(str, verdicts)))
    return 1 if any(verdict.level == "red" for verdict in verdicts) else 0


def make_pairs(parsed: argparse.Namespace) -> None:
    """`make-pairs`."""
    make.check_target(parsed.out, parsed.force, parsed.shots)
    photos = read_photographs(*parsed.data, noise=parsed.noise)
    small = make.enlarged(photos, parsed.size)
    _say(photos, *([f"{small} of {len(photos)} photographs are smaller than that and are enlarged"] if small else []))
    arrays = make.make_pairs(photos, parsed.count, parsed.size, parsed.shots, parsed.clean, parsed.seed)
    make.save_pairs(parsed.out, arrays)
    print(f"{parsed.out}: {parsed.count:,} scenes of {' and '.join(arrays)}, {parsed.size}×{parsed.size} pixels")


def bench(parsed: argparse.Namespace) -> None:
    """`bench`."""
    figures = n2n.bench.run()
    print(json.dumps(figures) if parsed.json else n2n.bench.table(figures))


def _machine(device: torch.device, precision: str) -> str:
    """What computes, and in which numbers."""
    return f"{host.machine(device)}, {resolved(precision, device)}"


def _say(data: Pairs, *more: str) -> None:
    for line in (data.described, *data.notes, *more):
        print(line, file=sys.stderr)
