"""Three averages of many noisy copies of a picture: mean, median and mode of every pixel."""

from typing import NamedTuple

import torch
from torch import Tensor


class Averages(NamedTuple):
    """Mean, median and mode of copies (K, …), each of shape (…)."""

    mean: Tensor  # minimises the sum of squared distances to the copies, the l2 loss
    median: Tensor  # minimises the sum of absolute distances, the l1 loss
    mode: Tensor  # where the copies are densest; the l0 loss finds it


def pixel_averages(copies: Tensor) -> Averages:
    """The averages of K ≥ 1 noisy values of every pixel, float (K, …). Raises ValueError if there are none.

    The median of an even number of values is the mean of the middle two (torch.median takes the lower of them); the
    mode is that of half_sample_mode.
    """
    if not len(copies):
        raise ValueError("there is no copy; allowed: 1 or more")
    ordered = copies.movedim(0, -1).sort(-1).values
    many = len(copies)
    median = (ordered[..., (many - 1) // 2] + ordered[..., many // 2]) / 2
    return Averages(copies.mean(0), median, half_sample_mode(ordered))


def half_sample_mode(ordered: Tensor) -> Tensor:
    """The half-sample mode (Robertson and Cryer, 1974): float (…, K), sorted along K → (…).

    Of the values, the half that lies closest together is kept (the first, if several are equally close) until two or
    three values are left. The mode is the mean of the last two, or of the closer two of three, or the middle one of
    three if both gaps are equal. Frequent values, such as pixels that the noise spared, are found exactly.
    """
    while (many := ordered.shape[-1]) > 3:
        half = -(-many // 2)
        first = (ordered[..., half - 1 :] - ordered[..., : many - half + 1]).argmin(-1, keepdim=True)
        ordered = ordered.gather(-1, first + torch.arange(half, device=ordered.device))
    if many < 3:
        return ordered.mean(-1)
    low, middle, high = ordered.unbind(-1)
    other = torch.where(middle - low < high - middle, low, high)
    return torch.where(middle - low == high - middle, middle, (middle + other) / 2)


def distances(picture: Tensor, found: Averages) -> dict[str, float]:
    """The root-mean-square distance of a picture from each average, all of one shape and in the same units."""
    return {name: float((picture - average).square().mean().sqrt()) for name, average in found._asdict().items()}
