"""Denoisers side by side on the same noisy pictures, on the same cores, in one run: PSNR beside seconds.

    python tests/compare/denoising.py PICTURES_FOLDER [--count N] [--sigma 25]

Needs an environment with `requirements.txt` of the project and of this folder. PICTURES_FOLDER holds colour pictures;
the noise is Gaussian, not clipped, drawn from the seed, the very same array for every method. PSNR (dB) is the mean
over pictures on unclipped results, as `n2n evaluate` has it; seconds are the mean of a picture, after one warm-up.

DRUNet and DnCNN fetch their weights; where those cannot be reached the rows have seconds but no PSNR. Bring them with
`--drunet FILE` and `--dncnn FILE` instead.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import bm3d
import common
import deepinv
import torch
from torch import Tensor, nn

from n2n import Noise2Noise
from n2n.data.padding import pad_to_multiple
from n2n.measure import baselines
from n2n.measure.metrics import psnr
from n2n.nets import tiling
from n2n.noise import parse
from n2n.reading import reader

WITHOUT_WEIGHTS = "weights not reachable"
SIDE = 8  # DRUNet's sides must divide by it; else deepinv cuts the picture in four, which takes longer
BLIND = "blind"
ESTIMATES = "blind, estimates σ"


@dataclass(frozen=True)
class Method:
    """A denoiser, and what it is told of the noise."""

    name: str
    told: str
    denoise: Callable[[Tensor], Tensor]  # float (1, 3, H, W), white at 1 → the same
    note: str = ""
    scored: bool = True  # False: its weights are random, and only its time means anything


@dataclass(frozen=True)
class Score:
    """Of a method, over all pictures."""

    method: Method
    psnr: float | None  # dB, mean over pictures
    seconds: float  # mean of a picture
    megapixels: float  # a second


def ours() -> Iterator[Method]:
    """The built-in model, at any σ up to 50."""
    net = Noise2Noise.load("gaussian", "cpu").fast
    yield Method("ours, `gaussian`", BLIND, partial(tiling.denoise, net))
    yield Method("ours, `gaussian`, ensemble of 8", BLIND, partial(tiling.denoise, net, ensemble=True))


def classical(sigma: float) -> Iterator[Method]:
    """What needs no learning; `sigma` is the noise's standard deviation with white at 1."""
    for name in ("non-local means", "total variation", "wavelet"):
        yield Method(name, ESTIMATES, partial(baselines.denoise, baselines.BASELINES[name]), "scikit-image")
    yield Method("BM3D, colour", "σ known", partial(block_matching, sigma=sigma), f"bm3d {version('bm3d')}")


def block_matching(noisy: Tensor, sigma: float) -> Tensor:
    """Dabov et al. (2007) on float (1, 3, H, W)."""
    result = bm3d.bm3d_rgb(noisy[0].permute(1, 2, 0).double().numpy(), sigma)
    return torch.from_numpy(result).permute(2, 0, 1)[None].to(noisy)


def learnt(sigma: float, drunet: Path | None, dncnn: Path | None) -> Iterator[Method]:
    """Networks that others trained, through deepinv, with the weights that it names by default."""
    library = f"deepinv {version('deepinv')}"
    net, found = with_weights(deepinv.models.DRUNet, drunet)
    note = library if found else f"{library}; {WITHOUT_WEIGHTS}"
    yield Method("DRUNet", "σ known", partial(padded, partial(net, sigma=sigma)), note, found)
    net, found = with_weights(deepinv.models.DnCNN, dncnn)
    made_for = "" if dncnn else "; its weights are for σ = 2"  # deepinv has no other ones in colour
    note = library + made_for if found else f"{library}; {WITHOUT_WEIGHTS}"
    yield Method("DnCNN", BLIND, partial(net, sigma=sigma), note, found)


