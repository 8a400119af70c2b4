"""Measures what `python -m n2n bench` has no time for: how cost grows with work, and what a person waits for.

Run `PYTHONPATH=. .venv/bin/python tests/measure_speed.py [pairs pixels memory processes start share quality]` on a
machine that does nothing else; all of it takes half an hour, and 7 GB of disk. Exit status 1: something was missed.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import skimage
import torch
from measuring import Figure, print_figures
from PIL import Image

from n2n import Noise2Noise, bench
from n2n.machine import timing
from n2n.nets import tiling
from n2n.reading import reader
from n2n.training.loop import Progress, train
from n2n.training.recipe import BATCH, named_recipe

ROOT = Path(__file__).parent.parent
STEPS = 20  # of a training, timed together
REPORT = 500_000  # pictures: ten epochs of 50,000
REACHED = 25.76  # dB: what they reach on the 1,000 pairs of unseen photographs, as the README tells


TRAINING = """
import json, time, numpy as np, torch
from n2n import Noise2Noise
from n2n.data import StackedScenes, gather
from n2n.training import named_recipe, adaptive_threads, train
if "{how}" == "one":
    torch.set_num_threads(1)
shots = np.random.default_rng(0).integers(0, 256, (2, 1000, 3, 32, 32), dtype=np.uint8)
data = gather(StackedScenes(list(shots), None), "random pixels")
chosen = named_recipe("fast", seconds={seconds}, evaluations=1)
stream = train(Noise2Noise.for_pairs(data, chosen, device="cpu").net, data, None, chosen)
began = time.perf_counter()
for progress in adaptive_threads(stream) if "{how}" == "chosen" else stream:
    pass
