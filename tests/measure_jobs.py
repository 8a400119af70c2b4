"""Measures what it costs that a job runs on a cluster and not here, and how long a visitor's turns take.

Run `PYTHONPATH=.:tests/demo/jobs .venv/bin/python tests/measure_jobs.py [jobs turns]` on a machine that does nothing
else; it takes four minutes. The nodes of the cluster are on this machine, so all are as fast. Exit status 1: something
was missed.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import skimage
import torch
from clusters import Cluster
from measuring import Figure, print_figures
from PIL import Image
from short_training import SHORT, save
from work_on_nodes import count, pids

from demo import settings
from demo.jobs import engine
from demo.jobs.engine import Places
from demo.jobs.job import Job, warm_up
from demo.service.trainings import make_settings
from demo.work import denoise
from demo.work.inspect import inspect_pairs
from demo.work.train import TrainingSettings, learn
from n2n import Progress

TIMES, ITEMS, MEMORY = 9, 300, 2**30
LATER, EACH, STOP = 1.5, 20.0, 2.0  # seconds, milliseconds and seconds that are allowed


def jobs(folder: Path, quick: bool) -> Iterator[Figure]:
    """A job here and on a node, in turns."""
    warm_up().join()
    cluster = Cluster(2)
    settings.folder = lambda: folder
    try:
        addresses = {"here": "", "on a node": cluster.address}
        data = save(folder / "pairs.npz", np.random.default_rng(0))
        chosen = replace(SHORT, recipe=replace(SHORT.recipe, steps=10))
        for address in addresses.values():
            _use(address)
            if address:
                asyncio.run(Places().look())
        found: dict[str, list[tuple[float, float, float, float]]] = {place: [] for place in addresses}
        for _ in range(1 if quick else TIMES):
            for place, address in addresses.items():
                _use(address)
                found[place].append((*_items(), _point(data, Path(tempfile.mkdtemp(dir=folder)), chosen), _stopped()))
    finally:
        cluster.close()
    medians = {place: [statistics.median(column) for column in zip(*rows)] for place, rows in found.items()}
    for place, (first, each, point, stopped) in medians.items():
        yield Figure(f"{place}: first item", first, "s")
        yield Figure(f"{place}: first point of the curve", point, "s")
        yield Figure(f"{place}: from Stop to the last item", stopped, "s", STOP)
        if place != "here":
            here = medians["here"]
            yield Figure(f"{place}: first point later than here", point - here[2], "s", LATER)
            yield Figure(f"{place}: each item more than here", 1000 * (each - here[1]), "ms", EACH)


def turns(folder: Path, quick: bool) -> Iterator[Figure]:
    """How long a visitor's turns take one core, of a node or, for a denoising, of this machine; `plan_machines.py`
    reckons with that.
    """
    shots, rng = [folder / "one.png", folder / "two.png"], np.random.default_rng(0)
    for shot in shots:
        noisy = skimage.data.astronaut() + rng.normal(0, 25, (512, 512, 3))
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(shot)
    seconds, times = (3, 1) if quick else (20, 5)
    chosen = make_settings(seconds, "fast", 24, None)
    torch.set_num_threads(1)
    warm_up().join()
    denoise.warm_up()
    cluster = Cluster(1)
    settings.folder = lambda: folder
    try:
        _use(cluster.address)
        asyncio.run(Places().look())
        whole = [_whole(learn, shots, Path(tempfile.mkdtemp(dir=folder)), chosen) for _ in range(1 if quick else 3)]
        looks = [_whole(inspect_pairs, shots, Path(tempfile.mkdtemp(dir=folder))) for _ in range(times)]
    finally:
        cluster.close()
    order, small = denoise.Order(files=(str(shots[0]),)), []
    for _ in range(times):
        began = time.perf_counter()
        denoise.fulfil(order, folder)
        small.append(time.perf_counter() - began)
    yield Figure(f"a training of {seconds} s: beside these", statistics.median(whole) - seconds, "s")
    yield Figure("an inspection of two shots of 512×512", statistics.median(looks), "s")
    yield Figure("a denoising of 512×512, here", statistics.median(small), "s")


def _whole(work: Callable[..., Iterator[object]], *arguments: object) -> float:
    """Seconds from the start of a job until it is done."""
    began = time.perf_counter()
    with engine.start(work, *arguments, seconds=120, memory=2**31) as job:
        while not job.done:
            job.received()
            time.sleep(0.01)
    return time.perf_counter() - began


def _use(address: str) -> None:
    settings.cluster = partial(settings.Cluster, address, 1.0)


def _items() -> tuple[float, float]:
    """Seconds until the first item, and for each further one."""
    began = time.perf_counter()
    with engine.start(count, ITEMS, seconds=60, memory=MEMORY) as job:
        first = _arrived(job, bool)
        while not job.done:
            job.received()
            time.sleep(0.002)
    return first - began, (time.perf_counter() - first) / (ITEMS - 1)


def _point(data: Path, folder: Path, chosen: TrainingSettings) -> float:
    """Seconds until the first point of the curve of a training."""
    began = time.perf_counter()
    with engine.start(learn, [data], folder, chosen, seconds=60, memory=MEMORY) as job:
        return _arrived(job, lambda item: isinstance(item, Progress)) - began


def _stopped() -> float:
    """Seconds from the request to stop until the job is done."""
    with engine.start(pids, seconds=60, memory=MEMORY) as job:
        _arrived(job, bool)
        began = time.perf_counter()
        job.stop()
        while not job.done:
            job.received()
            time.sleep(0.002)
    return time.perf_counter() - began


def _arrived(job: Job, wanted: Callable[[object], bool]) -> float:
    """When the first such item came."""
    while not any(map(wanted, job.received())):
        time.sleep(0.002)
    return time.perf_counter()


if __name__ == "__main__":
    sys.exit(print_figures({"jobs": jobs, "turns": turns}, __doc__ or ""))
