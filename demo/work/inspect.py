"""Inspecting pairs before a training: what they are, how they look, what is wrong, how fast a net learns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from n2n import Noise2Noise, Pairs
from n2n.data import StackedScenes, pairs
from n2n.machine import find_device
from n2n.measure import Verdict, doctor
from n2n.nets import MULTIPLE
from n2n.reading import read_shots_or_one
from n2n.remedies import UNTREATED, Remedies, remedied
from n2n.training import named_recipe, train

from . import one_shot
from .picture_files import PictureRows, write_pair
from .subsets import preview_pairs

TRIAL_SECONDS = 1.0
WARM_UP = 3  # steps that are slower than those that follow


@dataclass(frozen=True)
class Description:
    """What the data are, in words and numbers."""

    described: str  # '9 scenes × 5 shots and a reference, 8-bit grey 900×450'
    notes: tuple[str, ...]  # what was changed or decided while reading
    scenes: int
    channels: int  # 1 grey, 3 colour
    has_clean: bool
    shots: int  # of the scene with the fewest
    alone: bool = False  # whether it is one picture, which is learnt from by its own pixels


@dataclass(frozen=True)
class Strip:
    """A row of pictures for each of some scenes: source, then target and clean picture where there are any."""

    rows: PictureRows


@dataclass(frozen=True)
class Verdicts:
    """The findings of the pair doctor."""

    verdicts: tuple[Verdict, ...]
    before: tuple[Verdict, ...] = ()  # those without the remedies, where there are some


@dataclass(frozen=True)
class Speed:
    """How fast this machine learns from these pairs, measured with the default recipe."""

    images_per_second: float  # pairs shown
    epoch_size: int  # pairs in a pass over the data

    def describe(self, seconds: float) -> str:
        """'60 s: about 16,000 pairs, 8 passes', two digits of each."""
        images = self.images_per_second * seconds
        passes = float(f"{images / self.epoch_size:.2g}")
        return f"{seconds:g} s: about {float(f'{images:.2g}'):,.0f} pairs, {passes:,g} pass{'es' * (passes != 1)}"


def inspect_pairs(
    stop: Callable[[], bool],
    files: Sequence[Path],
    folder: Path,
    seconds_per_trial: float = 0.5,
    axes: str | None = None,
    remedies: Remedies = UNTREATED,
    device: str = "auto",
) -> Iterator[Description | Strip | Verdicts | Speed]:
    """Reads pairs and yields each finding as soon as it is known; pictures are written to `folder`.

    `axes` overrule those of stacks; with `remedies` shots are aligned or made equally bright before. `device` is that
    of trainings. For pairs that cannot be learnt from, a red verdict comes last, without a speed. Raises ValueError,
    OSError.
    """
    data = read_shots_or_one(*files, axes=axes)
    if one_shot.is_alone(data):
        yield from _inspect_one(stop, data, folder, seconds_per_trial, device)
        return
    before = tuple(doctor.examine(data)) if remedies.options else ()
    data = remedied(data, remedies)[0] if remedies.options else data
    shots = int(data.shots.min())
    yield Description(data.described, data.notes, len(data), data.channels, data.has_clean, shots)
    some = preview_pairs(data)
    yield Strip(tuple(write_pair(folder, place, pair, "source") for place, pair in enumerate(some)))
    if stop():
        return
    yield Verdicts(tuple(doctor.examine(data)), before)
    if shots > 1 and not stop():
        yield _trial(stop, data, seconds_per_trial, device)


def _inspect_one(
    stop: Callable[[], bool], data: Pairs, folder: Path, seconds: float, device: str
) -> Iterator[Description | Strip | Verdicts | Speed]:
    """The findings on one picture alone, which is learnt from by its own pixels."""
    yield Description(data.described, data.notes, len(data), data.channels, data.has_clean, 1, alone=True)
    yield Strip(tuple(write_pair(folder, place, pair, "source") for place, pair in enumerate(preview_pairs(data))))
    yield Verdicts((one_shot.VERDICT,))
    if not stop():
        yield _trial(stop, data, seconds, device)


def _trial(stop: Callable[[], bool], data: Pairs, seconds: float, device: str) -> Speed:
    """Measures the speed by some real steps of a training. Raises ValueError where no pairs can be held out."""
    chosen = one_shot.recipe_for(data, named_recipe("fast", seconds=10 * seconds))
    learnt = data.hold_out(chosen.hold_out, chosen.seed)[0] if chosen.hold_out else data
    net = Noise2Noise.for_pairs(data, chosen, device=find_device(device)).net
    warm = None
    for progress in train(net, learnt, None, chosen, stop=stop):
        if warm is None and progress.step >= WARM_UP:
            warm = progress
        elif warm and progress.seconds - warm.seconds >= seconds:
            break
    rate = progress.images_per_second
    if warm and progress is not warm:
        rate = (progress.images - warm.images) / (progress.seconds - warm.seconds)
    return Speed(rate, round(progress.images / progress.epoch))


def measure_speed(stop: Callable[[], bool], device: str = "auto") -> Iterator[float]:
    """Yields how many pairs of 32×32 pixels this machine learns from in a second, with the default recipe."""
    shots = np.random.default_rng(0).integers(0, 256, (2, 1000, 3, MULTIPLE, MULTIPLE), dtype=np.uint8)
    data = pairs.gather(StackedScenes(list(shots), None), "random pixels")
    yield _trial(stop, data, TRIAL_SECONDS, device).images_per_second
