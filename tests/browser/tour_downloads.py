"""Everything that a training leaves to download, opened and read."""

import csv
import io
import shlex
import subprocess
import sys
import zipfile

import numpy as np
from PIL import Image
from serving import ROOT

from n2n import Noise2Noise
from n2n.cli import parse
from n2n.reading import reader

ALL = {"mine.safetensors", "mine.md", "training.csv", "hold-out.csv", "command.txt", "loss.png", "psnr.png"}
STEPS = 6  # of a training that shows that a command can be run


def read(visitor, folder):
    """Each file of the list, and the weights of the moment that the time machine shows; the command's arguments."""
    page = visitor.page
    taken = visitor.taken("take", folder)
    assert set(taken) == ALL | {"tensorboard.zip"}
    Noise2Noise.load(taken["mine.safetensors"])
    assert "| data |" in taken["mine.md"].read_text()
    for name in ("training.csv", "hold-out.csv"):
        lines = list(csv.DictReader(io.StringIO(taken[name].read_text())))
        assert lines and all(line["step"] for line in lines)
    for name in ("loss.png", "psnr.png"):
        assert np.asarray(Image.open(taken[name])).std() > 1
    assert zipfile.ZipFile(taken["tensorboard.zip"]).testzip() is None
    assert any("events" in name for name in zipfile.ZipFile(taken["tensorboard.zip"]).namelist())
    with page.expect_download() as download:
        page.click("#snapshot")
    download.value.save_as(folder / "then.safetensors")
    Noise2Noise.load(folder / "then.safetensors")
    return _commands(page.inner_text("#command pre"), taken["command.txt"].read_text())


def example(visitor, folder):
    """What pairs look like: an archive that n2n itself reads."""
    with visitor.page.expect_download() as download:
        visitor.page.click("#archive")
    download.value.save_as(folder / "pairs.zip")
    assert len(reader.read(folder / "pairs.zip")) > 0


def _commands(shown, written):
    """The arguments of each line, which n2n's own parser takes."""
    assert shown.strip() == written.strip()
    lines = [shlex.split(line) for line in written.splitlines()]
    for line in lines:
        assert line[:3] == ["python", "-m", "n2n"]
        parse(line[3:])
    return [line[3:] for line in lines]


def run(arguments, folder):
    """Runs a command for training, beside the pairs that it names, for a few steps instead of some seconds."""
    place = arguments.index("--seconds")
    few = [*arguments[:place], "--steps", str(STEPS), *arguments[place + 2 :]]
    command = [sys.executable, "-m", "n2n", *few]
    subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, check=True, timeout=120, capture_output=True)
    Noise2Noise.load(folder / "mine.safetensors")
