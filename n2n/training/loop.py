"""One visible training loop, a generator of Progress; everything that watches a training reads that stream."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ..data import Pairs
from ..machine import write_lock
from ..measure import Measurement, measure, psnr
from ..nets import FastUNet, Header, Mark, UNet, check_writable, denoise
from . import losses, schedule
from .batches import Crops, loader
from .checkpoint import Best, Keeper, facts, recipe_of_last
from .optimizers import optimizers
from .recipe import FINE, FRESH, Recipe

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
    floor: float  # noise floor of the last batch: the part of its loss that no denoiser can remove; see losses.floors
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
    about: Header | None = None,
    start: str | None = None,
    best: Best | None = None,
) -> Iterator[Progress]:
    """Trains `net` in place, on the device where it lies, and yields a Progress after every step.

    With `out`, writes the best weights by `validation` there and the last beside it (see checkpoint.py); `resume` goes
    on from those. `stop` is asked after every step: true ends the training as a reached budget does. The header of the
    weights tells what `about` does, and of this training. `start` names the weights that `net` has where it learnt
    before: it then learns at a rate of its own, and what it scores is the first best. `best` always holds the best so
    far. In each of K processes of torch.distributed, call it with the same arguments. Raises Diverged, ValueError,
    OSError.
    """
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    _check_possible(net, validation)
    before = recipe_of_last(out) if resume and out else {}
    recipe = recipe.fitted(pairs, before.get("learning_rate") or (FINE if start else FRESH))
    crops = Crops(pairs, recipe, share=(rank, world))
    about = replace(about or Header(), start=start)
    steppers = optimizers(net, recipe.optimizer, recipe.learning_rate)
    decisive = facts(net, pairs, validation, start) if out else {}
    best = Best() if best is None else best
    keeper = Keeper(net, steppers, pairs, recipe, out, writes=rank == 0, about=about, facts=decisive, best=best)
    if keeper.writes:
        check_writable(out)
    with write_lock(out) if keeper.writes else nullcontext():
        fast = FastUNet(net, recipe.precision)
        mark = keeper.resume() if resume else None
        measured_first = start is not None and mark is None
        yield from _loop(fast, steppers, keeper, crops, validation, recipe, mark or Mark(), measured_first, stop)


def _check_possible(net: UNet, validation: Pairs | None) -> None:
    """Raises ValueError where no step could be taken, or the hold-out not be measured."""
    if torch.is_inference_mode_enabled() or any(parameter.is_inference() for parameter in net.parameters()):
        raise ValueError("torch.inference_mode() keeps no gradients: make or load the net, and train it, outside of it")
    if validation and validation.channels != net.config.channels:
        raise ValueError(
            f"the hold-out has {validation.channels} channels, the net {net.config.channels}; bring equal ones"
        )


def _loop(
    fast: FastUNet,
    steppers: Sequence[torch.optim.Optimizer],
    keeper: Keeper,
    crops: Crops,
    validation: Pairs | None,
    recipe: Recipe,
    mark: Mark,
    due: bool,
    stop: Callable[[], bool],
) -> Iterator[Progress]:
    """The loop, from `mark` on: evaluate, save, tell, stop, step. `due`: the hold-out is measured before any step."""
    rank, world = crops.share
    model = DistributedDataParallel(fast) if world > 1 else fast
    fast.net.train()
    steps = schedule.steps_for(recipe, crops.epoch_size)
    used = schedule.fraction(recipe, mark.step, steps, mark.seconds)  # of the budget
    batches = iter(loader(crops, mark.step, steps or FOREVER, recipe.workers))
    progress, pace, done = None, Pace(mark, used), used >= 1

    while True:
        # Evaluate: so many times in the training, and at its end.
        report = measure(partial(denoise, fast), validation) if due and validation and rank == 0 else None

        # Save: what was measured, and what has not been saved for a while.
        if due or mark.seconds - keeper.kept_at > SAVE_EVERY:
            mark = keeper.keep(mark, report)

        # Tell.
        if progress is None:
            pace.begin()
        else:
            pace.measuring += pace.seconds() - mark.seconds if due else 0.0
            yield replace(progress, validation=report)

        # Stop.
        if done:
            return

        # Step.
        rate = schedule.learning_rate(recipe, used)
        each = _learn(model, next(batches), recipe, used, world)
        seconds = pace.seconds()
        after = schedule.fraction(recipe, mark.step + 1, steps, seconds)
        loss, floor, psnr_target, after, stopping = agree(each, after, stop(), recipe.batch_size)
        if not math.isfinite(loss):
            keeper.restore_and_raise(mark.step)
        for optimizer in steppers:
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
        mark = replace(mark, step=mark.step + 1, seconds=seconds)
        done = after >= 1 or stopping
        due, used = done or schedule.is_due(recipe.evaluations, used, after), after
        progress = Progress(
            step=mark.step,
            steps=steps,
            epoch=mark.step * recipe.batch_size / crops.epoch_size,
            images=mark.step * recipe.batch_size,
            seconds=seconds,
            images_per_second=pace.steps_per_second(mark) * recipe.batch_size,
            learning_rate=rate,
            loss=loss,
            floor=floor,
            psnr_target=psnr_target,
            eta=pace.eta(mark, used),
            done=done,
        )


class Pace:
    """How fast a sitting goes that starts at `first`, with a fraction of the budget used."""

    def __init__(self, first: Mark, fraction: float) -> None:
        self.first, self.fraction = first, fraction
        self.measuring = 0.0  # seconds of this sitting that went into measuring and saving what was measured
        self.begin()

    def begin(self) -> None:
        """Starts the clock."""
        self.began = time.perf_counter() - self.first.seconds

    def seconds(self) -> float:
        """Seconds of training until now, over all sittings."""
        return time.perf_counter() - self.began

    def steps_per_second(self, mark: Mark) -> float:
        """Of this sitting until `mark`, measuring left out."""
        return (mark.step - self.first.step) / (mark.seconds - self.first.seconds - self.measuring)

    def eta(self, mark: Mark, fraction: float) -> float:
        """Seconds left at `mark`, where so much of the budget is used."""
        return (mark.seconds - self.first.seconds) * (1 - fraction) / (fraction - self.fraction)


def _learn(model: nn.Module, batch: Tensor, recipe: Recipe, fraction: float, world: int) -> Tensor:
    """Puts the gradients of a batch, (B, 2, C, S, S), into the net. Loss, floor and PSNR of each picture, (3, B)."""
    device = next(model.parameters()).device
    source, target = (part.to(device, memory_format=torch.channels_last) for part in batch.unbind(1))
    with torch.enable_grad():  # whoever asks for the next step may keep none
        denoised = model(source)
        errors = losses.errors(recipe.loss, denoised, target, fraction)
        weighed = errors * losses.balanced(source, target) if recipe.balance else errors
        model.zero_grad()
        (weighed.sum() * world / recipe.batch_size).backward()  # DDP takes the mean over processes
    floors = losses.floors(recipe.loss, recipe.clean_targets, source, target)
    return torch.stack([errors.detach(), floors, psnr(denoised.detach(), target)])


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
