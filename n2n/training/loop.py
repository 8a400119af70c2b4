"""The training loop, a generator of Progress; progress bars, plots and pages all read that stream."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Generator, Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ..data import PAIRED, Pairs, drawn_by
from ..machine import write_lock
from ..measure import Measurement, measure, psnr
from ..nets import FastUNet, Header, Mark, UNet, check_writable, denoise
from ..noise import generator
from . import losses, objectives, schedule
from .batches import Crops, loader
from .checkpoint import BestWeights, Checkpoints, header_for, last_header
from .facts import facts_of
from .optimizers import optimizers
from .precision import common_precision
from .recipe import FINE_TUNING_RATE, FRESH_RATE, FittedRecipe, Recipe

SAVE_EVERY = 60.0  # seconds between checkpoints, in addition to those at each measurement
FOREVER = 2**40  # steps
HALVED = 4  # in the seed of the halves of single shots


@dataclass(frozen=True)
class Progress:
    """The state of a training after `step` steps."""

    step: int
    steps: int | None  # planned; None where only seconds count
    epoch: float
    images: int  # pairs learnt from so far
    seconds: float  # of training, including sittings before it was resumed
    images_per_second: float  # of this sitting, without the time for measuring
    learning_rate: float
    loss: float  # of the last batch
    floor: float  # noise floor of the last batch: the part of its loss that no denoiser can remove; see losses.floors
    psnr_target: float  # dB, of the last batch against its noisy targets, mean over pictures
    eta: float  # seconds left
    done: bool
    validation: Measurement | None = None  # after the steps at which the hold-out was measured


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
    best: BestWeights | None = None,
) -> Iterator[Progress]:
    """Trains `net` in place, on its device, and yields a Progress after every step.

    With `out`, the weights that are best on `validation` are written there and the last ones beside it (see
    checkpoint.py); `resume` continues from those. `stop` is called after every step: True ends the training like a
    budget that is used up. `about` holds more entries for the header of the files. `start` names the trained weights
    that `net` has, if any: then the learning rate is lower, and the net as it is counts as the first best. `best`
    always has the best weights so far. With torch.distributed, call this with the same arguments in each process.
    Raises Diverged, ValueError, OSError.
    """
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    _check_possible(net, validation)
    pairs = drawn_by(pairs, recipe.method)
    if validation and not validation.has_clean and validation.shots.min() < 2:
        validation = drawn_by(validation, recipe.method)  # there is nothing else to measure on than halves
    before = last_header(out) if resume and out else Header()
    if before.range:  # an older rule may have found another one in the same data
        pairs, validation = pairs.seen_in(before.range), validation and validation.seen_in(before.range)
    precision = common_precision(recipe.precision, before.recipe.get("precision"), next(net.parameters()).device)
    recipe = replace(recipe, precision=precision)
    recipe = recipe.fitted(pairs, before.recipe.get("learning_rate") or (FINE_TUNING_RATE if start else FRESH_RATE))
    crops = Crops(pairs, recipe, share=(rank, world))
    steppers = optimizers(net, recipe.optimizer, recipe.learning_rate)
    checkpoints = Checkpoints(
        net,
        steppers,
        recipe,
        out,
        writes=rank == 0,
        header=header_for(net, pairs, recipe, replace(about or Header(), start=start)),
        facts=facts_of(net, pairs, validation, start) if out else {},
        best=BestWeights() if best is None else best,
    )
    if checkpoints.target:
        check_writable(checkpoints.target)
    with write_lock(checkpoints.target) if checkpoints.target else nullcontext():
        fast = FastUNet(net, recipe.precision)
        mark = checkpoints.resume() if resume else None
        measured_first = start is not None and mark is None
        yield from _loop(fast, steppers, checkpoints, crops, validation, recipe, mark or Mark(), measured_first, stop)


def _check_possible(net: UNet, validation: Pairs | None) -> None:
    """Raises ValueError where no step could be taken or the hold-out could not be measured."""
    if torch.is_inference_mode_enabled() or any(parameter.is_inference() for parameter in net.parameters()):
        raise ValueError("torch.inference_mode() keeps no gradients: make or load the net, and train it, outside of it")
    if validation and validation.channels != net.config.channels:
        raise ValueError(
            f"the hold-out has {validation.channels} channels, the net {net.config.channels}; bring equal ones"
        )


def _loop(
    fast: FastUNet,
    steppers: Sequence[torch.optim.Optimizer],
    checkpoints: Checkpoints,
    crops: Crops,
    validation: Pairs | None,
    recipe: FittedRecipe,
    mark: Mark,
    due: bool,
    stop: Callable[[], bool],
) -> Iterator[Progress]:
    """The loop from `mark` on. If `due`, the hold-out is measured before the first step."""
    rank, world = crops.share
    model = DistributedDataParallel(fast) if world > 1 else fast
    fast.net.train()
    steps = schedule.steps_for(recipe, crops.epoch_size)
    used = schedule.fraction(recipe, mark.step, steps, mark.seconds)  # fraction of the budget
    batches = iter(loader(crops, mark.step, steps or FOREVER, recipe.workers))
    pace, done = Pace(mark, used), used >= 1
    progress: Progress | None = None

    while True:
        # Evaluate, at evenly spread times and at the end.
        report = measure(partial(denoise, fast), validation) if due and validation and rank == 0 else None

        # Save after every evaluation, and when the last checkpoint is a minute old.
        if due or mark.seconds - checkpoints.saved_at > SAVE_EVERY:
            mark = checkpoints.save(mark, report)

        # Report the step that was taken.
        if due:
            pace.measured(mark)
        if progress is None:
            pace.start()
        else:
            yield replace(progress, validation=report)

        # Stop when a budget is used up, or on request.
        if done:
            return

        # Step.
        rate = schedule.learning_rate(recipe, used)
        values = _backward(model, next(batches), recipe, used, world, generator(recipe.seed, mark.step, HALVED, rank))
        seconds = pace.seconds()
        after = schedule.fraction(recipe, mark.step + 1, steps, seconds)
        loss, floor, psnr_target, after, stopping = agree(values, after, stop(), recipe.batch_size)
        if not math.isfinite(loss):
            checkpoints.restore_and_raise(mark.step)
        for optimizer in steppers:
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
        mark = replace(mark, step=mark.step + 1, seconds=seconds)
        done = after >= 1 or stopping
        timely = schedule.is_due(recipe.evaluations, used, after)
        due, used = done or (timely and schedule.is_affordable(recipe, pace.measuring + pace.cost, seconds)), after
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
    """The speed of a sitting that begins at the mark `first`, with `fraction` of the budget used before."""

    def __init__(self, first: Mark, fraction: float) -> None:
        self.first, self.fraction = first, fraction
        self.cost = 0.0  # seconds of the last measurement
        self.start()

    def start(self) -> None:
        """Starts the clock."""
        self.began = time.perf_counter() - self.first.seconds
        self.measuring = 0.0  # seconds of this sitting spent on measuring and on saving the results

    def measured(self, mark: Mark) -> None:
        """Takes down that all the time since the step of `mark` went into measuring."""
        self.cost = self.seconds() - mark.seconds
        self.measuring += self.cost

    def seconds(self) -> float:
        """Seconds of training until now, including earlier sittings."""
        return time.perf_counter() - self.began

    def steps_per_second(self, mark: Mark) -> float:
        """Steps per second in this sitting until `mark`, without the time for measuring."""
        return (mark.step - self.first.step) / (mark.seconds - self.first.seconds - self.measuring)

    def eta(self, mark: Mark, fraction: float) -> float:
        """Seconds left at `mark`, where `fraction` of the budget is used."""
        return (mark.seconds - self.first.seconds) * (1 - fraction) / (fraction - self.fraction)


def _backward(
    model: nn.Module, batch: Tensor, recipe: FittedRecipe, fraction: float, world: int, rng: Generator
) -> Tensor:
    """Computes the gradients of a batch of Crops; returns loss, noise floor and PSNR by picture, (3, B)."""
    batch = batch.to(next(model.parameters()).device)
    with torch.enable_grad():  # the caller may iterate under no_grad
        source, target, denoised, errors = objectives.compare(model, batch, recipe, fraction, rng)
        weighted = errors * losses.balanced(source, target) if recipe.balance else errors
        model.zero_grad()
        (weighted.sum() * world / recipe.batch_size).backward()  # DDP averages gradients over processes
    floors = losses.floors(recipe.loss, recipe.clean_targets, source, target)
    if recipe.method != PAIRED:  # the difference of two halves is not noise alone
        floors = torch.full_like(floors, math.nan)
    return torch.stack([errors.detach(), floors, psnr(denoised.detach(), target)])


def agree(values: Tensor, fraction: float, stopping: bool, batch_size: int) -> tuple[float, float, float, float, bool]:
    """Brings all processes of a training to the same numbers after a step.

    Loss, noise floor and PSNR of each picture, (3, N), become means over the whole batch of all processes; then comes
    the first process's fraction of the budget, and whether any process is to stop.
    """
    rank = dist.get_rank() if dist.is_initialized() else 0
    own = values.new_tensor([fraction * (rank == 0), stopping], dtype=torch.float64)
    totals = torch.cat([values.sum(1).double() / batch_size, own])
    if dist.is_initialized():
        dist.all_reduce(totals)
    loss, floor, psnr_target, fraction, stopping = totals.tolist()
    return loss, floor, psnr_target, fraction, bool(stopping)
