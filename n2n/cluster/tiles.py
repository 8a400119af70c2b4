"""Large pictures, denoised in tiles by all cores of a cluster."""

import hashlib
from collections import deque
from collections.abc import Iterator
from copy import copy
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors.torch
import torch
from torch import Tensor

from ..machine import optional_packages
from ..model import Noise2Noise
from ..nets import FastUNet, UNet, UNetConfig, resolved, tiling
from .connection import connect, program
from .nodes import cores

LARGE = 2**22  # pixels from which on a picture is spread: a smaller one is there before its tiles have travelled
TILES = tuple(2**19 * size for size in (2, 3, 4, 6, 8))  # pixels that a tile may have, with its overlaps
AHEAD = 2  # tiles on their way for each core

Packed = tuple[UNetConfig, str, bytes]  # a net: its configuration, precision and weights
NETS: dict[str, FastUNet] = {}  # in a process of a node: the net that it used last, by its digest


def spreading(model: Noise2Noise, address: str) -> Noise2Noise:
    """The same model, which denoises pictures of LARGE pixels and more in tiles on all cores of a cluster, and smaller
    ones here. Its results are those of one machine, up to rounding. Raises ValueError where no cluster answers.
    """
    other = copy(model)
    other.through = partial(_spread, connect(address, runtime_env=program()))
    return other


def _spread(ray: ModuleType, net: FastUNet, noisy: Tensor, *, ensemble: bool) -> Tensor:
    """As tiling.denoise. Raises ValueError where the cluster fails."""
    count = cores(ray)
    if count < 2 or noisy.shape[-2] * noisy.shape[-1] < LARGE:
        return tiling.denoise(net, noisy, ensemble=ensemble)
    precision = resolved(net.precision, next(net.parameters()).device)  # one for all nodes
    state = {name: tensor.cpu().contiguous() for name, tensor in net.net.state_dict().items()}
    packed = net.net.config, precision, safetensors.torch.save(state)
    key = hashlib.sha256(f"{packed[:2]}".encode() + packed[2]).hexdigest()
    task, held = ray.remote(_through).options(num_cpus=1), [ray.put(packed)]  # a list is passed on as it is

    def passed(windows: Iterator[Tensor]) -> Iterator[Tensor]:
        arrays = (task.remote(key, held, window.cpu().numpy()) for window in windows)
        return (torch.tensor(array, device=noisy.device) for array in _in_order(ray, arrays, AHEAD * count))

    size = _tile_pixels(net, noisy, count)
    try:
        return tiling.denoise(net, noisy, ensemble=ensemble, pass_pixels=size, passed=passed)
    except ray.exceptions.RayError as error:
        why = " ".join(str(error).split())
        raise ValueError(
            f"the cluster failed at a tile of {size} pixels: {why}; repeat it without a cluster"
        ) from error


def _tile_pixels(net: FastUNet, noisy: Tensor, count: int) -> int:
    """The pixels of a tile with which so many cores are done first: many tiles share well, few overlap little."""

    def work(most: int) -> int:
        tiles = tiling.tiles_of(net, noisy.shape, most)
        sizes: list[int] = [
            (tile.rows.stop - tile.rows.start) * (tile.columns.stop - tile.columns.start) for tile in tiles
        ]
        return -(-len(tiles) // count) * max(sizes)

    return min(TILES, key=work)


def _in_order(ray: ModuleType, started: Iterator[object], ahead: int) -> Iterator[npt.NDArray[Any]]:
    """The results of tasks in the order in which they were started, of which `ahead` run or wait at a time."""
    pending: deque[object] = deque()
    for task in started:
        pending.append(task)
        if len(pending) >= ahead:
            yield ray.get(pending.popleft())
    while pending:
        yield ray.get(pending.popleft())


def _through(key: str, held: list[object], window: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    """On a node: takes a window through the net, which is fetched once for each process."""
    if key not in NETS:
        (ray,) = optional_packages("a cluster", "ray")
        NETS.clear()
        NETS[key] = _unpacked(*ray.get(held[0]))
    with torch.no_grad():
        output: npt.NDArray[Any] = tiling.run(NETS[key], torch.tensor(window)).numpy()
        return output


def _unpacked(config: UNetConfig, precision: str, weights: bytes) -> FastUNet:
    net = UNet(config)
    net.load_state_dict(safetensors.torch.load(weights))
    return FastUNet(net, precision).eval()
