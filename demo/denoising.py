"""Denoising in a worker: read what was brought, choose the weights, denoise, measure, write what is shown and taken."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from n2n import Noise2Noise, advice, baselines, compare, host, image, weights
from n2n.compare import Case, Shown
from n2n.evaluate import Denoiser
from n2n.history import safe_cell
from n2n.image import Picture
from n2n.noise import Noise

from . import noises, rows, samples, settings

AUTOMATIC, TRAINED = "automatic", "the one I just trained"
HEADERS = weights.headers()
ENCODERS = ThreadPoolExecutor(os.cpu_count(), "encode")  # of PNGs
COLUMNS = ("picture", "method", "PSNR before", "PSNR after", "SSIM before", "SSIM after", "seconds")


@dataclass(frozen=True)
class Options:
    """How to denoise; `baselines` are names of n2n.baselines.BASELINES."""

    weights: str = AUTOMATIC
    trained: Path | None = None  # weights file of the visitor's own training
    strength: float = 1.0
    ensemble: bool = False
    baselines: tuple[str, ...] = ()
    maps: bool = False  # also show the error and what was removed


@dataclass(frozen=True)
class Order:
    """What is to be denoised: uploaded pictures, or a sample where there are none."""

    files: tuple[str, ...] = ()
    sample: str | None = None  # key of samples.SAMPLES
    noise: str | None = None  # to be added, a name of noises.OFFERS; None: they are noisy already
    level: float = 0.0  # in the noise's own unit
    seed: int = 0
    cleans: tuple[str, ...] = ()  # clean pictures of those that are noisy already
    options: Options = Options()


@dataclass
class Outcome:
    """What came of some pictures."""

    rows: list[dict] = field(default_factory=list)  # for the panels
    table: list[tuple] = field(default_factory=list)  # under COLUMNS; None where it is not known
    notes: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)  # to download


def fulfil(order: Order, folder: Path, device: str = "auto") -> Outcome:
    """All of an order, pictures and downloads written to `folder`. Raises ValueError, OSError for the person."""
    pictures = read_all(order.files)
    if not pictures and order.sample:
        picture = samples.read(order.sample)
        pictures = [(samples.SAMPLES[order.sample].file, picture)]
    if not pictures:
        return Outcome()
    if order.noise is None:
        cases = with_clean(pictures, read_all(order.cleans))
    else:
        cases = with_noise(pictures, noises.noise(order.noise, order.level), order.seed)
    return denoise(cases, order.noise, order.options, folder, device)


def warm_up() -> None:
    """Makes the first denoising as quick as the others: loads the weights that the first screen asks for."""
    load(advice.suited(noises.FIRST, HEADERS), "auto").predict(torch.zeros(1, 3, 64, 64))


def check_size(width: int, height: int, name: str) -> None:
    """Raises ValueError for a picture that is larger than the demo takes.

    Nets continue both sides to multiples of 32: where sides are limited, that adds little to any picture.
    """
    way_out = "Cut it, or use the command line, which has no such limit: python -m n2n denoise PICTURE -o OUT"
    if max(width, height) > settings.SIDE:
        raise ValueError(
            f"'{name}' is {width}×{height} pixels; this page takes sides of up to {settings.SIDE:,}. {way_out}"
        )
    if width * height > settings.PIXELS:
        raise ValueError(
            f"'{name}' has {width * height / 1e6:.1f} megapixels; this page takes up to {settings.PIXELS / 1e6:.0f}. "
            f"{way_out}"
        )


def read(path: str | Path) -> Picture:
    """An uploaded picture. Raises ValueError where it is none, or larger than the demo takes."""
    return image.read(Path(path), check_size)


def read_all(paths: Sequence[str]) -> list[tuple[str, Picture]]:
    """Uploaded pictures with their names. Raises ValueError where they are too many, or one cannot be read."""
    if len(paths) > settings.PICTURES:
        raise ValueError(
            f"{len(paths)} pictures at once; this page takes up to {settings.PICTURES}. Bring fewer, or use the "
            "command line for whole folders: python -m n2n denoise FOLDER -o OUT"
        )
    pictures = [(Path(path).name, read(path)) for path in paths]
    total = sum(picture.pixels[:, :, 0].size for _, picture in pictures)
    if total > settings.ALL_PIXELS:
        raise ValueError(
            f"these pictures have {total / 1e6:.0f} megapixels together; this page takes up to "
            f"{settings.ALL_PIXELS / 1e6:.0f} at once. Bring fewer, or use the command line for whole folders"
        )
    return pictures


def with_noise(pictures: list[tuple[str, Picture]], noise: Noise, seed: int) -> list[tuple[str, Case]]:
    """Clean pictures made noisy; each draws its own noise from the seed."""
    return [(name, compare.corrupted(picture, noise, seed + place)) for place, (name, picture) in enumerate(pictures)]


def with_clean(pictures: list[tuple[str, Picture]], cleans: list[tuple[str, Picture]]) -> list[tuple[str, Case]]:
    """Noisy pictures beside their clean ones: by equal name, or in order where there are as many. Raises ValueError."""
    by_name = {Path(name).stem: picture for name, picture in cleans}
    named = [by_name.get(Path(name).stem) for name, _ in pictures]
    if cleans and not any(named):
        if len(cleans) != len(pictures):
            raise ValueError(
                f"{len(cleans)} clean pictures for {len(pictures)} noisy ones, with other names; "
                "bring one for each in the same order, or name them alike"
            )
        named = [picture for _, picture in cleans]
    return [(name, compare.noisy_already(picture, clean)) for (name, picture), clean in zip(pictures, named)]


def choose(options: Options, noise: str | None, device: str = "auto") -> tuple[str, Noise2Noise]:
    """The weights for noise of a kind (None: unknown), with the name to show. Raises ValueError."""
    if options.weights == TRAINED:
        if options.trained is None or not options.trained.is_file():
            raise ValueError("there is no model of yours (any more): train one in the second tab, or choose another")
        return "your model", Noise2Noise.load(options.trained, host.device(device))
    name = options.weights
    if name == AUTOMATIC:
        name = advice.suited(noise, HEADERS)
    if name not in HEADERS:  # a program could ask for any file of this computer
        raise ValueError(f"there are no weights '{name}'; allowed: {AUTOMATIC}, {', '.join(HEADERS)}")
    return name, load(name, device)


@lru_cache(maxsize=16)
def load(name: str, device: str) -> Noise2Noise:
    """Shipped weights, kept in memory."""
    return Noise2Noise.load(name, host.device(device))


def denoise(
    cases: list[tuple[str, Case]], noise: str | None, options: Options, folder: Path, device: str = "auto"
) -> Outcome:
    """Denoises every picture and writes the panels' PNGs and the downloads to `folder`."""
    name, model = choose(options, noise, device)
    ours = partial(model.predict, data_range=1.0, ensemble=options.ensemble, strength=options.strength)
    denoisers: dict[str, Denoiser] = {"denoised": ours}
    denoisers |= {key: partial(baselines.denoise, baselines.BASELINES[key]) for key in options.baselines}
    outcome = Outcome()
    outcome.notes += _mismatch(name, model, noise)
    downloads = folder / "downloads"
    downloads.mkdir(exist_ok=True)
    for place, (title, case) in enumerate(cases):
        before = compare.show(case.noisy, case.target)
        results = compare.run(denoisers, case)
        written = ENCODERS.submit(_write, downloads, title, compare.result(case, results["denoised"][0]))
        outcome.rows.append(_row(title, case, before, results, options.maps, folder, str(place)))
        outcome.table += [
            (title, name if method == "denoised" else method, *_figures(before, shown))
            for method, (_, shown) in results.items()
        ]
        if said := advice.warning(case.noisy, model.header, HEADERS):
            outcome.notes.append(f"{title}: {said}" if len(cases) > 1 else said)
        outcome.notes += [f"{title}: {note}" for note in case.picture.notes]
        outcome.files.append(written.result())
    outcome.files.append(_write_table(downloads / "psnr.csv", outcome.table))
    return outcome