def with_weights(kind: type[nn.Module], file: Path | None) -> tuple[nn.Module, bool]:
    """A network of deepinv with the weights of `file`, or fetched; with random ones and False where nothing answers."""
    if file is not None and not file.is_file():
        raise FileNotFoundError(f"no weights file '{file}'")
    try:
        return kind(pretrained=str(file or "download")).eval(), True
    except deepinv.utils.DownloadError:
        torch.manual_seed(0)
        return kind(pretrained=None).eval(), False


def padded(denoise: Callable[[Tensor], Tensor], noisy: Tensor) -> Tensor:
    """Continues (1, 3, H, W) by reflection to sides that divide by 8, and cuts that off again."""
    height, width = noisy.shape[-2:]
    return denoise(pad_to_multiple(noisy, SIDE))[..., :height, :width]


def score(method: Method, pictures: list[tuple[Tensor, Tensor]]) -> Score:
    """Times and measures a method on (noisy, clean), each float (1, 3, H, W)."""
    values, seconds, pixels = [], 0.0, 0
    with torch.no_grad():
        method.denoise(pictures[0][0])
        for noisy, clean in pictures:
            begun = time.perf_counter()
            denoised = method.denoise(noisy)
            seconds += time.perf_counter() - begun
            values.append(float(psnr(denoised, clean)))
            pixels += clean.shape[-2] * clean.shape[-1]
    mean = sum(values) / len(values) if method.scored else None
    return Score(method, mean, seconds / len(pictures), pixels / seconds / 1e6)


def read(folder: Path, count: int, sigma: float, seed: int) -> list[tuple[Tensor, Tensor]]:
    """The first pictures of a folder as (noisy, clean), each float (1, 3, H, W) with white at 1. Raises ValueError."""
    data = reader.read(folder, noise=parse(f"gaussian:{sigma:g}"))
    if data.channels != 3:
        raise ValueError(f"the pictures in '{folder}' are grey; bring colour ones")
    noisy = data.chosen(range(min(count, len(data)))).frozen(seed, shots=1)
    return [(batch.source, batch.clean) for batch in noisy.batches(pixels=1)]


def compare(parsed: argparse.Namespace) -> str:
    """The table of all methods, the best first, with the machine above it."""
    pictures = read(parsed.pictures, parsed.count, parsed.sigma, parsed.seed)
    sigma = parsed.sigma / 255
    methods = [*ours(), *classical(sigma), *learnt(sigma, parsed.drunet, parsed.dncnn)]
    scores = sorted((score(method, pictures) for method in methods), key=lambda s: -(s.psnr or 0))
    noisy = sum(float(psnr(noisy, clean)) for noisy, clean in pictures) / len(pictures)
    rows = [
        [s.method.name, s.method.told, common.figure(s.psnr), f"{s.seconds:.3g}", f"{s.megapixels:.3g}", s.method.note]
        for s in scores
    ]
    about = f"{len(pictures)} pictures, σ = {parsed.sigma:g}/255, seed {parsed.seed}: noisy {noisy:.2f} dB"
    headings = ["method", "told", "PSNR, dB", "seconds a picture", "megapixels/s", "note"]
    return f"{common.machine()}\n{about}\n\n{common.table(headings, rows)}"


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pictures", type=Path, metavar="PICTURES_FOLDER", help="colour pictures")
    parser.add_argument("--count", type=int, default=20, metavar="N", help="only the first N (default 20)")
    parser.add_argument("--sigma", type=float, default=25, help="standard deviation in units of 255 (default 25)")
    parser.add_argument("--seed", type=int, default=0, help="of the noise (default 0)")
    parser.add_argument("--drunet", type=Path, metavar="FILE", help="weights of DRUNet, instead of fetching them")
    parser.add_argument("--dncnn", type=Path, metavar="FILE", help="weights of DnCNN, instead of fetching them")
    return parser


if __name__ == "__main__":
    os.environ.setdefault("DEEPINV_DOWNLOAD_VERBOSE", "0")
    common.run(compare, options())
