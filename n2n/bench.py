"""A benchmark of this machine: training and denoising with this package and in the plain way, in one run.

The plain way is that of the course report's code: float32, torch's default memory layout, one operation for each row of
Table I. Both take turns and the best time of each counts, so that other programs slow both alike.
"""

import itertools
from collections.abc import Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from .data import Pairs, Shots, StackedScenes, gather
from .machine import Work, best_device, best_seconds, describe_device
from .nets import FastUNet, UNet, denoise, evaluating, prefers_bf16, resolved
from .noise import generator
from .training import Crops, Progress, Recipe, named_recipe, train

MATRIX = 2048
BATCHES = {"batches of 100, 32×32": (100, 32), "batches of 8, 128×128": (8, 128)}  # pictures, side in pixels
PICTURES = {"32×32 in batches": (100, 32, 32), "512×512": (1, 512, 512), "4000×3000": (1, 3000, 4000)}
QUARTER = (1504, 2016)  # of the largest picture, which would take the plain way 8 GB as a whole


Figures = dict[str, float | str]  # by name, which ends in the unit


def run() -> Figures:
    """All figures: speeds in pictures/s, matrix products in GFLOP/s, data feeding in % of a step."""
    device = best_device()
    figures: Figures = {
        "device": describe_device(device),
        "threads": torch.get_num_threads(),
        "precision": resolved("auto", device),
        "matrix product, GFLOP/s": _product(device, torch.float32),
    }
    if prefers_bf16(device):
        figures["matrix product, bf16, GFLOP/s"] = _product(device, torch.bfloat16)
    for name, (count, side) in BATCHES.items():
        data = _pairs(count, side)
        plain, ours = best_seconds(_plain_step(device, count, side), _our_step(data, device, count))
        figures |= _compared(f"training, {name}", count / plain, count / ours)
        figures[f"data feeding, {name}, % of a step"] = 100 * best_seconds(_feeding(data, count))[0] / ours
    net = UNet().to(device).eval()
    plain_net, fast = UNet().to(device).eval(), FastUNet(net)
    for name, (count, *size) in PICTURES.items():
        noisy = torch.rand(count, 3, *size, generator=generator(0), dtype=torch.float32).to(device)
        whole = size[0] < QUARTER[0]
        part = noisy if whole else noisy[..., : QUARTER[0], : QUARTER[1]].contiguous()
        plain, ours = best_seconds(_forward(plain_net, part), partial(denoise, fast, noisy))
        figures |= _compared(f"denoising {name}", count / plain if whole else count / plain / 4, count / ours)
    return figures


def table(figures: Figures) -> str:
    """A line for each figure; those of this package with their ratio to the plain way."""
    lines = []
    for name, value in figures.items():
        plain, ratio, text = figures.get(name.replace("ours", "plain")), "", str(value)
        if isinstance(value, float):
            text = f"{value:.3g}" if value < 10 else f"{value:.0f}"
            if "ours" in name and isinstance(plain, float):
                ratio = f"  ({value / plain:.2f}× plain)"
        lines.append(f"{name:<52}{text:>12}{ratio}")
    return "\n".join(lines)


def _compared(what: str, plain: float, ours: float) -> Figures:
    return {f"{what}, plain, pictures/s": plain, f"{what}, ours, pictures/s": ours}


def _plain_step(device: torch.device, count: int, side: int) -> Work:
    """A training step as in the course report's code, always on the same batch."""
    net = UNet().to(device)
    adam = torch.optim.Adam(net.parameters(), 1e-3, betas=(0.9, 0.99), eps=1e-8)
    source, target = torch.rand(2, count, 3, side, side, generator=generator(0), dtype=torch.float32).to(device)

    def step() -> None:
        loss = F.mse_loss(net(source), target)
        adam.zero_grad()
        loss.backward()
        adam.step()

    return step


def _our_step(data: Pairs, device: torch.device, count: int) -> Work:
    """A step of the real training loop, including the preparation of its batch."""
    steps: Iterator[Progress] = train(UNet().to(device), data, None, _recipe(data, count))
    return lambda: next(steps)


def _feeding(data: Pairs, count: int) -> Work:
    """The preparation of one batch: crops are cut, turned and stacked."""
    crops, steps = Crops(data, _recipe(data, count)), itertools.count()
    return lambda: crops[next(steps)]


def _recipe(data: Pairs, count: int) -> Recipe:
    return named_recipe("fast", steps=10**6, batch_size=count, crop=int(data.sizes.min()), evaluations=1)


def _pairs(count: int, side: int) -> Shots:
    stacks = torch.randint(0, 256, (2, 10 * count, 3, side, side), generator=generator(0)).to(torch.uint8).numpy()
    return gather(StackedScenes(list(stacks), None), "bench")


def _forward(net: UNet, noisy: Tensor) -> Work:
    def forward() -> None:
        with torch.no_grad(), evaluating(net):
            net(noisy)

    return forward


def _product(device: torch.device, dtype: torch.dtype) -> float:
    """The speed of a large matrix product in GFLOP/s."""
    matrix = torch.rand(MATRIX, MATRIX, device=device, dtype=torch.float32).to(dtype)
    return 2 * MATRIX**3 / best_seconds(lambda: matrix @ matrix)[0] / 1e9
