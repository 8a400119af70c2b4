"""Denoising in a worker: chooses weights, denoises, measures, writes the panels and the downloads."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

import torch
from torch import Tensor

from n2n import Noise2Noise
from n2n.cluster import LARGE, spreading
from n2n.files import Picture, formats, image
from n2n.machine import find_device
from n2n.measure import Denoiser, NoisyPicture, baselines, choice, one_picture
from n2n.nets import Header, weights
from n2n.noise import Noise

from .. import settings
from ..content import noises, samples
from . import inputs, measurements, remarks, stacks
from .comparison import comparison_row, encoders
from .inputs import Cases
from .measurements import Line
from .rows import Row
from .stacks import StackView, Written

DRAFT_PIXELS = 2**16  # of a picture while a slider is dragged
AUTOMATIC, TRAINED = "automatic", "the one I just trained"


@dataclass(frozen=True)
class Options:
    """How to denoise; `baselines` are keys of n2n.measure.baselines.BASELINES."""

    weights: str = AUTOMATIC
    trained: Path | None = None  # weights file of the visitor's own training
    strength: float = 1.0
    ensemble: bool = False
    baselines: tuple[str, ...] = ()
    maps: bool = False  # whether to show the error and the removed noise as well


@dataclass(frozen=True)
class LearntData:
    """The data of a training, and how the part was chosen that it did not learn from."""

    files: tuple[Path, ...]
    hold_out: float
    seed: int
    axes: str | None = None


@dataclass(frozen=True)
class Order:
    """What to denoise: uploaded pictures, shots of a training, or a sample where there are neither."""

    files: tuple[str, ...] = ()
    pairs: LearntData | None = None  # noisy already, with or without clean pictures of their own
    sample: str | None = None  # key of samples.SAMPLES
    noise: str | None = None  # to add, a key of noises.SLIDERS; None: noisy already, as some samples are anyway
    level: float = 0.0  # in the noise's own unit
    seed: int = 0
    cleans: tuple[str, ...] = ()  # the clean pictures, where they are noisy already
    view: StackView = field(default_factory=StackView)  # of stacks
    options: Options = Options()
    draft: bool = False  # while a slider is dragged: only to be seen, and small where noise is added


@dataclass
class Outcome:
    """The results of some pictures."""

    rows: list[Row] = field(default_factory=list)
    table: list[Line] = field(default_factory=list)  # under measurements.COLUMNS
    notes: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)  # to download


def fulfil(order: Order, folder: Path, device: str = "auto") -> Outcome:
    """Carries out an order; pictures and downloads are written to `folder`. Raises ValueError, OSError."""
    header = _own_header(order.options)
    options, keep = replace(order.options, ensemble=order.options.ensemble and not order.draft), not order.draft
    if order.pairs:
        cases = inputs.from_pairs(order.pairs.files, order.pairs.hold_out, order.pairs.seed, order.pairs.axes, header)
        return denoise(cases, None, options, folder, device, learnt=True, keep=keep)
    pictures = inputs.read_all(order.files, order.view)
    if not pictures and order.sample:
        picture, name = samples.read(order.sample), samples.SAMPLES[order.sample].file.name
        if second := samples.read_second(order.sample):
            return denoise([inputs.real(name, picture, second, header)], None, options, folder, device, keep=keep)
        pictures = [(name, picture)]
    if not pictures:
        return Outcome()
    if order.noise is None:
        cases = inputs.with_clean(pictures, inputs.read_all(order.cleans, order.view), header)
        files = () if order.draft else order.files
        return denoise(cases, None, options, folder, device, files=files, axes=order.view.axes, keep=keep)
    noise = noises.create(order.noise, order.level)
    pictures = inputs.smaller(pictures, DRAFT_PIXELS) if order.draft else pictures
    cases = inputs.with_noise(pictures, noise, order.seed, header)
    return denoise(cases, noise, options, folder, device, keep=keep)


def _own_header(options: Options) -> Header:
    """The header of the visitor's own weights if those are used, for the range of values that they learnt."""
    own = options.trained if options.weights == TRAINED else None
    return weights.load(own)[1] if own and own.is_file() else Header()


def warm_up() -> None:
    """Makes the first denoising as quick as later ones: loads the weights that the first screen needs."""
    load(choice.suited(noises.FIRST, weights.headers()), "auto").predict(torch.zeros(1, 3, 64, 64))