def _mismatch(name: str, model: Noise2Noise, noise: str | None) -> list[str]:
    """Said where the model learnt another kind of noise than the one that was added."""
    learnt = advice.kind(model.header)
    if noise is None or not learnt or learnt == noise or name == advice.GENERAL[0]:
        return []
    better = advice.suited(noise, HEADERS)
    told = f"“{better}” learnt that." if advice.kind(HEADERS[better]) == noise else "do not expect its best."
    return [f"“{name}” learnt {learnt} noise, this is {noise} noise: {told}"]


def _row(
    title: str,
    case: Case,
    before: Shown,
    results: Mapping[str, tuple[Tensor, Shown]],
    maps: bool,
    folder: Path,
    prefix: str,
) -> dict:
    """The panels of one picture: noisy, denoised, target, then what was asked for besides."""
    pictures = {"noisy": before, "denoised": results["denoised"][1]}
    if case.target is not None:
        pictures["target"] = Shown(compare.show(case.target, None).pixels)
    pictures |= {method: shown for method, (_, shown) in results.items() if method != "denoised"}
    if maps:
        denoised = pictures["denoised"].pixels
        if case.target is not None:
            pictures["error"] = Shown(compare.error_map(denoised, pictures["target"].pixels))
        pictures["residual"] = Shown(compare.residual(before.pixels, denoised))
    small = {role: compare.reduced(shown.pixels, settings.SHOWN_PIXELS) for role, shown in pictures.items()}
    saved = [ENCODERS.submit(rows.save, pixels, folder, f"{prefix}-{role}.png") for role, pixels in small.items()]
    drawn = zip(pictures.items(), small.values(), saved)
    return rows.row(title, [_panel(role, shown, pixels, file.result()) for (role, shown), pixels, file in drawn])


