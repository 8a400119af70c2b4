"""`python -m demo.lab.record`: records a run of experiments, of all or of those named, for the lab to open with."""

import argparse
import hashlib
import io
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image

from n2n.nets import hardware

from ..work.picture_files import PictureFile
from . import recordings
from .experiment import Experiment, Screen
from .experiments import EXPERIMENTS
from .recordings import Recorded

MOST = 7  # screens of a run that are kept
QUALITY = 80  # of pictures; those that are compared by eye, and small ones, lose nothing
SMALL = 64  # pixels


def record(experiment: Experiment, folder: Path) -> tuple[Recorded, dict[str, bytes]]:
    """Runs an experiment as it is recorded; also returns its pictures by name."""
    chosen, _ = experiment.read(experiment.recorded)
    began = time.perf_counter()
    screens = _some(list(experiment.work(lambda: False, folder, chosen)))
    seconds = round(time.perf_counter() - began, 1)
    pictures: dict[str, bytes] = {}
    kept = tuple(_with_files(screen, pictures, bool(experiment.answers)) for screen in screens)
    return Recorded(chosen, hardware(torch.device("cpu"), "auto"), seconds, kept), pictures


def _some(screens: Sequence[Screen]) -> list[Screen]:
    """At most MOST screens that show something, evenly spread; the last one among them."""
    shown = [screen for screen in screens if screen.figure or screen.rows] or list(screens)
    steps = max(1, min(MOST, len(shown)) - 1)
    places = {round(step * (len(shown) - 1) / steps) for step in range(steps + 1)}
    return [shown[place] for place in sorted(places)]


def _with_files(screen: Screen, pictures: dict[str, bytes], exactly: bool) -> Screen:
    """The screen with names in place of files, whose contents are added to `pictures`; equal ones once."""

    def kept(one: PictureFile) -> PictureFile:
        file = io.BytesIO()
        lossless = exactly or max(one.width, one.height) <= SMALL
        Image.open(one.file).save(file, "WEBP", quality=QUALITY, lossless=lossless, method=6, exact=True)
        name = f"{hashlib.sha256(file.getvalue()).hexdigest()[:12]}.webp"
        pictures[name] = file.getvalue()
        return replace(one, file=Path(name), contrast=None, stretched=None)

    return replace(screen, rows=tuple(tuple(map(kept, row)) for row in screen.rows))


def main(arguments: list[str] | None = None) -> None:
    """Records and writes. Raises OSError."""
    keys = [key for key, experiment in EXPERIMENTS.items() if experiment.answers or not experiment.live]
    parser = argparse.ArgumentParser(prog="python -m demo.lab.record", description=__doc__)
    parser.add_argument("experiments", nargs="*", help=f"of {', '.join(keys)}; all where none is named")
    wanted = parser.parse_args(arguments).experiments or keys
    if unknown := [key for key in wanted if key not in keys]:
        parser.error(f"there is no experiment '{unknown[0]}' to record; allowed: {', '.join(keys)}")
    for key in wanted:
        with tempfile.TemporaryDirectory() as folder:
            recorded, pictures = record(EXPERIMENTS[key], Path(folder))
        recordings.write(key, recorded, pictures)
        last = recorded.screens[-1]
        told = last.answer.sentence if last.answer else f"no answer yet: {last.headline}"
        print(f"{key}: {len(recorded.screens)} screens, {recordings.file_of(key).stat().st_size / 1000:.0f} kB; {told}")


if __name__ == "__main__":
    main()
