"""What a training leaves on disk: the best weights, and the last with all that is needed to go on.

`OUT.safetensors` holds the best weights, `OUT.last.safetensors` the last. The second is a weights file as well, with
what the optimizers remember beside the weights. A reader of weights passes that over.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor

from ..data import Pairs, fingerprint
from ..measure import Measurement
from ..nets import Header, Mark, UNet, check_state, weights
from .recipe import Recipe

MEMORY = "optimizer."  # prefix of the optimizers' tensors
BUDGET = (
    "epochs",
    "steps",
    "seconds",
    "workers",
    "evaluations",
    "precision",
)  # settings that another sitting may change


@dataclass
class Best:
    """The best weights of a training so far, and their header."""

    weights: dict[str, Tensor] = field(default_factory=dict)
    header: Header = field(default_factory=Header)


def last_path(out: Path) -> Path:
    """Where the last weights lie beside the best ones."""
    return out.with_suffix(".last.safetensors")


def score(measurement: Measurement) -> float:
    """What the best weights are chosen by, in dB: the estimate; where there is none, clean or at last target PSNR."""
    if measurement.estimated:
        return measurement.estimated.psnr
    return measurement.denoised.psnr_pooled if measurement.denoised else measurement.psnr_target


def weights_of(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The net's tensors, without the optimizers'."""
    return {name: tensor for name, tensor in tensors.items() if not name.startswith(MEMORY)}


class Diverged(ArithmeticError):
    """The loss or the weights became NaN or infinite; the net holds its last good weights again."""


def recipe_of_last(out: Path) -> Mapping[str, Any]:
    """The settings with which the last checkpoint beside `out` was made; none where there is no checkpoint."""
    return weights.load(last_path(out))[1].recipe if last_path(out).exists() else {}