TITLES = {
    "error": ("Error", f"|denoised − target|, ×{compare.ERROR_GAIN}"),
    "residual": ("Removed", f"noisy − denoised, ×{compare.RESIDUAL_GAIN} about grey"),
}


def _panel(role: str, shown: Shown, pixels: np.ndarray, src: str) -> dict:
    """`pixels` are what `src` shows: those of `shown`, or fewer."""
    height, width = pixels.shape[:2]
    title, note = TITLES.get(role, (role.capitalize(), ""))
    if pixels.shape != shown.pixels.shape:
        note = f"{note} shown smaller; measured and downloaded whole".strip()
    return rows.panel(role, title, src, (width, height), shown.psnr, shown.ssim, note)


def _figures(before: Shown, after: Shown) -> tuple[float | None, ...]:
    return before.psnr, after.psnr, before.ssim, after.ssim, after.seconds


def means(table: list[tuple]) -> list[tuple]:
    """A line of means over the pictures for every method, under COLUMNS; none for a single picture."""
    methods = dict.fromkeys(line[1] for line in table)
    lines = []
    for method in methods:
        mine = [line[2:] for line in table if line[1] == method]
        known = [[value for value in column if value is not None] for column in zip(*mine)]
        if len(mine) > 1:
            lines.append(("mean", method, *(float(np.mean(column)) if column else None for column in known)))
    return lines


def _write(folder: Path, name: str, picture: Picture) -> Path:
    """The picture under its own name; as PNG where its format cannot be written."""
    path = folder / name
    fits = image.SIXTEEN_BIT_SUFFIXES if picture.pixels.dtype == np.uint16 else image.SUFFIXES
    path = path if path.suffix.lower() in fits else path.with_suffix(".png")
    while path.exists():
        path = path.with_stem(f"{path.stem}_")
    image.write(path, picture)
    return path


def _write_table(path: Path, table: list[tuple]) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_rounded(line) for line in (*table, *means(table))])
    image.write_bytes(path, text.getvalue().encode())
    return path


def _rounded(line: tuple) -> list[object]:
    return [round(value, 4) if isinstance(value, float) else safe_cell(value) for value in line]