def choose(
    options: Options, noise: str | None, noisy: Tensor, device: str = "auto"
) -> tuple[choice.Choice, Noise2Noise]:
    """The weights for a picture (1, C, H, W) with noise of a kind (None: unknown): the name to show, why these where
    they were left open, and the net. Raises ValueError.
    """
    if options.weights == TRAINED:
        if options.trained is None or not options.trained.is_file():
            raise ValueError("there is no model of yours (any more): train one in the second tab, or choose another")
        return choice.Choice("your model", ""), Noise2Noise.load(options.trained, find_device(device))
    headers, chosen = weights.headers(), choice.Choice(options.weights, "")
    if chosen.name == AUTOMATIC:
        chosen = choice.recommended(noisy, noise, headers)
    if chosen.name not in headers:  # a program could ask for any file of this computer
        raise ValueError(f"there are no weights '{chosen.name}'; allowed: {AUTOMATIC}, {', '.join(headers)}")
    return chosen, load(chosen.name, device)


@lru_cache(maxsize=16)
def load(name: str, device: str) -> Noise2Noise:
    """Loads shipped weights and keeps them in memory."""
    return Noise2Noise.load(name, find_device(device))


def _spread(model: Noise2Noise, noisy: Tensor) -> Noise2Noise:
    """The model on all cores of the cluster, where there is one and the picture is large."""
    address = settings.cluster().address
    if not address or noisy.shape[-2] * noisy.shape[-1] < LARGE:
        return model
    try:
        return spreading(model, address)
    except ValueError:  # it does not answer: what can be done here is done here
        return model


def denoise(
    cases: Cases,
    noise: Noise | None,
    options: Options,
    folder: Path,
    device: str = "auto",
    learnt: bool = False,
    files: Sequence[str] = (),
    axes: str | None = None,
    keep: bool = True,
) -> Outcome:
    """Denoises every picture and writes the panels' PNGs to `folder`, and with `keep` the downloads.

    `noise` is the one that was added, None where they were noisy already; `learnt`: a training learnt from them;
    `files`: those that hold the pictures, of which stacks are denoised as a whole, with these `axes`.
    """
    outcome, gains = Outcome(), []
    downloads = folder / "downloads"
    downloads.mkdir(exist_ok=True)
    for place, (title, case) in enumerate(cases):
        chosen, model = choose(options, noise.name if noise else None, case.noisy, device)
        model = model if case.second is None else model.stretching(False)  # the second shot has the first's exposure
        model = _spread(model, case.noisy)
        before = one_picture.measure_file(case.noisy, case)
        results = one_picture.compare(_denoisers(model, options), case)
        stack = _write_stack(downloads, Path(files[place]), axes, model, case, options) if files else Written()
        picture = one_picture.to_picture(case, results["denoised"][0])
        written = encoders().submit(_write, downloads, title, picture) if keep and stack.file is None else None
        outcome.rows.append(comparison_row(title, case, before, results, options.maps, folder, str(place)))
        outcome.table += [
            measurements.line(title, chosen.name if method == "denoised" else method, case, before, shown)
            for method, (_, shown) in results.items()
        ]
        notes = [] if learnt and options.weights == TRAINED else remarks.on_model(chosen, model, noise, case)
        outcome.notes += [f"{title}: {note}" if len(cases) > 1 else note for note in notes]
        outcome.notes += [f"{title}: {note}" for note in (*case.picture.notes, *case.assumed, *stack.notes)]
        gains.append((before, results["denoised"][1]))
        if file := written.result() if written else stack.file:
            outcome.files.append(file)
    outcome.notes[:0] = [remarks.on_gain(gains)] if learnt else []
    if keep:
        outcome.files.append(measurements.write(downloads / "psnr.csv", outcome.table))
    return outcome


def _write_stack(
    folder: Path, path: Path, axes: str | None, model: Noise2Noise, case: NoisyPicture, options: Options
) -> Written:
    """Denoises a whole stack in the range of values of the frame that is shown."""
    limits = (case.range.black, case.range.white)
    one = partial(
        model.denoise, data_range=limits, ensemble=options.ensemble, strength=options.strength, depth=case.depth
    )
    channels = case.noisy.shape[1]
    passes = (8 if options.ensemble else 1) * (1 if channels in (1, model.net.config.channels) else channels)
    return stacks.write(path, axes, folder, one, passes)


def _denoisers(model: Noise2Noise, options: Options) -> dict[str, Denoiser]:
    denoisers: dict[str, Denoiser] = {}
    denoisers["denoised"] = partial(model.predict, data_range=1.0, ensemble=options.ensemble, strength=options.strength)
    for key in options.baselines:
        denoisers[key] = partial(baselines.denoise, baselines.BASELINES[key])
    return denoisers


def _write(folder: Path, name: str, picture: Picture) -> Path:
    """Writes a picture under its own name; as PNG where its format cannot be written."""
    path = folder / name
    fits = formats.writable(picture.pixels.dtype, picture.pixels.shape[2])
    path = path if path.suffix.lower() in fits else path.with_suffix(".png" if ".png" in fits else ".tif")
    while path.exists():
        path = path.with_stem(f"{path.stem}_")
    image.write(path, picture)
    return path
