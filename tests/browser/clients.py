"""Many programs that call the demo at once, each with pictures of its own, for `measure_demo.py`."""

import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import skimage
from gradio_client import Client, handle_file
from PIL import Image

from .serving import ROOT, Server
from .steps import psnr

PATIENCE = 120.0  # seconds that one answer may take before it counts as lost
SIDE = 512  # pixels
LEAST = 27.0  # dB that a denoised picture has at least; noisy it has 20
PAIRS = "-m n2n make-pairs course-samples --noise pixelate:8 --count 2000 --size 32 --clean -o"


@dataclass(frozen=True)
class Picture:
    """A noisy picture, its clean one, and the latter's pixels (SIDE, SIDE, 3), uint8."""

    noisy: Path
    clean: Path
    pixels: np.ndarray


@dataclass(frozen=True)
class Answer:
    """What a client was given after so many seconds: a file and the PSNR it is said to have, in dB; or else words."""

    seconds: float
    file: Path | None = None
    psnr: float = math.nan
    problem: str = ""


def drawn(folder: Path, count: int) -> list[Picture]:
    """So many pictures, no two alike: photographs moved around, with Gaussian noise of σ 25; written to `folder`."""
    data, rng = skimage.data, np.random.default_rng(0)
    photographs = data.astronaut(), data.immunohistochemistry(), data.retina()[300:], data.hubble_deep_field()
    pictures = []
    for place in range(count):
        moved = np.roll(photographs[place % 4][:SIDE, :SIDE], (17 * place, 31 * place), axis=(0, 1))
        noisy = (moved + rng.normal(0, 25, moved.shape)).round().clip(0, 255).astype(np.uint8)
        picture = Picture(folder / f"noisy_{place}.png", folder / f"clean_{place}.png", moved)
        Image.fromarray(noisy).save(picture.noisy)
        Image.fromarray(moved).save(picture.clean)
        pictures.append(picture)
    return pictures


@contextmanager
def connected(server: Server, folder: Path, count: int) -> Iterator[list[Client]]:
    """So many clients, each with a session of its own; what they download goes below `folder`."""
    downloads = folder / "downloads"
    downloads.mkdir(exist_ok=True)
    connect = partial(Client, verbose=False, download_files=str(downloads), analytics_enabled=False)
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(connect, [server.address] * count))
        yield clients
        list(pool.map(Client.close, clients))


@contextmanager
def someone_trains(server: Server, folder: Path) -> Iterator[Callable[[], int]]:
    """Another client trains on the sample pairs all the while; yields what tells its steps so far. Raises RuntimeError
    where that ends too early.
    """
    subprocess.run([sys.executable, *PAIRS.split(), folder / "pairs.npz"], cwd=ROOT, check=True, capture_output=True)
    with connected(server, folder, 1) as (client,):
        job = client.submit([handle_file(str(folder / "pairs.npz"))], seconds=600, api_name="/train")
        while not job.done() and not any("step" in told for told, _ in job.outputs()):
            time.sleep(0.2)
        yield lambda: job.outputs()[-1][0]["step"]
        if job.done():
            raise RuntimeError("the training was over before the load was") from job.exception()
        job.cancel()


def at_once(clients: Sequence[Client], work: Sequence[Sequence[Picture]], weights: str = "automatic") -> list[Answer]:
    """All clients begin together, and each has its pictures denoised one after the other; answers in that order."""
    gate = threading.Barrier(len(clients))

    def run(client: Client, pictures: Sequence[Picture]) -> list[Answer]:
        gate.wait()
        return [_ask(client, picture, weights) for picture in pictures]

    with ThreadPoolExecutor(len(clients)) as pool:
        return [answer for answers in pool.map(run, clients, work) for answer in answers]


def _ask(client: Client, picture: Picture, weights: str) -> Answer:
    begun = time.monotonic()
    try:
        noisy, clean = handle_file(str(picture.noisy)), handle_file(str(picture.clean))
        job = client.submit(noisy, weights, clean=clean, api_name="/denoise")
        file, figures = job.result(timeout=PATIENCE)
    except Exception as problem:  # whatever it is, it is what the client was told
        return Answer(time.monotonic() - begun, problem=str(problem) or type(problem).__name__)
    return Answer(time.monotonic() - begun, Path(file), figures["PSNR after"])


def strangers(pictures: Sequence[Picture], answers: Sequence[Answer]) -> int:
    """How many of the answers do not show their own picture best, denoised, with its own PSNR told."""
    small = [picture.pixels[::4, ::4] for picture in pictures]

    def is_own(place: int, answer: Answer) -> bool:
        pixels = np.asarray(Image.open(answer.file))
        likeness = [psnr(pixels[::4, ::4], each) for each in small]
        own = psnr(pixels, pictures[place].pixels)
        return own > LEAST and abs(own - answer.psnr) < 0.1 and likeness[place] == max(likeness)

    return sum(not is_own(place, answer) for place, answer in enumerate(answers) if answer.file)
