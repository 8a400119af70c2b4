"""Measures what a cluster costs and brings: many small files, a large picture in tiles, trainings in 1, 2, 4 processes.

Run `PYTHONPATH=. .venv/bin/python tests/measure_cluster.py [files tiles training]` on a machine that does nothing else;
the nodes of the cluster are processes of this machine, one for each core. Exit status 1: something was missed.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import skimage
import tifffile
from clusters import ENVIRONMENT as NODE
from clusters import Cluster
from measuring import Figure, print_figures
from PIL import Image

ROOT = Path(__file__).parent.parent
NODES = 2
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
PLAIN = ("--weights", "gaussian-small", "--precision", "fp32")
NODE["RAY_worker_niceness"] = "0"  # nodes would give way to whatever else runs, and the local processes would not


def command(*arguments: object) -> list[str]:
    """A command of n2n, as words."""
    return [sys.executable, "-m", "n2n", *map(str, arguments)]


def seconds(*commands: list[str]) -> float:
    """The time that commands take side by side."""
    began = time.perf_counter()
    running = [subprocess.Popen(one, env=ENVIRONMENT, stderr=subprocess.DEVNULL) for one in commands]
    assert not any(one.wait() for one in running)
    return time.perf_counter() - began


def files(folder: Path, quick: bool) -> Iterator[Figure]:
    """A thousand small files on a cluster, and beside it as many local processes, which share them."""
    rng, photo = np.random.default_rng(0), skimage.data.astronaut()
    count = 100 if quick else 1000
    for place in range(count):
        top, left = rng.integers(0, 512 - 128, 2)
        noisy = photo[top : top + 128, left : left + 128] + rng.normal(0, 25, (128, 128, 3))
        for name in ("all", str(place % NODES)):
            (folder / name).mkdir(exist_ok=True)
            Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / name / f"{place:04d}.png")
    here = [command("denoise", folder / str(node), "-o", folder / f"out{node}", *PLAIN) for node in range(NODES)]
    cluster = Cluster(NODES)
    try:
        there = command("denoise", folder / "all", "-o", folder / "out", *PLAIN, "--cluster", cluster.address)
        spread = [seconds(there), seconds([*there, "--force"])]
        local = [seconds(*here), seconds(*([*one, "--force"] for one in here))]
    finally:
        cluster.close()
    yield Figure(f"files: {count} on a cluster of {NODES} cores", min(spread), "s")
    yield Figure(f"files: the same in {NODES} local processes", min(local), "s")
    yield Figure("files: a cluster beside them", min(spread) / min(local), "×", 1.1)


def tiles(folder: Path, quick: bool) -> Iterator[Figure]:
    """A picture of 24 megapixels in tiles on two nodes, and on one core here."""
    photo = np.tile(skimage.data.astronaut(), (3, 3, 1) if quick else (8, 12, 1))
    noisy = photo + np.random.default_rng(0).normal(0, 25, photo.shape)
    tifffile.imwrite(folder / "noisy.tif", noisy.clip(0, 255).astype(np.uint8), photometric="rgb")
    one = command("denoise", folder / "noisy.tif", "-o", folder / "clean.tif", *PLAIN, "--force")
    cluster = Cluster(NODES)
    try:
        spread, local = seconds([*one, "--cluster", cluster.address]), seconds(one)
    finally:
        cluster.close()
    yield Figure(f"tiles: {photo.shape[0] * photo.shape[1] / 1e6:.0f} megapixels on {NODES} cores", spread, "s")
    yield Figure("tiles: the same on one core", local, "s")
    yield Figure("tiles: times as fast", local / spread, "×")


def training(folder: Path, quick: bool) -> Iterator[Figure]:
    """Pairs a second of a training in 1, 2 and 4 processes, of which a machine of two cores has no use for four."""
    shots = np.random.default_rng(0).integers(0, 256, (2, 1000, 3, 64, 64), dtype=np.uint8)
    np.savez(folder / "pairs.npz", source=shots[0], target=shots[1])
    common = ("train", folder / "pairs.npz", "--hold-out", 0, "--precision", "fp32", "--json", "--force")
    common += ("--steps", 20 if quick else 100, "-o", folder / "out.safetensors")
    cluster = Cluster(NODES, cores=2)
    try:
        for count in (1, 2, 4):
            own = command(*common, "--cluster", cluster.address, "--processes", count)
            told = json.loads(subprocess.run(own, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout)
            yield Figure(f"training: pairs/s in {count} processes of the cluster", told["images_per_second"])
    finally:
        cluster.close()
    told = subprocess.run(command(*common), env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout
    yield Figure("training: pairs/s in one process without a cluster", json.loads(told)["images_per_second"])


if __name__ == "__main__":
    sys.exit(print_figures({"files": files, "tiles": tiles, "training": training}, __doc__))
