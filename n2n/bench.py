"""How fast is this machine: training and denoising as this package does it beside the plain way, in one run."""

import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .host import best_device
from .infer import denoise
from .noise import generator
from .pairs import gather
from .recipe import recipe
from .scenes import StackedScenes
from .train import train
from .unet import UNet

SECONDS = 5.0  # spent on each figure
WARM_UPS = 2
BATCH = 100
SIDE = 32  # pixels, as in the report
PICTURES = {"512×512": (512, 512), "4000×3000": (3000, 4000)}  # height, width
MATRIX = 2048


def run() -> dict[str, object]:
    """Every figure by name; speeds in pictures/s, times in s, matrix product in GFLOP/s."""
    device = best_device()
    figures: dict[str, object] = {"device": _name(device), "threads": torch.get_num_threads()}
    matrix = torch.rand(MATRIX, MATRIX, device=device)
    figures["matrix product, GFLOP/s"] = 2 * MATRIX**3 / _seconds(lambda: matrix @ matrix) / 1e9
    figures["training, plain, pictures/s"] = BATCH / _seconds(_plain_step(device))
    figures["training, ours, pictures/s"] = _our_training(device)
    small = torch.rand(BATCH, 3, SIDE, SIDE, generator=generator(0)).to(device)
    sizes = {"32×32 in batches": small} | {name: torch.rand(1, 3, *size) for name, size in PICTURES.items()}
    plain, ours = UNet().to(device).eval(), UNet().to(device, memory_format=torch.channels_last)
    for name, noisy in sizes.items():
        with torch.inference_mode():
            if noisy.numel() < 3 * 2**20:  # a whole 12-megapixel picture at once takes 4 GB
                figures[f"denoising {name}, plain, pictures/s"] = len(noisy) / _seconds(
                    lambda x=noisy: plain(x.to(device))
                )
            figures[f"denoising {name}, ours, pictures/s"] = len(noisy) / _seconds(lambda x=noisy: denoise(ours, x))
    return figures


def table(figures: dict[str, object]) -> str:
    """Figures in lines, each of ours with its ratio to the plain way of the same run."""
    lines = []
    for name, value in figures.items():
        text = (
            f"{value:.3g}"
            if isinstance(value, float) and value < 10
            else f"{value:.0f}"
            if isinstance(value, float)
            else value
        )
        plain = figures.get(name.replace("ours", "plain"))
        ratio = f"  ({value / plain:.2f}× plain)" if "ours" in name and plain else ""
        lines.append(f"{name:<44}{text:>12}{ratio}")
    return "\n".join(lines)


def _plain_step(device: torch.device) -> Callable[[], None]:
    """A training step as the report's code does it: fp32, default memory layout, Adam, squared error."""
    net = UNet().to(device)
    adam = torch.optim.Adam(net.parameters(), 1e-3, betas=(0.9, 0.99), eps=1e-8)
    source, target = torch.rand(2, BATCH, 3, SIDE, SIDE, generator=generator(0)).to(device)

    def step() -> None:
        loss = F.mse_loss(net(source), target)
        adam.zero_grad()
        loss.backward()
        adam.step()

    return step


def _our_training(device: torch.device) -> float:
    """Pictures a second of the real loop on real batches, data feeding included."""
    stacks = torch.randint(0, 256, (2, 10 * BATCH, 3, SIDE, SIDE), generator=generator(0)).to(torch.uint8).numpy()
    pairs = gather(StackedScenes(list(stacks), None), "bench")
    net = UNet().to(device)
    stream = train(net, pairs, None, recipe("fast", seconds=2 * SECONDS, batch_size=BATCH))
    times = [progress.seconds for progress in stream]
    return BATCH * (len(times) - 1 - WARM_UPS) / (times[-1] - times[WARM_UPS])


def _seconds(work: Callable[[], Tensor | None]) -> float:
    """The least time one call takes, of as many as fit in a few seconds."""
    for _ in range(WARM_UPS):
        work()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end or best == float("inf"):
        _wait()
        start = time.perf_counter()
        work()
        _wait()
        best = min(best, time.perf_counter() - start)
    return best


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _name(device: torch.device) -> str:
    return (
        torch.cuda.get_device_name(device)
        if device.type == "cuda"
        else f"CPU, {torch.backends.cpu.get_cpu_capability()}"
    )
