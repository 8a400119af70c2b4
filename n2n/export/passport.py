"""What a net takes along when it leaves: its weights, and the unit, the channels and the words that go with it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..files import DataRange, ValueRange, asked_range
from ..model import Noise2Noise

GREY = 1  # channels
MOST = 1e30  # of black and white
FLOAT = np.dtype(np.float32)  # of the pictures that other programs bring


@dataclass(frozen=True)
class Passport:
    """A net, and all that other programs must know of it."""

    model: Noise2Noise  # on the CPU, in fp32
    limits: ValueRange  # values of black and white in the pictures that it will be given
    channels: int  # of those pictures
    authors: tuple[str, ...] = ()
    license: str | None = None  # an SPDX identifier, such as CC-BY-4.0

    @property
    def name(self) -> str:
        """The weights' name, without the ending of a file."""
        return Path(self.model.name or "noise2noise").stem

    def facts(self) -> dict[str, str]:
        """What a file tells of itself, as short texts by name."""
        header = self.model.header
        found = {
            "net": str(self.model.net.config),
            "learnt from": header.data,
            "noise": header.noise,
            "trained by": header.command,
            "authors": ", ".join(self.authors),
            "license": self.license,
            "note": header.note,
        }
        unit = {"black": f"{self.limits.black:.9g}", "white": f"{self.limits.white:.9g}"}
        return unit | {name: text for name, text in found.items() if text}


def issue(
    weights: str | Path,
    *,
    residual: bool | None = None,
    asked: DataRange | None = None,
    grey: bool = False,
    authors: tuple[str, ...] = (),
    license: str | None = None,
) -> Passport:
    """The passport of weights, a name or a file as Noise2Noise.load takes them.

    `asked` is the range of the pictures' values, by default the one that was learnt; with `grey` a net for colour takes
    pictures of one channel. Raises ValueError where the range is not known.
    """
    model = Noise2Noise.load(weights, "cpu", "fp32", residual)
    limits = asked_range(asked, FLOAT) if asked is not None else model.header.range
    if limits is None:
        raise ValueError(
            f"'{weights}' does not tell which values are black and white, and the other program must not guess; say "
            "it: --range 255 for 8-bit pictures, --range 65535 for 16-bit ones, --range 1 for 0 to 1"
        )
    if max(abs(limits.black), abs(limits.white)) > MOST:
        raise ValueError(f"the range is {limits}, and other programs compute in float32; allowed: up to {MOST:g}")
    return Passport(model, limits, GREY if grey else model.net.config.channels, authors, license)
