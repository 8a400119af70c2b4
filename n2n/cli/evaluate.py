"""`evaluate`: measures weights on a set, as a table, JSON and a figure."""

import argparse
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..figures import report
from ..machine import find_device
from ..measure import Measurement, baselines, measure
from ..model import Noise2Noise
from ..nets import hardware, weights
from ..reading import read
from ..remedies import matched
from ..training import summary
from . import options as shared
from . import values
from .messages import describe


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `evaluate`."""
    parser.description = (
        "Measures weights on a set. PSNR is the mean over pictures, on unclipped values. Where there is a second shot, "
        "the PSNR against the clean picture is also estimated without one, with its 95 % interval: were the scenes "
        "taken again and again, 95 of 100 such intervals would hold the PSNR against the clean pictures."
    )
    shared.add_data(parser)
    shared.add_weights(parser)
    shared.add_stretch(parser)
    shared.add_range(parser)
    parser.add_argument("--seed", type=values.whole(0), default=0, metavar="N", help="seed of the noise (default 0)")
    parser.add_argument("--count", type=values.whole(1), metavar="N", help="only the first N scenes")
    parser.add_argument(
        "--baselines",
        action="store_true",
        help="also blur, median, non-local means, TV and wavelet by scikit-image, and BM3D where bm3d is installed",
    )
    parser.add_argument(
        "--match-exposure",
        action="store_true",
        help="bring each clean picture to the gain and offset of its noisy one, where they were stretched one by one",
    )
    parser.add_argument(
        "--record", metavar="WORDS", help="write the figures into the weights' header, under these words"
    )
    parser.add_argument("--figure", type=Path, metavar="F.png", help="draw noisy, denoised and target side by side")
    shared.add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Measures, and prints one table or one JSON object."""
    _check_places(options)
    device = find_device(options.device)
    model = Noise2Noise.load(options.weights, device, options.precision, options.residual)
    data = read(*options.data, noise=options.noise, roles=options.roles, axes=options.axes)
    if options.record and not data.has_clean:
        raise ValueError("nothing to record: without clean pictures there is no PSNR; bring a set that has them")
    if options.match_exposure or not data.has_clean:  # what is compared with has the exposure of the frames
        options.stretch = bool(options.stretch)
    model = shared.as_asked(model, options)
    if options.count:
        data = data.chosen(range(min(options.count, len(data))))
    data = shared.in_range(data, options)
    frozen = data.frozen(options.seed)
    data = shared.in_range(model.adapted(matched(frozen) if options.match_exposure else frozen), options)
    denoiser = partial(model.restore, ensemble=options.ensemble)
    measured = measure(denoiser, data, with_ssim=True)
    if options.record:
        _record(weights.find(options.weights), options.record, measured)
    classical = baselines.measure_all(data) if options.baselines else {}
    if options.figure:
        report.save(options.figure, report.contact_sheet(data, denoiser))
    if options.json:
        print(json.dumps(report.as_json(measured, classical) | {"weights": options.weights}))
    else:
        describe(data, hardware(device, options.precision))
        print(report.table(options.weights, measured, classical))
    return 0


def _check_places(options: argparse.Namespace) -> None:
    """Raises ValueError or OSError where the figure cannot be written, or the weights cannot hold what is recorded."""
    if options.figure and (options.figure.suffix.lower() != ".png" or options.figure.is_dir()):
        raise ValueError(f"a figure goes into a .png, not '{options.figure}'; name one, such as figure.png")
    if options.figure and not options.figure.parent.is_dir():
        raise FileNotFoundError(f"no folder '{options.figure.parent}'; make it first")
    path = weights.find(options.weights)
    if options.record and path.suffix != ".safetensors":
        raise ValueError(f"--record: '{path}' has no header to write into; only .safetensors have")


def _record(path: Path, name: str, measured: Measurement) -> None:
    """Writes the figures into the header of the weights."""
    tensors, header = weights.load(path)
    weights.save(path, tensors, replace(header, measured={**header.measured, name: summary(measured)}))
