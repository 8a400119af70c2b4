"""The files of a training: the best weights, and the last ones with all that is needed to resume.

`OUT.safetensors` holds the best weights and `OUT.last.safetensors` the last. The second is a weights file as well, with
the state of the optimizers beside the weights, which a reader of weights skips.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NoReturn

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ..data import Pairs
from ..measure import Measurement
from ..nets import Header, Mark, UNet, check_state, hardware, weights
from .facts import Facts, differences
from .recipe import FittedRecipe

OPTIMIZER = "optimizer."  # prefix of the names of the optimizers' tensors


class Diverged(ArithmeticError):
    """The loss or the weights became NaN or infinite; the net has its last good weights again."""


@dataclass
class BestWeights:
    """The best weights of a training so far, and their header."""

    weights: dict[str, Tensor] = field(default_factory=dict)
    header: Header = field(default_factory=Header)


def last_path(out: Path) -> Path:
    """The file of the last weights, next to that of the best ones."""
    return out.with_suffix(".last.safetensors")


def last_header(out: Path) -> Header:
    """The header of the last checkpoint beside `out`; an empty one where there is no checkpoint."""
    return weights.load(last_path(out))[1] if last_path(out).exists() else Header()


def weights_of(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of the net, without those of the optimizers."""
    return {name: tensor for name, tensor in tensors.items() if not name.startswith(OPTIMIZER)}


def score(measurement: Measurement) -> float:
    """The PSNR in dB by which the best weights are chosen: the estimate, or else against clean pictures or targets.

    Raises ValueError where nothing could be measured.
    """
    if measurement.estimated:
        return measurement.estimated.psnr
    if measurement.denoised:
        return measurement.denoised.psnr_pooled
    if measurement.psnr_target is None:
        raise ValueError("the hold-out has neither second shots nor clean pictures to measure on; hold nothing out")
    return measurement.psnr_target


def summary(measurement: Measurement) -> dict[str, float]:
    """The PSNRs of a measurement, in dB, by their names in a header."""
    found: dict[str, float] = {}
    if measurement.noisy and measurement.denoised:
        found |= {"noisy": measurement.noisy.psnr, "denoised": measurement.denoised.psnr}
    if measurement.estimated:
        found |= {"estimated": measurement.estimated.psnr, "estimated_noisy": measurement.estimated.noisy}
    return {name: round(value, 4) for name, value in found.items()}


def header_for(net: UNet, pairs: Pairs, recipe: FittedRecipe, about: Header) -> Header:
    """The header `about` with everything that is known of a training before its first step."""
    return replace(
        about,
        config=net.config,
        recipe=asdict(recipe),
        data=pairs.described,
        noise=pairs.noise_model,
        sigma=pairs.noise_levels(),
        range=pairs.range,
        dtype=str(pairs.dtype),
        seed=recipe.seed,
        version=weights.VERSION,
        machine=_machine(next(net.parameters()).device, recipe.precision),
    )


def _machine(device: torch.device, precision: str) -> str:
    processes = dist.get_world_size() if dist.is_initialized() else 1
    return hardware(device, precision) + (f", {processes} processes" if processes > 1 else "")


