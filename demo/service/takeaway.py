"""The downloads after a training: the weights with their card, the curves, the logs, and the command."""

import io
import shutil
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from n2n.cli import training_command
from n2n.export import weights_card
from n2n.figures import curves, style
from n2n.files import atomic
from n2n.nets import Header, weights
from n2n.training import named_net

from ..content import samples, share_card
from ..work import pairs
from .gain import gain_of
from .runs import Run

CARD = "before-after.png"  # a picture to show to others, beside the downloads
NAME = "mine"  # of the files, and of the weights in the command
LISTED = 8  # files that a command names; with more, it names their folder


def command_for(run: Run) -> str:
    """The command that repeats the training on another computer. Before it stands a comment on the data where one is
    needed, or the command that makes the sample pairs.
    """
    chosen, data, before = run.settings, run.data.names, ""
    if data == (samples.PAIRS,):
        data, before = ("pairs.npz",), f"{_sample_command('pairs.npz')}\n"
    elif len(data) > LISTED:
        data, before = ("pairs",), f"# pairs: a folder with your {len(data):,} pictures, and nothing else\n"
    elif run.data.renamed:
        before = f"# {' and '.join(data)}: your two files of the same name, renamed to tell them apart\n"
    config = chosen.config or named_net(chosen.recipe.name, chosen.recipe.method)
    out, start = f"{NAME}.safetensors", chosen.start
    return before + training_command(
        data, out, chosen.recipe, config, start, axes=chosen.axes, remedies=chosen.remedies
    )


def _sample_command(file: str) -> str:
    """The command that makes the sample pairs, bit by bit the same."""
    return (
        f"python -m n2n make-pairs {pairs.PHOTOGRAPHS} --noise {pairs.NOISE} --count {pairs.SCENES} "
        f"--size {pairs.SIDE} --clean -o {file}"
    )


def model_card(header: Header, command: str) -> str:
    """A card of weights, as Markdown: what they are, how they were made, and how good they are."""
    use = f"python -m n2n denoise noisy.png -o denoised.png --weights {NAME}.safetensors"
    more = f"Denoise with it, and train it again:\n\n```sh\n{use}\n{command}\n```\n"
    return weights_card(f"{NAME}.safetensors", header, more)


def write_all(folder: Path, run: Run) -> list[Path]:
    """Writes all downloads into `folder`; returns their files, the weights first.

    A file that cannot be made is left out, and the log says why. Raises OSError, and ValueError where there are no
    weights.
    """
    model = run.weights
    try:
        folder.mkdir(exist_ok=True)
        pairs.link(model, folder / f"{NAME}.safetensors")
        model = folder / f"{NAME}.safetensors"
    except OSError:  # a full disk: then under the name that they have
        traceback.print_exc()
    if card := _card(run):
        _try_to_write(folder / CARD, card)
    makers: dict[str, Callable[[], bytes]] = {
        f"{NAME}.md": lambda: model_card(weights.load(model)[1], command_for(run)).encode(),
        "training.csv": lambda: run.history.csv().encode(),
        "hold-out.csv": lambda: run.history.measurements_csv().encode(),
        "command.txt": lambda: f"{command_for(run)}\n".encode(),
        "loss.png": lambda: style.png(curves.loss_figure(run.history)),
        "psnr.png": lambda: style.png(curves.psnr_figure(run.history)),
        "tensorboard.zip": lambda: _zip(run.logs),
    }
    return [model, *(folder / name for name, make in makers.items() if _try_to_write(folder / name, make))]


def _card(run: Run) -> Callable[[], bytes] | None:
    """What draws the card; None where it is not known how much better the picture is, or whether it is."""
    gain = gain_of(run)
    useless = run.result is None or run.result.causes
    if useless or gain is None or gain.decibels <= 0 or not run.pictures:
        return None
    noisy, denoised = (one.stretched or one.file for one in run.pictures[0][:2])

    def make() -> bytes:
        pixels = [np.asarray(Image.open(file).convert("RGB")) for file in (noisy, denoised)]
        words = f"{gain.number}: {gain.worth}" if gain.worth else gain.number
        file = io.BytesIO()
        share_card.draw(pixels[0], pixels[1], words, gain.how, run.page).save(file, "png")
        return file.getvalue()

    return make


def _try_to_write(file: Path, make: Callable[[], bytes]) -> bool:
    """Writes a file where that is possible; returns whether it was."""
    try:
        atomic.write_bytes(file, make())
    except Exception:
        traceback.print_exc()
        return False
    return True


def _zip(folder: Path) -> bytes:
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        return Path(shutil.make_archive(f"{beside}/logs", "zip", folder)).read_bytes()
