"""Prints one table of all weights, of their automatic choice and of the classical filters: the PSNR of each on the same
pictures, and the seconds of one core that a megapixel takes. BM3D is among them where `bm3d` is installed.

Run `OMP_NUM_THREADS=1 PYTHONPATH=. .venv/bin/python tests/measure_weights.py [NAME …]` beside the data of
weights/README.md. One picture in `EVERY` is taken.
"""

import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from n2n import Noise2Noise
from n2n.data import Batch, Pairs
from n2n.measure import Denoiser, baselines, choice, psnr
from n2n.nets import weights
from n2n.noise import parse
from n2n.reading import reader
from n2n.remedies import matched

DATA = Path(__file__).parents[2] / "shared" / "data"
EVERY = 4
MATCHED = "with exposures matched"  # title of the set that is compared at the exposure of the frames
SMALL = "course"  # weights for pictures of 32×32, which are left out

Ways = tuple[Denoiser, Denoiser]  # as it is, and at the exposure of the noisy picture


def sets() -> dict[str, Pairs]:
    """The sets to measure on, by their titles."""
    white = {f"σ = {sigma}": (DATA / "cbsd68", parse(f"gaussian:{sigma}")) for sigma in (1, 15, 25, 50)}
    real = {"cameras": (DATA / "real_camera", None), "fluorescence": (DATA / "real_microscopy", None)}
    found = {title: reader.read(path, noise=noise).frozen(0) for title, (path, noise) in (white | real).items()}
    return found | {MATCHED: matched(found["fluorescence"])}


def pictures(pairs: Pairs) -> Iterator[Batch]:
    """One picture in EVERY, one after the other."""
    for index in range(0, len(pairs), EVERY):
        yield next(pairs.chosen([index]).batches())


def row(ways: Ways, batches: dict[str, list[Batch]]) -> list[float]:
    """The mean PSNR on every set, in dB, and the seconds a megapixel, of the process and not of the clock."""
    found, seconds, pixels = [], 0.0, 0
    for title, batch_list in batches.items():
        figures, denoise = [], ways[title == MATCHED]
        for batch in batch_list:
            start = time.process_time()
            denoised = denoise(batch.source)
            seconds += time.process_time() - start
            pixels += batch.source.shape[-2] * batch.source.shape[-1]
            figures.append(float(psnr(denoised, batch.clean)))
        found.append(float(np.mean(figures)))
    return [*found, 1e6 * seconds / pixels]


def denoisers(names: list[str]) -> dict[str, Ways]:
    """All weights but those for small pictures, their automatic choice, and all filters, or those of these names."""
    every = {name: Noise2Noise.load(name, "cpu", "fp32") for name in weights.shipped()}
    nets = {name: net for name, net in every.items() if not name.startswith(SMALL)}
    filters = {name: partial(baselines.denoise, classical) for name, classical in baselines.installed().items()}
    found: dict[str, Ways] = {name: (each, each) for name, each in ({"noisy": torch.clone} | filters).items()}
    found |= {name: (net.restore, net.stretching(False).restore) for name, net in nets.items()}
    found[choice.AUTOMATIC] = partial(automatic, every), partial(automatic, every, stretch=False)
    return {name: found[name] for name in names or found}


def automatic(nets: dict[str, Noise2Noise], noisy: Tensor, stretch: bool = True) -> Tensor:
    """A picture, float (1, C, H, W), denoised by the weights that suit it."""
    net = nets[choice.recommended(noisy, None, weights.headers()).name]
    return (net if stretch else net.stretching(False)).restore(noisy)


def main() -> None:
    """Prints the table in Markdown, a line as soon as it is known."""
    batches = {title: list(pictures(pairs)) for title, pairs in sets().items()}
    print("| | " + " | ".join([*batches, "s of one core a megapixel"]) + " |\n" + "|---" * (len(batches) + 2) + "|")
    for name, ways in denoisers(sys.argv[1:]).items():
        *figures, seconds = row(ways, batches)
        print(f"| {name} | " + " | ".join(f"{figure:.2f}" for figure in figures) + f" | {seconds:.2g} |", flush=True)


if __name__ == "__main__":
    main()
