"""Our training beside CAREamics' Noise2Noise: the same pairs, the same hold-out, the same seconds, the same cores.

    python -m n2n make-pairs PHOTOS -o pairs.npz --noise pixelate:8 --clean
    python tests/compare/training.py pairs.npz [--seconds 60] [--validate OTHER_PAIRS]

Needs an environment with `requirements.txt` of the project and of this folder, and `careamics.txt` on top. The
hold-out is a tenth of the scenes, 1000 at most, or OTHER_PAIRS: made of other photographs, it is the stricter measure.
It has clean pictures, which nobody learns from. Only training is timed: neither side measures meanwhile, and the last
weights count on both sides.

CAREamics is run twice. "Defaults" is what `create_n2n_config` gives: mean absolute error, each channel by itself,
Adam at 1e-3, a U-Net of depth 2 from 32 feature maps with batch norm, flips and turns, a process that prepares batches.
"Suited" changes the two settings that count against it here: squared error, as the noise is not symmetric and PSNR is
judged, and the channels together, as they are one picture. Patches are whole pictures. It asks for a batch and has no
default: ours, 16 pairs, is taken, so that both see as many a step. Its 30 epochs are lifted: seconds decide. What it
reads and computes before its first step is not counted.
"""

import argparse
import contextlib
import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import common
import numpy as np
import torch
from careamics import CAREamist
from careamics.config.factories.care_n2n_factory import create_advanced_n2n_config
from lightning.pytorch import Callback, Trainer
from torch import Tensor

from n2n import Noise2Noise
from n2n.data.pairs import Pairs
from n2n.measure.evaluate import measure
from n2n.nets import tiling
from n2n.reading import reader
from n2n.training.loop import train
from n2n.training.recipe import named_recipe

MEASURED_AT_ONCE = 64  # pictures that CAREamics predicts at once
ENDLESS = 10**6  # epochs


@dataclass(frozen=True)
class Score:
    """Of a training."""

    name: str
    parameters: int
    steps: int
    pictures: int  # pairs a second, over the training's own seconds
    seconds: float  # of training
    psnr: float  # dB against clean pictures, mean over the hold-out


class Stopwatch(Callback):
    """Ends a training of Lightning after some seconds, counted from its first step."""

    def __init__(self, seconds: float) -> None:
        self.limit, self.begun, self.used = seconds, 0.0, 0.0

    def on_train_start(self, trainer: Trainer, *_: object) -> None:
        self.begun = time.perf_counter()

    def on_train_batch_end(self, trainer: Trainer, *_: object) -> None:
        self.used = time.perf_counter() - self.begun
        trainer.should_stop = self.used >= self.limit


def ours(learnt: Pairs, held: Pairs, seconds: float, seed: int) -> Score:
    """n2n's own loop with the default recipe."""
    settings = named_recipe("fast", seconds=seconds, seed=seed)
    model = Noise2Noise.for_pairs(learnt, settings, device="cpu")
    for progress in train(model.net, learnt, None, settings):
        last = progress
    found = measure(partial(tiling.denoise, model.fast), held)
    return Score("ours", count(model.net), last.step, last.images / last.seconds, last.seconds, found.denoised.psnr)


def careamics(name: str, learnt: Pairs, held: Pairs, seconds: float, seed: int, *, suited: bool) -> Score:
    """CAREamics' Noise2Noise, in a folder of its own."""
    batch_size = named_recipe("fast").fitted(learnt).batch_size
    settings = create_advanced_n2n_config(
        experiment_name="compare",
        data_type="array",
        axes="SCYX",
        patch_size=[int(learnt.sizes.min())] * 2,
        batch_size=batch_size,
        num_epochs=ENDLESS,
        trainer_params={"enable_model_summary": False},
        n_channels_in=learnt.channels,
        n_channels_out=learnt.channels,
        seed=seed + 1,  # it allows no 0
        **({"independent_channels": False} if suited else {}),
    )
    if suited:
        settings.algorithm_config.loss = "mse"
    sources, targets = stacked(learnt)
    stopwatch = Stopwatch(seconds)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        careamist = CAREamist(settings, work_dir=folder, callbacks=[stopwatch], enable_progress_bar=False)
        careamist.train(train_data=sources, train_data_target=targets)
        steps = careamist.trainer.global_step
        last = Path(folder) / "compare.ckpt"  # its own "last" is of the last whole epoch that was saved
        careamist.trainer.save_checkpoint(last)
        found = measure(partial(predicted, careamist, last), held)
    speed = steps * batch_size / stopwatch.used
    return Score(name, count(careamist.model), steps, speed, stopwatch.used, found.denoised.psnr)


