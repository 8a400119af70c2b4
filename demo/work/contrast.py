"""Contrast for a screen: dark or flat pictures are stretched to be seen, and nothing else."""

from dataclasses import dataclass

import torch
from torch import Tensor

ENDS = (0.001, 0.999)  # quantiles that become black and white
ENOUGH, DEEP = 0.5, 0.8  # of the way from black to white: a picture of 8 bits, or of more, that takes up this much is
# shown as it is
LEAST = 1e-4  # of the same: less is a flat picture, in which there is nothing to see
SAMPLE = 2**16  # values that the quantiles are taken of


@dataclass(frozen=True)
class Contrast:
    """The values, white at 1, that are shown as black and as white."""

    low: float
    high: float

    def stretched(self, picture: Tensor) -> Tensor:
        """A float picture of any shape as it is shown."""
        return (picture - self.low) / (self.high - self.low)

    @property
    def words(self) -> str:
        """What is seen, and what is measured."""
        black, white = (f"{100 * value:.3g} %".replace("-", "−") for value in (self.low, self.high))
        return (
            f"Contrast is stretched to be seen: black is {black} of the white of the data, white is {white}. "
            "What is measured and downloaded is not changed."
        )


def contrast_for(picture: Tensor, enough: float = ENOUGH) -> Contrast | None:
    """How a picture of any shape, white at 1, and others of its scene are stretched; None where they need not be."""
    values = picture.flatten()
    values = values[:: max(1, len(values) // SAMPLE)].float()
    low, high = torch.quantile(values, torch.tensor(ENDS, device=values.device)).tolist()
    return Contrast(low, high) if LEAST < high - low < enough else None
