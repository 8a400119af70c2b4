"""Measures how far the forecasts of a training are from what trainings of 20, 60 and 180 seconds reach.

Run `PYTHONPATH=. .venv/bin/python tests/measure_forecast.py [samples low_light brain coins cat coffee]` on a machine
that does nothing else; each takes five minutes. Exit status 1: they are further off than is asked for.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from measuring import Figure, print_figures

from demo.content import samples
from demo.service.trainings import make_settings
from demo.settings import BUDGETS
from demo.work.pairs import sample_pairs
from demo.work.ready import ready_made
from demo.work.subsets import to_measure
from n2n import Noise2Noise, Pairs, Recipe
from n2n.files import image, to_pixels, to_tensor
from n2n.noise import generator, parse
from n2n.reading import read_shots_or_one
from n2n.training import History, forecast, train

EARLY = 1 / 4  # of a training, after which its forecasts are judged
OFF, INSIDE = 1.0, 0.7  # dB that they may be off on average; part of the results that lies between their ends
ADDED = {"coins": "gaussian:15", "cat": "gaussian:25", "coffee": "poisson:20"}  # noise of built-in pictures
REAL = {"low_light": "low light", "brain": "brain"}  # keys of shots with real noise


def shots(name: str, folder: Path) -> Sequence[Path]:
    """Files of noisy pairs."""
    if name == "samples":
        return [sample_pairs(folder)]
    if name in REAL:
        sample = samples.SAMPLES[REAL[name]]
        return [file for file in (sample.file, sample.second) if file]
    picture, files = samples.read(name), [folder / f"{name}_{shot}.png" for shot in (1, 2)]
    clean, rng = to_tensor(picture.pixels, samples.EIGHT_BITS), generator(0)
    for file, shot in zip(files, parse(ADDED[name]).shots(clean, 2, rng)):
        image.write(file, type(picture)(to_pixels(shot, np.uint8, samples.EIGHT_BITS)))
    return files


def judge(name: str, folder: Path, quick: bool) -> Iterator[Figure]:
    """The early forecasts of three trainings, beside what all three reached."""
    data = read_shots_or_one(*shots(name, folder))
    budgets = [budget / 10 for budget in BUDGETS] if quick else list(BUDGETS)
    recipes = [make_settings(budget, "fast", 24, None).recipe for budget in budgets]
    learnt, held = data.hold_out(recipes[0].hold_out, recipes[0].seed)
    measured = to_measure(held)
    ready, runs = ready_made(measured), [_trained(data, learnt, measured, recipe) for recipe in recipes]
    reached = [max(found.pooled[1] for *_, found in run.measurements if found.pooled) for run in runs]
    off, inside = [], []
    for recipe, run in zip(recipes, runs):
        early = History()
        early.measurements = run.measurements[: max(2, round(EARLY * recipe.evaluations))]
        for one, psnr in zip(forecast(early, recipe, budgets, ready and ready.psnr), reached):
            told = f"{one.likely:.1f} ({one.low:.1f} to {one.high:.1f}) dB in {one.seconds:g} s; it was {psnr:.1f} dB"
            print(f"{name}, by {early.measurements[-1][1]:.0f} s of {recipe.seconds:g} s: {told}", flush=True)
            off.append(abs(one.likely - psnr))
            inside.append(one.low - 0.05 <= psnr <= one.high + 0.05)
    yield Figure(f"{name}: mean distance of {len(off)} forecasts", float(np.mean(off)), "dB", OFF)
    yield Figure(f"{name}: of the results between their ends", float(np.mean(inside)), "", INSIDE, least=True)


def _trained(data: Pairs, learnt: Pairs, measured: Pairs, recipe: Recipe) -> History:
    history = History()
    for progress in train(Noise2Noise.for_pairs(data, recipe, None, "cpu").net, learnt, measured, recipe):
        history.add(progress)
    return history


PARTS = {name: partial(judge, name) for name in ("samples", *REAL, *ADDED)}

if __name__ == "__main__":
    sys.exit(print_figures(PARTS, "Measures the forecasts of trainings."))
