"""The three centres of many noisy copies of a picture: mean, median and mode of every pixel."""

from typing import NamedTuple

import torch
from torch import Tensor


class Centres(NamedTuple):
    """Each of the copies' shape without its first dimension."""

    mean: Tensor  # least squared distances to the copies, which is what the l2 loss asks for
    median: Tensor  # least absolute distances: l1
    mode: Tensor  # where the copies lie closest together: l0


def centres(copies: Tensor) -> Centres:
    """copies: float (K, …), K ≥ 1 noisy values of every pixel. The median of an even K is the mean of the middle two,
    of which torch's own takes the lower.

    The mode is half_sample_mode's. Raises ValueError where there is no copy.
    """
    if not len(copies):
        raise ValueError("there is no copy; allowed: 1 or more")
    ordered = copies.movedim(0, -1).sort(-1).values
    many = len(copies)
    median = (ordered[..., (many - 1) // 2] + ordered[..., many // 2]) / 2
    return Centres(copies.mean(0), median, half_sample_mode(ordered))


def half_sample_mode(ordered: Tensor) -> Tensor:
    """(…, K) in rising order along K → (…): the half-sample mode (Robertson and Cryer, 1974).

    The half of the values that lies closest together is kept, the first where halves are equally close, until two or
    three values are left. Two give their mean; of three the closer two do, and the middle one where both gaps are
    equal. Values that are often the same, such as pixels that the noise spared, are found exactly.
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


def distances(picture: Tensor, found: Centres) -> dict[str, float]:
    """Root-mean-square distance of a picture from each centre, all of one shape, in units of their values."""
    return {name: float((picture - each).square().mean().sqrt()) for name, each in found._asdict().items()}