class Keeper:
    """Keeps a training's best and last weights: in memory, and on disk where `out` is given and `writes` is true."""

    def __init__(
        self,
        net: UNet,
        optimizers: Sequence[torch.optim.Optimizer],
        pairs: Pairs,
        recipe: Recipe,
        out: Path | None,
        *,
        writes: bool,
        about: Header,
        facts: Mapping[str, tuple[str, str]],
        best: Best,
    ) -> None:
        """`facts` decide the training beside net and recipe: a name → what is said of it, and what tells it apart."""
        self.net, self.recipe, self.out, self.best = net, recipe, out, best
        self.movers = {
            parameter: optimizer
            for optimizer in optimizers
            for group in optimizer.param_groups
            for parameter in group["params"]
        }
        self.writes = writes and out is not None
        self.facts = facts
        self.about = replace(
            about,
            config=net.config,
            recipe=asdict(recipe),
            data=pairs.described,
            noise=pairs.noise_model,
            sigma=pairs.noise_levels(),
            scale=pairs.scale,
            seed=recipe.seed,
            version=weights.VERSION,
        )
        self.psnr: Mapping[str, float] = {}  # of the best weights
        self.kept_at = -math.inf  # seconds of training at which the weights were kept last
        self.begun = False  # is there anything on disk?

    def keep(self, mark: Mark, report: Measurement | None) -> Mark:
        """Keeps the weights as they are after `mark`, and as the best if the report says so.

        Raises OSError with what was on disk intact, Diverged if the weights are not finite.
        """
        if not all(parameter.isfinite().all() for parameter in self.net.parameters()):
            self.restore_and_raise(mark.step)
        self.good = {name: tensor.clone() for name, tensor in self.net.state_dict().items()}
        self.kept_at = mark.seconds if mark.step else -math.inf  # what the first step makes is written at once
        best = max(mark.best, score(report)) if report else mark.best
        if report and best > mark.best:
            self.psnr = summary(report)
        improved = best > mark.best or not math.isfinite(best)
        mark = replace(mark, best=best)
        images, seconds = mark.step * self.recipe.batch_size, round(mark.seconds, 3)
        header = replace(self.about, steps=mark.step, images=images, seconds=seconds, psnr=self.psnr)
        if improved:
            self.best.weights, self.best.header = self.good, header
        if self.writes and mark.step:
            if improved and self.begun:
                weights.save(self.out, self.best.weights, self.best.header)
            last = replace(header, mark=mark, facts=self.facts)
            weights.save(last_path(self.out), self.good | self._memory(), last)
            if not self.begun:  # at first the last: from them alone one can go on
                weights.save(self.out, self.best.weights, self.best.header)
            self.begun = True
        return mark

    def restore_and_raise(self, step: int) -> NoReturn:
        """Puts the last good weights back. Raises Diverged."""
        self.net.load_state_dict(self.good)
        kept = f"; the last good weights are in '{last_path(self.out)}'" if self.begun else ""
        raise Diverged(
            f"the loss became NaN or infinite at step {step + 1}{kept}. Lower the learning rate "
            f"(it is {self.recipe.learning_rate:g}), or look at the data with `python -m n2n check`"
        )

    def resume(self) -> Mark | None:
        """Puts net and optimizer where the last checkpoint left them; None where there is none.

        Raises ValueError where the checkpoint is of another net, of other data, or was made with other settings.
        """
        if self.out is None or not last_path(self.out).exists():
            return None
        path = last_path(self.out)
        tensors, header = weights.load(path)
        if header.mark is None:
            raise ValueError(f"'{path}' is no checkpoint: it does not tell how far a training had come; begin anew")
        if differing := self._differing(header):
            raise ValueError(
                f"'{path}' was made with {'; '.join(differing)}. Repeat the same command, or begin anew: with another "
                "name, or with --force instead of --resume"
            )
        state = weights_of(tensors)
        check_state(state, self.net.config)
        self.net.load_state_dict(state)
        for name, memory in tensors.items():
            if name.startswith(MEMORY):
                key, _, name = name.removeprefix(MEMORY).partition(".")
                parameter = self.net.get_parameter(name)
                self.movers[parameter].state[parameter][key] = _placed(memory, parameter)
        self.psnr, mark = header.psnr, header.mark
        self.good, self.kept_at, self.begun = state, mark.seconds, True
        if self.writes and not self.out.exists():  # the best were taken away: of what is left, the last are
            weights.save(self.out, state, header.without_checkpoint())
            mark = replace(mark, best=-math.inf)
        return mark

    def _differing(self, header: Header) -> list[str]:
        """'batch_size 8, not 9': what is another now than in a checkpoint. What an older one does not tell is passed
        over.
        """
        was = dict(header.recipe) | (asdict(header.config) if header.config else {})
        now = asdict(self.net.config) | asdict(self.recipe)
        pairs = {name: (was[name], now[name]) for name in now if name in was and name not in BUDGET}
        found = [f"{name} {before}, not {after}" for name, (before, after) in pairs.items() if before != after]
        for name, (told, mark) in header.facts.items():
            told_now, mark_now = self.facts[name]
            if mark != mark_now and told == told_now:
                found.append(f"{name} '{told}' with other numbers in it ({mark}, not {mark_now})")
            elif mark != mark_now:
                found.append(f"{name} '{told}', not '{told_now}'")
        return found

    def _memory(self) -> dict[str, Tensor]:
        """What the optimizers remember of every parameter."""
        return {
            f"{MEMORY}{key}.{name}": value
            for name, parameter in self.net.named_parameters()
            for key, value in self.movers[parameter].state.get(parameter, {}).items()
        }


def summary(report: Measurement) -> dict[str, float]:
    """The PSNRs of a measurement that a header tells, in dB."""
    found = {}
    if report.denoised:
        found |= {"noisy": report.noisy.psnr, "denoised": report.denoised.psnr}
    if report.estimated:
        found |= {"estimated": report.estimated.psnr, "estimated_noisy": report.estimated.noisy}
    return {name: round(value, 4) for name, value in found.items()}


def facts(net: UNet, pairs: Pairs, validation: Pairs | None, start: str | None) -> dict[str, tuple[str, str]]:
    """What decides a training beside net and recipe; `start` is where a net has its weights from that learnt before."""
    digest = hashlib.blake2b(digest_size=6)
    for tensor in net.state_dict().values() if start else ():
        digest.update(tensor.detach().cpu().contiguous().numpy())
    noise = pairs.noise_model or "none"
    return {
        "data": (pairs.described, fingerprint(pairs.scenes)),
        "noise": (noise, noise),
        "hold-out": (validation.described, fingerprint(validation.scenes)) if validation else ("none", "none"),
        "start": (start, digest.hexdigest()) if start else ("random weights", "none"),
    }


def _placed(memory: Tensor, parameter: Tensor) -> Tensor:
    """Means of gradients take the parameter's device and memory layout; step counters have a shape of their own."""
    memory = memory.to(parameter.device)
    return torch.empty_like(parameter).copy_(memory) if memory.shape == parameter.shape else memory