class Checkpoints:
    """The best and the last weights of a training: in memory, and on disk where `out` is set and `writes` is true."""

    def __init__(
        self,
        net: UNet,
        optimizers: Sequence[torch.optim.Optimizer],
        recipe: FittedRecipe,
        out: Path | None,
        *,
        writes: bool,
        header: Header,
        facts: Facts,
        best: BestWeights,
    ) -> None:
        """`header` and `facts` go into the files; `best` is kept up to date with the best weights so far."""
        self.net, self.recipe, self.header, self.facts, self.best = net, recipe, header, facts, best
        self.optimizers = {
            parameter: optimizer
            for optimizer in optimizers
            for group in optimizer.param_groups
            for parameter in group["params"]
        }
        self.out = out
        self.target = out if writes else None  # only one of several processes writes
        self.good: dict[str, Tensor] = {}  # the weights as saved last
        self.psnr: Mapping[str, float] = {}  # of the best weights
        self.saved_at = -math.inf  # seconds of training
        self.on_disk = False  # whether there are files of this training

    def save(self, mark: Mark, report: Measurement | None) -> Mark:
        """Saves the weights as they are at `mark`, and as the best ones if `report` says so. Returns the new mark.

        Raises OSError, with the old files intact, and Diverged if the weights are not finite.
        """
        if not all(parameter.isfinite().all() for parameter in self.net.parameters()):
            self.restore_and_raise(mark.step)
        self.good = {name: tensor.clone() for name, tensor in self.net.state_dict().items()}
        self.saved_at = mark.seconds if mark.step else -math.inf  # the weights after the first step are saved at once
        best = max(mark.best, score(report)) if report else mark.best
        if report and best > mark.best:
            self.psnr = summary(report)
        improved = best > mark.best or not math.isfinite(best)
        mark = replace(mark, best=best)
        images, seconds = mark.step * self.recipe.batch_size, round(mark.seconds, 3)
        header = replace(self.header, steps=mark.step, images=images, seconds=seconds, psnr=self.psnr)
        if improved:
            self.best.weights, self.best.header = self.good, header
        if self.target and mark.step:
            self._write(self.target, replace(header, mark=mark, facts=self.facts), improved)
        return mark

    def _write(self, target: Path, header: Header, improved: bool) -> None:
        if improved and self.on_disk:
            weights.save(target, self.best.weights, self.best.header)
        weights.save(last_path(target), self.good | self._optimizer_state(), header)
        if not self.on_disk:  # the last weights come first, for they alone are enough to resume
            weights.save(target, self.best.weights, self.best.header)
        self.on_disk = True

    def restore_and_raise(self, step: int) -> NoReturn:
        """Gives the net its last good weights back. Raises Diverged."""
        self.net.load_state_dict(self.good)
        kept = f"; the last good weights are in '{last_path(self.out)}'" if self.out and self.on_disk else ""
        raise Diverged(
            f"the loss became NaN or infinite at step {step + 1}{kept}. Lower the learning rate "
            f"(it is {self.recipe.learning_rate:g}), or look at the data with `python -m n2n check`"
        )

    def resume(self) -> Mark | None:
        """Loads the last checkpoint into net and optimizers; None where there is no checkpoint.

        Raises ValueError where the checkpoint belongs to another net, other data or other settings.
        """
        if self.out is None or not last_path(self.out).exists():
            return None
        path = last_path(self.out)
        tensors, header = weights.load(path)
        if header.mark is None:
            raise ValueError(f"'{path}' is no checkpoint: it does not tell how far a training had come; begin anew")
        if differing := differences(header, self.net.config, self.recipe, self.facts):
            raise ValueError(
                f"'{path}' was made with {'; '.join(differing)}. Repeat the same command, or begin anew: with another "
                "name, or with --force instead of --resume"
            )
        self.good = weights_of(tensors)
        check_state(self.good, self.net.config)
        self.net.load_state_dict(self.good)
        self._load_optimizer_state(tensors)
        self.psnr, self.saved_at, self.on_disk = header.psnr, header.mark.seconds, True
        if self.target and not self.target.exists():  # someone removed the best weights: the last are the best left
            weights.save(self.target, self.good, header.without_checkpoint())
            return replace(header.mark, best=-math.inf)
        return header.mark

    def _optimizer_state(self) -> dict[str, Tensor]:
        return {
            f"{OPTIMIZER}{key}.{name}": value
            for name, parameter in self.net.named_parameters()
            for key, value in self.optimizers[parameter].state.get(parameter, {}).items()
        }

    def _load_optimizer_state(self, tensors: Mapping[str, Tensor]) -> None:
        for name, tensor in tensors.items():
            if name.startswith(OPTIMIZER):
                key, _, name = name.removeprefix(OPTIMIZER).partition(".")
                parameter = self.net.get_parameter(name)
                self.optimizers[parameter].state[parameter][key] = _placed(tensor, parameter)


def _placed(state: Tensor, parameter: nn.Parameter) -> Tensor:
    """Averages of gradients get the device and memory layout of the parameter; step counters have their own shape."""
    state = state.to(parameter.device)
    return torch.empty_like(parameter).copy_(state) if state.shape == parameter.shape else state
