"""The recorded training that the first screen shows: its numbers, and one picture of all that was seen in it."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "pictures"
NUMBERS, SHEET = FOLDER / "recording.json", FOLDER / "recording.webp"
TILE = (240, 160)  # width and height in pixels of each picture in the sheet
SHOTS = 2  # noisy shots at the top of the sheet; below them the denoised first shot, once for each moment


class Moment(NamedTuple):
    """The net at one moment of its training."""

    seconds: float
    step: int
    psnr: float  # dB, of the first shot denoised, against the clean picture


class Recording(NamedTuple):
    """A training from scratch on two noisy shots of one picture, which is all that the net saw."""

    picture: str  # the file of the clean picture, which only the PSNR was measured with
    noise: str  # such as gaussian:50
    noisy: float  # PSNR of the first shot in dB
    parameters: int  # of the net
    machine: str
    threads: int
    moments: tuple[Moment, ...]

    @property
    def last(self) -> Moment:
        """The end of the training."""
        return self.moments[-1]


@cache
def read() -> Recording:
    """The recording that comes with the demo. Raises OSError."""
    told = json.loads(NUMBERS.read_text(encoding="utf-8"))
    return Recording(**told | {"moments": tuple(Moment(*moment) for moment in told["moments"])})


def write(recording: Recording) -> None:
    """Writes the numbers. Raises OSError."""
    told = recording._asdict() | {"moments": [list(moment) for moment in recording.moments]}
    NUMBERS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
