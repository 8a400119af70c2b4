"""Scoring results of other programs in a job: the referee, within the limits of the page."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from n2n import Noise2Noise
from n2n.analysis import makers
from n2n.machine import find_device
from n2n.nets import weights as files_of_weights
from n2n.reading import Entry, read_results
from n2n.referee import AS_THEY_ARE, Maker, Mending, Score, judge

from .. import settings
from . import inputs, score_card
from .denoise import AUTOMATIC
from .rows import Row
from .score_pictures import Seen, rows_of

OURS = "Noise2Noise"  # the name of what the weights make that suit the shot
WAY_OUT = "Bring fewer or smaller ones, or use the command line, which has no such limit: python -m n2n score"


@dataclass(frozen=True)
class Contest:
    """Two shots and what is to be scored by them; uploads, by their paths."""

    first: str
    second: str
    results: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of the results, where their files have others
    clean: str | None = None
    weights: str = ""  # shipped weights that stand beside, or AUTOMATIC, if any
    baselines: bool = False  # whether classical filters do
    mending: Mending = AS_THEY_ARE
    axes: str | None = None  # of stacks


@dataclass(frozen=True)
class Scored:
    """A score as it is shown; only what the doctor finds where there are no results."""

    score: Score
    rows: list[Row]
    card: Path | None  # a picture to share, where there is something to tell


def score(stop: Callable[[], bool], contest: Contest, device: str = "auto") -> Iterator[dict[str, Any]]:
    """Yields the score, as n2n.referee tells it, as values for JSON. Raises ValueError, OSError."""
    made = _made(contest, device)
    if not contest.results and not made:
        raise ValueError("nothing to score: bring what programs made of the first shot, or choose weights or filters")
    entries, notes = _read(contest)
    if not stop():
        yield judge(entries, made, contest.mending, notes=notes).as_json()


def show(stop: Callable[[], bool], contest: Contest, folder: Path, device: str = "auto") -> Iterator[Scored]:
    """Yields the score with its pictures, which are written to `folder`. Raises ValueError, OSError."""
    made = _made(contest, device)
    entries, notes = _read(contest)
    seen = Seen()
    if stop():
        return
    found = judge(entries, made, contest.mending, notes=notes, watch=seen)
    card = score_card.write(folder / "score.png", found, seen.scenes[0]) if found.ranked else None
    yield Scored(found, rows_of(found, seen.scenes, folder), card)


def _read(contest: Contest) -> tuple[list[Entry], tuple[str, ...]]:
    """Shots and results, with notes on how they were read. Raises ValueError, OSError."""
    most = settings.limits().pictures
    if len(contest.results) > most:
        raise ValueError(f"{len(contest.results)} results at once; this page takes up to {most}. {WAY_OUT}")
    paths = [contest.first, contest.second, *contest.results]
    names = _unlike(contest.names or [Path(path).stem for path in contest.results])
    check = partial(inputs.check_size, way_out=WAY_OUT)
    entries, notes = read_results(paths, contest.clean, contest.axes, names, check)
    pixels = sum(values[0].size for entry in entries for values in (*entry.scene.shots, *entry.results.values()))
    if pixels > settings.limits().all_pixels:
        told = f"{pixels / 1e6:.0f} megapixels together; this page takes up to {settings.limits().all_pixels / 1e6:.0f}"
        raise ValueError(f"these pictures have {told} at once. {WAY_OUT}")
    return entries, notes


def _made(contest: Contest, device: str) -> dict[str, Maker]:
    """What is made of the first shot here. Raises ValueError for weights that are not shipped."""
    shipped, name = files_of_weights.shipped(), contest.weights
    if name and name not in (AUTOMATIC, *shipped):
        raise ValueError(f"weights is '{name[:40]}'; allowed: {AUTOMATIC}, {', '.join(shipped)}, or nothing")
    made = makers.of_filters() if contest.baselines else {}
    if name == AUTOMATIC:
        return {OURS: makers.of_suited(find_device(device))} | made
    return ({name: makers.of_net(Noise2Noise.load(name, device))} if name else {}) | made


def _unlike(names: Sequence[str]) -> list[str]:
    """The names, with a number behind those that stand twice."""
    seen: Counter[str] = Counter()
    unlike = []
    for name in names:
        seen[name] += 1
        unlike.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return unlike
