"""Looking at what was brought before anything is learnt: what it is, how it looks, what is wrong, how fast it goes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from n2n import Noise2Noise, Pairs
from n2n.data import StackedScenes, pairs, reader
from n2n.machine import host
from n2n.measure import Verdict, doctor
from n2n.nets import MULTIPLE
from n2n.training import named_recipe, train

from .picture_files import PictureRows, write_pair
from .subsets import preview_pairs

PACE_SECONDS = 1.0
WARM_UP = 3  # steps that are slower than those that follow


@dataclass(frozen=True)
class Description:
    """What was read, in words and numbers."""

    described: str  # '9 scenes × 5 shots and a reference, 8-bit grey 900×450'
    notes: tuple[str, ...]  # what was changed or decided on reading
    scenes: int
    channels: int  # 1 grey, 3 colour
    has_clean: bool
    shots: int  # of the scene that has least


@dataclass(frozen=True)
class Strip:
    """Some scenes, a row each: source, target where there is a second shot, clean where there is one."""

    rows: PictureRows


@dataclass(frozen=True)
class Verdicts:
    """What the pair doctor says."""

    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Speed:
    """How fast this machine learns from these pairs, measured with the default recipe."""

    images_per_second: float  # pairs shown
    epoch_size: int  # pairs in a pass over the data
    crop: int  # pixels: side of what is shown of each pair

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
    device: str = "auto",
) -> Iterator[Description | Strip | Verdicts | Speed]:
    """Reads pairs and yields what is found out about them, each as soon as it is known; pictures go into `folder`.

    `device` is that of the trainings, as in learning.Settings. Pairs that cannot be learnt from end before the speed,
    with a red verdict. Raises ValueError, OSError.
    """
    data = reader.read_shots(*files)
    shots = int(data.shots.min())
    yield Description(data.described, data.notes, len(data), data.channels, data.has_clean, shots)
    some = preview_pairs(data)
    yield Strip(tuple(write_pair(folder, place, pair, "source") for place, pair in enumerate(some)))
    if stop():
        return
    yield Verdicts(tuple(doctor.examine(data)))
    if shots > 1 and not stop():
        yield _trial(stop, data, seconds_per_trial, device)


def _trial(stop: Callable[[], bool], data: Pairs, seconds: float, device: str) -> Speed:
    """Real steps of a training, thrown away. Raises ValueError where nothing could be held out of it."""
    chosen = named_recipe("fast", seconds=10 * seconds)
    learnt, _ = data.hold_out(chosen.hold_out, chosen.seed)
    net = Noise2Noise.for_pairs(data, chosen, device=host.device(device)).net
    warm = None
    for progress in train(net, learnt, None, chosen, stop=stop):
        if warm is None and progress.step >= WARM_UP:
            warm = progress
        elif warm and progress.seconds - warm.seconds >= seconds:
            break
    rate = progress.images_per_second
    if warm and progress is not warm:
        rate = (progress.images - warm.images) / (progress.seconds - warm.seconds)
    return Speed(rate, round(progress.images / progress.epoch), chosen.fitted(learnt).crop)


def measure_speed(stop: Callable[[], bool], device: str = "auto") -> Iterator[float]:
    """Pictures of 32×32 pixels that this machine learns from in a second, with the default recipe."""
    shots = np.random.default_rng(0).integers(0, 256, (2, 1000, 3, MULTIPLE, MULTIPLE), dtype=np.uint8)
    data = pairs.gather(StackedScenes(list(shots), None), "random pixels")
    yield _trial(stop, data, PACE_SECONDS, device).images_per_second
