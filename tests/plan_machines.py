"""How many machines a university needs: a simulated day of a thousand visitors, from a timetable and measured times.

Run `.venv/bin/python tests/plan_machines.py [--visitors 1000] [--plot plan.png]`. Each visitor comes to one lesson:
looks at two shots, trains on them, and denoises some pictures. Nobody waits for anything but a free place.
"""

import argparse
import heapq
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

BAR = 15.0  # seconds: 95 of 100 visitors are to wait less


@dataclass(frozen=True)
class Lessons:
    """A timetable: lessons of one size begin together, several at once."""

    starts: tuple[float, ...] = (8.25, 10.25, 12.25, 14.25, 16.25)  # hours
    at_once: int = 4
    spread: float = 4.0  # minutes: standard deviation of when a class begins to train after the teacher has said so
    told: float = 25.0  # minutes after the start


@dataclass(frozen=True)
class Times:
    """Seconds that a place is taken: as `measure_jobs.py turns` measures them on one core of a Xeon at 2.5 GHz, and how
    long people train, which is assumed.
    """

    trainings: tuple[tuple[float, float], ...] = ((20, 0.5), (60, 0.35), (180, 0.15))  # with the share that takes each
    around: float = 3.8  # reading the pairs, the last pictures, the lease
    inspection: float = 4.8  # of two shots of 512×512
    denoising: float = 1.0  # of one
    denoisings: int = 6  # of a visitor
    pause: float = 40.0  # between two denoisings, on average


def arrivals(visitors: int, lessons: Lessons, rng: np.random.Generator) -> np.ndarray:
    """When each visitor begins, in seconds of the day."""
    lesson = rng.integers(len(lessons.starts), size=visitors)
    moments = np.asarray(lessons.starts)[lesson] * 3600 + lessons.told * 60
    classes = rng.integers(lessons.at_once, size=visitors) * 60.0  # no two teachers speak at the same second
    return np.sort(moments + classes + rng.normal(0, lessons.spread * 60, visitors))


def waits(begins: Sequence[float] | np.ndarray, taken: Sequence[float] | np.ndarray, places: int) -> np.ndarray:
    """Seconds that each waits until one of `places` is free; the first to come goes first."""
    free = [0.0] * places
    waited = []
    for begin, seconds in sorted(zip(begins, taken)):
        ready = max(begin, heapq.heappop(free))
        heapq.heappush(free, ready + seconds)
        waited.append(ready - begin)
    return np.asarray(waited)


def least(begins: np.ndarray, taken: Sequence[float] | np.ndarray) -> Iterator[tuple[int, float]]:
    """Places, one more each time, and what 95 of 100 wait less than, until that is less than BAR."""
    places, waited = 0, np.inf
    while waited > BAR:
        places += 1
        waited = float(np.percentile(waits(begins, taken, places), 95))
        yield places, waited


def main() -> int:
    """Prints the plan, and draws it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=1000)
    parser.add_argument("--cores", type=int, default=2, help="of a machine")
    parser.add_argument("--plot", type=Path, help="a picture to write")
    options = parser.parse_args()
    rng, times = np.random.default_rng(0), Times()
    begins = arrivals(options.visitors, Lessons(), rng)
    chosen = rng.choice([one for one, _ in times.trainings], len(begins), p=[share for _, share in times.trainings])
    trainings = list(least(begins, chosen + times.around))
    looks = list(least(begins - 60, [times.inspection] * len(begins)))
    again = begins[:, None] + 30 + np.cumsum(rng.exponential(times.pause, (len(begins), times.denoisings)), 1)
    denoisings = list(least(again.ravel(), [times.denoising] * again.size))
    curves = {"trainings": trainings, "inspections": looks, "denoisings, by the machine in front": denoisings}
    print(f"{options.visitors} visitors, 95 of 100 are to wait less than {BAR:g} s")
    for what, tried in curves.items():
        print(f"{what:40} {tried[-1][0]:4} places, waiting {tried[-1][1]:.1f} s")
    places = trainings[-1][0]
    print(f"machines with {options.cores} cores for the cluster (N2N_JOB_CORES=1): {-(-places // options.cores)}")
    if options.plot:
        draw(curves, options.plot)
    return 0


def draw(curves: dict[str, list[tuple[int, float]]], path: Path) -> None:
    """Seconds that 95 of 100 wait less than, over the number of places."""
    figure = Figure((6.4, 3.2), layout="constrained")
    axes = figure.subplots()
    for what, tried in curves.items():
        axes.plot(*zip(*tried), marker=".", label=what)
    axes.axhline(BAR, color="0.6", linestyle="--")
    axes.set(xlabel="places at once", ylabel="wait of 95 of 100, s", yscale="symlog", xlim=(0, None), ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    sys.exit(main())
