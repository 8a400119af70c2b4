"""One visible training loop, a generator of Progress; everything that watches a training reads that stream."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from .checkpoint import Keeper
from .crops import Crops, loader
from .evaluate import Measurement, measure
from .infer import denoise
from .metrics import psnr
from .pairs import Pairs
from .recipe import Recipe
from .unet import UNet

SAVE_EVERY = 60.0  # seconds between checkpoints, beside those at each measurement
FOREVER = 2**40  # steps


@dataclass(frozen=True)
class Progress:
    """Where a training stands after `step` steps."""

    step: int
    steps: int | None  # planned; None where seconds decide
    epoch: float
    images: int  # pairs shown so far
    seconds: float  # of training, over all sittings
    images_per_second: float  # of this sitting, measuring left out
    learning_rate: float
    loss: float  # of the last batch
    psnr_target: float  # dB: of the last batch against its noisy targets, mean over pictures
    eta: float  # seconds left
    done: bool
    validation: Measurement | None = None  # at the steps where the hold-out was measured


def train(
    net: UNet,
    pairs: Pairs,
    validation: Pairs | None,
    recipe: Recipe,
    *,
    out: Path | None = None,
    resume: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Trains `net` in place, on the device where it lies, and yields a Progress after every step.

    With `out`, writes the best weights by `validation` there and the last beside it (see checkpoint.py); `resume` goes
    on from those. `stop` is asked after every step: true ends the training as a reached budget does. In each of K
    processes of torch.distributed, call it with the same arguments. Raises Diverged, ValueError, OSError.
    """
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    device = next(net.parameters()).device
    net.to(memory_format=torch.channels_last).train()
    adam = torch.optim.Adam(net.parameters(), recipe.learning_rate, betas=(0.9, 0.99), eps=1e-8, fused=True)
    keeper = Keeper(net, adam, pairs, recipe, out, writes=rank == 0)
    mark = keeper.resume() if resume else keeper.start()
    crops = Crops(pairs, recipe, share=(rank, world))
    steps = recipe.steps_for(crops.epoch_size)
    model = DistributedDataParallel(net) if world > 1 else net
    first, began, measuring = mark, time.perf_counter() - mark.seconds, 0.0
    fraction = fraction_before = recipe.fraction(mark.step, steps, mark.seconds)

    for batch in loader(crops, mark.step, steps or FOREVER, recipe.workers):
        if fraction >= 1:  # resumed after its end
            break
        rate = adam.param_groups[0]["lr"] = recipe.rate(fraction)
        source, target = (part.to(device, memory_format=torch.channels_last) for part in batch.unbind(1))
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            denoised = model(source)
        errors = recipe.errors(denoised.float(), target, fraction)
        adam.zero_grad()
        (errors.sum() * world / recipe.batch_size).backward()  # DDP takes the mean over processes

        seconds = time.perf_counter() - began
        speed = (mark.step + 1 - first.step) * recipe.batch_size / (seconds - first.seconds - measuring)
        used = recipe.fraction(mark.step + 1, steps, seconds)
        psnrs = psnr(denoised.detach().float(), target)
        loss, psnr_target, used, stopping = agree(errors, psnrs, used, stop(), recipe.batch_size)
        if not math.isfinite(loss):
            keeper.restore_and_raise(mark.step)
        adam.step()

        mark = replace(mark, step=mark.step + 1, seconds=seconds)
        done, report = used >= 1 or stopping, None
        if done or recipe.is_due(fraction, used):
            report = measure(partial(denoise, net), validation) if validation and rank == 0 else None
            mark = keeper.keep(mark, report)
            measuring += time.perf_counter() - began - seconds
        elif seconds - keeper.kept_at > SAVE_EVERY:
            mark = keeper.keep(mark, None)
        fraction = used
        yield Progress(
            step=mark.step,
            steps=steps,
            epoch=mark.step * recipe.batch_size / crops.epoch_size,
            images=mark.step * recipe.batch_size,
            seconds=seconds,
            images_per_second=speed,
            learning_rate=rate,
            loss=loss,
            psnr_target=psnr_target,
            eta=(seconds - first.seconds) * (1 - fraction) / (fraction - fraction_before),
            done=done,
            validation=report,
        )
        if done:
            break


def agree(
    errors: Tensor, psnrs: Tensor, fraction: float, stopping: bool, batch_size: int
) -> tuple[float, float, float, bool]:
    """Loss and PSNR of the whole batch, the first process's fraction, and whether any process is asked to stop."""
    rank = dist.get_rank() if dist.is_initialized() else 0
    decided = errors.new_tensor([fraction * (rank == 0), stopping], dtype=torch.float64)
    totals = torch.cat([torch.stack([errors.detach().sum(), psnrs.sum()]).double() / batch_size, decided])
    if dist.is_initialized():
        dist.all_reduce(totals)
    loss, psnr_target, fraction, stopping = totals.tolist()
    return loss, psnr_target, fraction, bool(stopping)
