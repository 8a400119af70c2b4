"""One visible training loop, a generator of Progress; everything that watches a training reads that stream."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from .checkpoint import Best, Keeper, Mark, facts, made
from .crops import Crops, loader
from .evaluate import Measurement, measure
from .fast import FastUNet
from .host import alone
from .infer import denoise
from .metrics import psnr, squared_error
from .muon import optimizers
from .pairs import Pairs
from .recipe import FINE, FRESH, Recipe
from .unet import UNet
from .weights import check_writable

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
    floor: float  # noise floor of the last batch: the part of its loss that no denoiser can remove; see floors()
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
    about: Mapping[str, object] | None = None,
    start: str | None = None,
    best: Best | None = None,
) -> Iterator[Progress]:
    """Trains `net` in place, on the device where it lies, and yields a Progress after every step.

    With `out`, writes the best weights by `validation` there and the last beside it (see checkpoint.py); `resume` goes
    on from those. `stop` is asked after every step: true ends the training as a reached budget does. `about` goes into
    the header of the weights. `start` names the weights that `net` has where it learnt before: it then learns at a
    rate of its own, and what it scores is the first best. `best` always holds the best so far. In each of K processes
    of torch.distributed, call it with the same arguments. Raises Diverged, ValueError, OSError.
    """
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    _check_possible(net, validation)
    before = made(out) if resume and out else {}
    recipe = recipe.fitted(pairs, before.get("learning_rate") or (FINE if start else FRESH))
    crops = Crops(pairs, recipe, share=(rank, world))
    about = dict(about or {}) | ({"start": start} if start else {})
    steppers = optimizers(net, recipe.optimizer, recipe.learning_rate)
    decisive = facts(net, pairs, validation, start) if out else {}
    best = Best() if best is None else best
    keeper = Keeper(net, steppers, pairs, recipe, out, writes=rank == 0, about=about, facts=decisive, best=best)
    if keeper.writes:
        check_writable(out)
    with alone(out) if keeper.writes else nullcontext():
        fast = FastUNet(net, recipe.precision)
        mark = keeper.resume() if resume else None
        if mark is None:
            first = measure(partial(denoise, fast), validation) if start and validation and rank == 0 else None
            mark = keeper.start(first)
        yield from _steps(fast, steppers, keeper, crops, validation, recipe, mark, stop)


def _check_possible(net: UNet, validation: Pairs | None) -> None:
    """Raises ValueError where no step could be taken, or the hold-out not be measured."""
    if torch.is_inference_mode_enabled() or any(parameter.is_inference() for parameter in net.parameters()):
        raise ValueError("torch.inference_mode() keeps no gradients: make or load the net, and train it, outside of it")
    if validation and validation.channels != net.config.channels:
        raise ValueError(
            f"the hold-out has {validation.channels} channels, the net {net.config.channels}; bring equal ones"
        )


def _steps(
    fast: FastUNet,
    steppers: Sequence[torch.optim.Optimizer],
    keeper: Keeper,
    crops: Crops,
    validation: Pairs | None,
    recipe: Recipe,
    mark: Mark,
    stop: Callable[[], bool],
) -> Iterator[Progress]:
    """The loop, from `mark` on."""
    net, (rank, world) = fast.net, crops.share
    device = next(net.parameters()).device
    net.train()
    steps = recipe.steps_for(crops.epoch_size)
    model = DistributedDataParallel(fast) if world > 1 else fast
    first, began, measuring = mark, time.perf_counter() - mark.seconds, 0.0
    fraction = fraction_before = recipe.fraction(mark.step, steps, mark.seconds)

    for batch in loader(crops, mark.step, steps or FOREVER, recipe.workers):
        if fraction >= 1:  # resumed after its end
            break
        rate = recipe.rate(fraction)
        source, target = (part.to(device, memory_format=torch.channels_last) for part in batch.unbind(1))
        with torch.enable_grad():  # whoever asks for the next step may keep none
            denoised = model(source)
            errors = recipe.errors(denoised, target, fraction)
            net.zero_grad()
            weighed = (errors * recipe.weights(source, target)).sum()
            (weighed * world / recipe.batch_size).backward()  # DDP takes the mean over processes

        seconds = time.perf_counter() - began
        speed = (mark.step + 1 - first.step) * recipe.batch_size / (seconds - first.seconds - measuring)
        used = recipe.fraction(mark.step + 1, steps, seconds)
        each = torch.stack([errors.detach(), floors(source, target, recipe), psnr(denoised.detach(), target)])
        loss, floor, psnr_target, used, stopping = agree(each, used, stop(), recipe.batch_size)
        if not math.isfinite(loss):
            keeper.restore_and_raise(mark.step)
        for optimizer in steppers:
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()

        mark = replace(mark, step=mark.step + 1, seconds=seconds)
        done, report = used >= 1 or stopping, None
        if done or recipe.is_due(fraction, used):
            report = measure(partial(denoise, fast), validation) if validation and rank == 0 else None
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
            floor=floor,
            psnr_target=psnr_target,
            eta=(seconds - first.seconds) * (1 - fraction) / (fraction - fraction_before),
            done=done,
            validation=report,
        )
        if done:
            break


def floors(source: Tensor, target: Tensor, recipe: Recipe) -> Tensor:
    """Noise floor of each picture's loss, (N, C, H, W) twice → (N,): half the mean squared difference of the pair.

    Where the noise is stronger in one picture than in another, loss and floor of a batch rise and fall together, and
    their difference scatters far less than the loss. The floor is 0 for clean targets, and NaN, as nobody knows it,
    for a loss that is not the squared error.
    """
    if recipe.loss != "l2":
        return source.new_full((len(source),), math.nan)
    return source.new_zeros(len(source)) if recipe.clean_targets else squared_error(source, target) / 2


def agree(each: Tensor, fraction: float, stopping: bool, batch_size: int) -> tuple[float, float, float, float, bool]:
    """Loss, floor and PSNR of each picture, (3, N) → of the whole batch, over all processes; then the first process's
    fraction, and whether any process is asked to stop.
    """
    rank = dist.get_rank() if dist.is_initialized() else 0
    decided = each.new_tensor([fraction * (rank == 0), stopping], dtype=torch.float64)
    totals = torch.cat([each.sum(1).double() / batch_size, decided])
    if dist.is_initialized():
        dist.all_reduce(totals)
    loss, floor, psnr_target, fraction, stopping = totals.tolist()
    return loss, floor, psnr_target, fraction, bool(stopping)