print(json.dumps(dict(rate=progress.images / (time.perf_counter() - began))))
"""


def pairs_flat(folder: Path, quick: bool) -> Iterator[Figure]:
    """Seconds a step, and memory, from a thousand pairs to a million, mapped into memory; they take turns."""
    trainings, taken = [], []
    for count in (1_000, 10_000 if quick else 1_000_000):
        path = folder / f"{count}.npy"
        shots = np.lib.format.open_memmap(path, "w+", np.uint8, (count, 2, 3, 32, 32))
        rng = np.random.default_rng(0)
        for first in range(0, count, 1000):
            shots[first : first + 1000] = rng.integers(0, 256, (min(1000, count), 2, 3, 32, 32), dtype=np.uint8)
        del shots
        data = reader.read(path)
        chosen = named_recipe("fast", steps=10**6, evaluations=1)
        trainings.append(train(Noise2Noise.for_pairs(data, chosen, device="cpu").net, data, None, chosen))
        next(trainings[-1])
        taken.append(_status("RssAnon"))
        yield Figure(f"pairs: memory beside the mapped file, {count:,} pairs", taken[-1], "MB")
    yield Figure("pairs: memory that a thousand times as many add", taken[1] - taken[0], "MB", 100)
    few, many = timing.best_seconds(*(partial(_steps, training) for training in trainings), limit=5 if quick else 30)
    yield Figure("pairs: pictures/s of the fewer", STEPS * BATCH / few)
    yield Figure("pairs: pictures/s of the more", STEPS * BATCH / many)
    yield Figure("pairs: seconds a picture, a thousand times as many", many / few, "×", 1.1)


def _steps(training: Iterator[Progress]) -> None:
    for _ in range(STEPS):
        next(training)


def pixels_flat(folder: Path, quick: bool) -> Iterator[Figure]:
    """Seconds a megapixel from 1 to 100 megapixels; the sizes take turns."""
    model, sides = Noise2Noise.load("everyday", "cpu"), (500, 1000) if quick else (1000, 2000, 4000, 10_000)
    costs = dict.fromkeys(sides, float("inf"))
    for side in sides * (1 if quick else 3):
        noisy = torch.rand(1, 3, side, side)
        begun = time.perf_counter()
        tiling.denoise(model.fast, noisy)
        costs[side] = min(costs[side], (time.perf_counter() - begun) / (side**2 / 1e6))
    for side, cost in costs.items():
        yield Figure(f"pixels: seconds a megapixel of {side**2 / 1e6:g}", cost, "s")
    yield Figure("pixels: most expensive megapixel to cheapest", max(costs.values()) / min(costs.values()), "×", 1.3)


def memory(folder: Path, quick: bool) -> Iterator[Figure]:
    """What a large photograph takes, in a process of its own."""
    rng, size = np.random.default_rng(0), (600, 800, 3) if quick else (3000, 4000, 3)
    Image.fromarray(rng.integers(0, 256, size, dtype=np.uint8)).save(folder / "large.png")
    code = "import sys; from n2n.__main__ import main; main(sys.argv[1:]); print(open('/proc/self/status').read())"
    command = [sys.executable, "-c", code, "denoise", folder / "large.png", "-o", folder / "out.png"]
    told = subprocess.run(list(map(str, command)), cwd=ROOT, check=True, capture_output=True, text=True).stdout
    peak = _status("VmHWM", told)
    yield Figure(f"memory: peak of denoising {size[1]}×{size[0]}", peak, "MB", 2000)


def processes(folder: Path, quick: bool) -> Iterator[Figure]:
    """Two processes of one thread beside one process of two."""
    rng = np.random.default_rng(0)
    shots = rng.integers(0, 256, (2, 2000, 3, 32, 32), dtype=np.uint8)
    np.savez(folder / "pairs.npz", source=shots[0], target=shots[1])
    chosen = ["--seconds", "5" if quick else "20", "--evaluations", "1", "--batch-size", "100", "--json"]
    train_it = ["-m", "n2n", "train", str(folder / "pairs.npz"), *chosen]
    one = _told([sys.executable, *train_it, "-o", str(folder / "one.safetensors")])
    runner = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    two = _told([*runner, *train_it, "-o", str(folder / "two.safetensors")], OMP_NUM_THREADS="1")
    yield Figure("processes: one of two threads, pictures/s", one["images_per_second"])
    yield Figure("processes: two of one thread, pictures/s", two["images_per_second"])
    ratio = two["images_per_second"] / one["images_per_second"]
    yield Figure("processes: two beside one", ratio, "×", 0.9, least=True)


def start(folder: Path, quick: bool) -> Iterator[Figure]:
    """A small picture on the command line beside importing torch."""
    Image.fromarray(skimage.data.chelsea()[:128, :128]).save(folder / "small.png")
    denoising, importing = [], []
    for attempt in range(2 if quick else 5):
        out = folder / f"out-{attempt}.png"
        importing.append(_seconds([sys.executable, "-c", "import torch"]))
        denoising.append(_seconds([sys.executable, "-m", "n2n", "denoise", folder / "small.png", "-o", out]))
    plain, ours = float(np.median(importing)), float(np.median(denoising))
    yield Figure("start: import torch", plain, "s")
    yield Figure("start: n2n denoise of 128×128", ours, "s", 1.25 * (plain + 1))


def quality(folder: Path, quick: bool) -> Iterator[Figure]:
    """How soon the default recipe reaches what ten epochs of the plain way reach; needs the photographs.

    `runs/train_data.pkl` and `runs/val.npz` are made by the README's two commands.
    """
    plain = bench.run()["training, batches of 100, 32×32, plain, pictures/s"]
    tenth = REPORT / plain / 10
    yield Figure("quality: ten epochs of the plain way would take", REPORT / plain, "s")
    out = folder / "fast.safetensors"
    seconds = ["--seconds", f"{3 if quick else tenth:.0f}"]
    _n2n("train", ROOT / "runs/train_data.pkl", "-o", out, "--validate", ROOT / "runs/val.npz", *seconds)
    reached = Noise2Noise.load(out, "cpu").header.psnr["denoised"]
    yield Figure(f"quality: after a tenth of that, {seconds[1]} s", reached, "dB", REACHED, least=True)


def share(folder: Path, quick: bool) -> Iterator[Figure]:
    """A training beside eight programs that keep the cores busy, by threads as they are chosen and by fixed numbers."""
    seconds = 5 if quick else 40
    for busy in (0, 1, 8):
        others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
        try:
            shown = {how: _trained(how, seconds) for how in ("one", "chosen", "all")}
        finally:
            for other in others:
                other.kill()
        beside = f"share: beside {busy} busy programs, pictures/s"
        for how in ("one", "all"):
            yield Figure(f"{beside}, {how} of the threads", shown[how])
        yield Figure(f"{beside}, threads as chosen", shown["chosen"])
        yield Figure("share: of the better of the two", shown["chosen"] / max(shown.values()), "×", 0.6, least=True)


def _trained(how: str, seconds: float) -> float:
    """Pictures a second of a training in a process of its own."""
    return _told([sys.executable, "-c", TRAINING.format(how=how, seconds=seconds)], PYTHONPATH=str(ROOT))["rate"]


def _status(key: str, text: str | None = None) -> float:
    """MB that Linux tells of a process, by default this one."""
    found = re.search(rf"{key}:\s+(\d+)", text or Path("/proc/self/status").read_text())
    return int(found[1]) / 1024


def _n2n(*arguments: object) -> None:
    subprocess.run([sys.executable, "-m", "n2n", *map(str, arguments)], cwd=ROOT, check=True, capture_output=True)


def _told(command: list[str], **environment: str) -> dict:
    """The JSON object that a command prints last."""
    env = os.environ | environment
    printed = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
    return json.loads(printed.strip().splitlines()[-1])


def _seconds(command: list[object]) -> float:
    begun = time.perf_counter()
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


PARTS = {
    "pairs": pairs_flat,
    "pixels": pixels_flat,
    "memory": memory,
    "processes": processes,
    "start": start,
    "share": share,
    "quality": quality,
}

if __name__ == "__main__":
    sys.exit(print_figures(PARTS, "Measures speed, beside what is asked for."))