def predicted(careamist: CAREamist, checkpoint: Path, noisy: Tensor) -> Tensor:
    """CAREamics' denoised pictures, (N, C, H, W) → the same."""
    results, _ = careamist.predict(noisy.numpy(), batch_size=MEASURED_AT_ONCE, checkpoint=checkpoint)
    return torch.from_numpy(np.concatenate(results)).reshape(noisy.shape).float()


def stacked(data: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """All sources and all targets, each float32 (N, C, H, W)."""
    batches = list(data.batches())
    return tuple(torch.cat([batch[place] for batch in batches]).numpy() for place in (1, 2))


def count(net: torch.nn.Module) -> int:
    """Numbers that are learnt."""
    return sum(parameter.numel() for parameter in net.parameters())


def read(file: Path, validate: Path | None, seed: int) -> tuple[Pairs, Pairs]:
    """(pairs to learn from, pairs to measure on). Raises ValueError for what cannot be compared."""
    data = reader.read(file)
    learnt, held = (data, reader.read(validate)) if validate else data.hold_out(named_recipe("fast").hold_out, seed)
    if not held.has_clean:
        raise ValueError(f"'{validate or file}' has no clean pictures to measure against; make it with --clean")
    if learnt.shots.min() < 2 or len(np.unique(learnt.sizes)) > 1:
        raise ValueError(f"'{file}' holds {data.described}; two shots of each scene, square, of one size, are needed")
    if held.channels != learnt.channels:
        raise ValueError(f"{learnt.channels} channels to learn from, {held.channels} to measure on; bring equal ones")
    return learnt, held


def compare(parsed: argparse.Namespace) -> str:
    """The table of all trainings, the best first, with the machine above it."""
    learnt, held = read(parsed.pairs, parsed.validate, parsed.seed)
    sides: list[Callable[..., Score]] = [
        ours,
        partial(careamics, "CAREamics, defaults", suited=False),
        partial(careamics, "CAREamics, suited", suited=True),
    ]
    scores = [side(learnt, held, parsed.seconds, parsed.seed) for side in sides]
    scores.sort(key=lambda score: -score.psnr)
    rows = [
        [s.name, common.figure(s.psnr), f"{s.pictures:.0f}", f"{s.steps:,}", f"{s.seconds:.1f}", f"{s.parameters:,}"]
        for s in scores
    ]
    noisy = measure(lambda picture: picture, held).denoised.psnr
    about = f"{len(learnt):,} pairs learnt from, {len(held):,} held out: noisy {noisy:.2f} dB; seed {parsed.seed}"
    headings = ["training", "PSNR, dB", "pictures/s", "steps", "seconds", "parameters"]
    return f"{common.machine()}\n{about}\n\n{common.table(headings, rows)}"


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pairs", type=Path, metavar="PAIRS_FILE", help="pairs with clean pictures, .npz or .pkl")
    parser.add_argument("--seconds", type=float, default=60, help="of each training (default 60)")
    parser.add_argument("--validate", type=Path, metavar="OTHER_PAIRS", help="to measure on; without: a hold-out")
    parser.add_argument("--seed", type=int, default=0, help="of hold-out, weights and batches (default 0)")
    return parser


if __name__ == "__main__":
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    common.run(compare, options())
