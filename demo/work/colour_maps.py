"""Colour maps: numbers for each pixel as colours, and the bar that says what the colours stand for."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps

from .rows import ColourScale

STOPS = 9  # colours of a bar; a browser blends between them
BRIGHTEST = 0.995  # quantile of the values that has the last colour, since a few pixels may be far above all others
NICE = (1, 2, 5, 10)

Values = npt.NDArray[np.floating]  # (H, W)


@dataclass(frozen=True)
class ColourMap:
    """Colours from black at 0 to bright yellow at `most` > 0; or, if `signed`, from blue at −most over white to red."""

    most: float
    unit: str = ""
    signed: bool = False

    @property
    def _name(self) -> str:
        return "RdBu_r" if self.signed else "inferno"

    def paint(self, values: Values) -> npt.NDArray[np.uint8]:
        """(H, W) → (H, W, 3); values beyond the ends get the colours of the ends."""
        share = values / self.most
        share = (share + 1) / 2 if self.signed else share
        colours: npt.NDArray[np.uint8] = colormaps[self._name](np.clip(share, 0, 1), bytes=True)
        return colours[..., :3]

    @property
    def scale(self) -> ColourScale:
        """The bar under a picture that was painted so."""
        stops = colormaps[self._name](np.linspace(0, 1, STOPS), bytes=True)[:, :3]
        middle, end = (f"{part * self.most:.3g}" for part in (0.5, 1))
        ticks = [f"−{end}", "0", f"+{end}"] if self.signed else ["0", middle, end]
        colours = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in stops]
        return {"colours": colours, "ticks": ticks, "unit": self.unit}


def fitting(values: Values, unit: str, signed: bool = False) -> ColourMap:
    """A map whose ends, a round number, leave out the few largest of these values."""
    most = float(np.quantile(np.abs(values), BRIGHTEST)) or float(np.abs(values).max()) or 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return ColourMap(next(nice for nice in NICE if nice * power >= most * (1 - 1e-6)) * power, unit, signed)
