"""Measures how much the automatic choice of weights loses beside the best of them, picture by picture.

Run `PYTHONPATH=. .venv/bin/python tests/measure_choice.py [cameras microscopes white]` beside the data of
weights/README.md; a set that is not there is left out. Exit status 1: the choice lost more than is asked for.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
from measuring import Figure, print_figures

from n2n import Noise2Noise
from n2n.data import Batch, Pairs
from n2n.measure import choice, psnr
from n2n.nets import weights
from n2n.noise import parse
from n2n.reading.reader import read

DATA = Path(__file__).parents[2] / "shared" / "data"
GENERAL = ("everyday", "gaussian", "gaussian-small", "poisson", "microscopy")  # the others are for other things
MOST = 0.15  # dB that the choice may lose on average
STRENGTHS = (1, 15, 25, 50)


@cache
def model(name: str) -> Noise2Noise:
    """Shipped weights, kept in memory."""
    return Noise2Noise.load(name, "cpu", "fp32")


def _table(sets: Iterable[Pairs], what: str, quick: bool) -> Iterator[Figure]:
    """The mean PSNR of the best weights for each picture, of those chosen, and the difference, in dB."""
    rows, chosen = [], []
    names = [name for name in GENERAL if name in weights.shipped()]
    for pairs in sets:
        for index in range(0, len(pairs), 8 if quick else 1):
            batch = next(pairs.chosen([index]).frozen(0).batches())
            rows.append([_psnr(name, batch) for name in names])
            chosen.append(names.index(choice.recommended(batch.source, None, weights.headers()).name))
    if rows:
        table = np.array(rows)
        best, taken = table.max(axis=1).mean(), table[np.arange(len(rows)), chosen].mean()
        print(f"{what}: chosen " + ", ".join(f"{names[place]} {count}×" for place, count in Counter(chosen).items()))
        for name, mean in zip(names, table.mean(axis=0)):
            yield Figure(f"{what}: {name} on all", float(mean), "dB")
        yield Figure(f"{what}: best of them for each picture", float(best), "dB")
        yield Figure(f"{what}: lost by the choice", float(best - taken), "dB", MOST)


def _psnr(name: str, batch: Batch) -> float:
    return float(psnr(model(name).restore(batch.source), batch.clean))


def _noisy(folder: str) -> Iterator[Pairs]:
    if (DATA / folder).is_dir():
        yield read(DATA / folder)


def cameras(_: Path, quick: bool) -> Iterator[Figure]:
    """Real pictures out of five cameras."""
    return _table(_noisy("real_camera"), "cameras", quick)


def microscopes(_: Path, quick: bool) -> Iterator[Figure]:
    """Real pictures of fluorescence."""
    return _table(_noisy("real_microscopy"), "microscopes", quick)


def white(_: Path, quick: bool) -> Iterator[Figure]:
    """White noise of four strengths."""
    if (DATA / "cbsd68").is_dir():
        photographs = partial(read, DATA / "cbsd68")
        yield from _table((photographs(noise=parse(f"gaussian:{sigma}")) for sigma in STRENGTHS), "white", quick)


PARTS = {"cameras": cameras, "microscopes": microscopes, "white": white}

if __name__ == "__main__":
    sys.exit(print_figures(PARTS, "Measures the automatic choice of weights, beside what is asked for."))
