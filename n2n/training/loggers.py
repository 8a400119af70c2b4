"""Loggers of a training on the command line: a progress bar and TensorBoard. Both read the same stream of Progress."""

import sys
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from ..data import Batch, Pairs
from ..files import displayable
from ..measure import Measurement
from ..nets import MULTIPLE, UNet, denoise, evaluating
from .loop import Progress

AVERAGE = 100  # batches per point of Loss/train and PSNR/train, as in the course report
SHOWN = 4  # sample pictures


def in_words(measurement: Measurement) -> str:
    """'noisy 20.72 dB, denoised 25.31 dB (pooled 25.05); estimated without clean pictures 25.40 dB (25.20 to 25.60)'"""
    parts = []
    noisy, denoised = measurement.noisy, measurement.denoised
    if noisy and denoised:
        parts.append(f"noisy {noisy.psnr:.2f} dB, denoised {denoised.psnr:.2f} dB (pooled {denoised.psnr_pooled:.2f})")
    if estimate := measurement.estimated:
        parts.append(
            f"estimated without clean pictures {estimate.psnr:.2f} dB ({estimate.low:.2f} to {estimate.high:.2f}), "
            f"from {estimate.noisy:.2f}" + ", corrected for noise cut off at black or white" * bool(estimate.clipped)
        )
    return "; ".join(parts)


def bar(stream: Iterable[Progress]) -> Iterator[Progress]:
    """Passes the stream on and draws a progress bar on stderr, with a line for every measurement."""
    recent: deque[Progress] = deque(maxlen=AVERAGE)
    with tqdm(desc="train", unit="step", disable=None, dynamic_ncols=True) as drawn:
        for progress in stream:
            recent.append(progress)
            drawn.total = progress.steps
            drawn.n = progress.step
            loss = sum(p.loss for p in recent) / len(recent)
            drawn.set_postfix_str(
                f"loss {loss:.5f}, {progress.images_per_second:.0f} images/s, {progress.eta:.0f} s left", refresh=False
            )
            drawn.update(0)
            if progress.validation:
                line = f"step {progress.step}, {progress.seconds:.0f} s: {in_words(progress.validation)}"
                tqdm.write(line, file=sys.stderr)
            yield progress


def tensorboard(
    stream: Iterable[Progress], folder: Path, net: UNet, samples: Pairs | None
) -> Generator[Progress, None, None]:
    """Passes the stream on and writes curves, sample pictures of the hold-out and the net's graph to `folder`."""
    batch = next(samples.batches()) if samples else None
    recent: list[Progress] = []
    with SummaryWriter(str(folder)) as writer:
        _add_graph(writer, net)
        for progress in stream:
            recent.append(progress)
            if len(recent) == AVERAGE or progress.done:
                writer.add_scalar("Loss/train", sum(p.loss for p in recent) / len(recent), progress.step)
                writer.add_scalar("PSNR/train", sum(p.psnr_target for p in recent) / len(recent), progress.step)
                writer.add_scalar("Learning rate", progress.learning_rate, progress.step)
                recent.clear()
            if progress.validation:
                _add_validation(writer, progress.validation, progress.step)
                if batch:
                    writer.add_images("Hold-out/noisy, denoised, target", _sheet(net, batch), progress.step)
            yield progress


def _add_graph(writer: SummaryWriter, net: UNet) -> None:
    parameter = next(net.parameters())
    picture = parameter.new_zeros(1, net.config.channels, MULTIPLE, MULTIPLE)
    with evaluating(net), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # SummaryWriter still draws with torch.jit
        writer.add_graph(net, picture)


def _add_validation(writer: SummaryWriter, measurement: Measurement, step: int) -> None:
    if measurement.denoised:
        writer.add_scalar("PSNR/hold-out", measurement.denoised.psnr, step)
    if measurement.psnr_target is not None:
        writer.add_scalar("PSNR/hold-out against noisy target", measurement.psnr_target, step)
    if measurement.estimated:
        writer.add_scalar("PSNR/hold-out estimated", measurement.estimated.psnr, step)
        writer.add_scalar("Loss/noise floor", measurement.estimated.floor, step)


def _sheet(net: UNet, batch: Batch) -> torch.Tensor:
    """Noisy, denoised and target (clean picture, or else the second shot), (n, 1 or 3, H, 3 W), clipped to [0, 1]."""
    source = batch.source[:SHOWN]
    columns = [source, denoise(net, source)]
    columns += [target[:SHOWN] for target in (batch.clean, batch.target) if target is not None][:1]
    return displayable(torch.cat(columns, dim=-1)).clamp(0, 1)
