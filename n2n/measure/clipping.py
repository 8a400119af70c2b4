"""A correction of noisy values that were clipped at black or white, for the estimate without a clean picture.

Noise that is clipped at 0 has a mean above the clean value x, by σ·φ(x/σ) − x·Φ(−x/σ): 0.4 σ where x is black (Foi,
2009, "Clipped noisy images"). Here each value y is moved to a u(y) whose mean is x, for any x in [0, 1], to within
0.01 σ for normal noise of constant σ. At white it is the same with 1 − y. Photon noise and speckle, which are strongest
at white, keep up to a quarter of the bias there: the estimate stays too high where much of a picture is pure white
with noise on it.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

# u(y) − y in units of σ, by least squares over x = 0 … 5 σ: for clipped values, for those up to 1 σ from the limit
# (there it decreases with the distance), and for those up to 2 σ.
MOVED, LIFTED, LOWERED = -0.994, 0.674, -0.043
LEAST_SHARE = 1e-3  # fraction of a picture's values exactly at the limit below which no correction is worthwhile
LEAST_PAIRS = 50  # pairs of values near the limit that it takes to estimate σ
LEAST_PILE = 0.1  # fraction at the limit of all values within 1 σ of it: 0.11 where x is 2 σ or more away from it
MOST_SIGMA = 0.4  # stronger noise cannot be distinguished from noise that fills the range
BINS = 256  # of the distance from the limit
ROUNDS = 20  # until σ of clipped differences no longer changes


def unbiased(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor, float]:
    """Two shots, (N, C, H, W), white at 1 → the shots with the bias of clipping removed, and the fraction clipped.

    A picture with values below black, or with few exactly at black, was not clipped there and keeps its dark values;
    the same holds for white. Areas of at least 3×3 pixels that are at the limit in both shots have no noise, and keep
    their values.
    """
    dark, light = _moves(source, target), _moves(1 - source, 1 - target)
    moves = [from_black - from_white for from_black, from_white in zip(dark, light)]
    cut = [((shot == 0) | (shot == 1)) & (move != 0) for shot, move in zip((source, target), moves)]
    return source + moves[0], target + moves[1], float(torch.stack(cut).double().mean())


def _moves(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """u(y) − y of both shots, where the limit is at 0."""
    both = torch.stack([first, second], dim=1).flatten(1)
    clipped = (both.amin(1) == 0) & ((both == 0).double().mean(1) > LEAST_SHARE)
    moves = torch.zeros_like(first), torch.zeros_like(second)
    if not clipped.any():
        return moves
    shots = first[clipped], second[clipped]
    step = torch.where(both > 0, both, math.inf).amin(1)[clipped].view(-1, 1, 1, 1)
    sigma = sigma_at_black(*shots, step / 2).float().view(-1, 1, 1, 1)
    sigma = torch.where((sigma > 2 * step) & (sigma < MOST_SIGMA), sigma, 0)  # counted photons are not clipped at 0
    near = both[clipped] < sigma.flatten(1)
    piled = (both[clipped] == 0).sum(1) > LEAST_PILE * near.sum(1)
    sigma = torch.where(piled.view_as(sigma), sigma, 0)
    still = _without_noise((shots[0] == 0) & (shots[1] == 0))
    for shot, move in zip(shots, moves):
        inside = (shot - step / 2) / sigma.clamp_min(1e-9)  # what was rounded to 0 was clipped half a step above it
        lifted = LIFTED * (1 - inside).clamp_min(0) + LOWERED * (inside < 2)
        moved = torch.where(shot == 0, MOVED * sigma + step / 2, lifted * sigma)
        move[clipped] = torch.where(still | (sigma == 0), 0, moved)
    return moves


def _without_noise(black: Tensor) -> Tensor:
    """(N, C, H, W), bool → True in every window of 3×3 pixels that is True throughout."""
    whole = -F.max_pool2d(F.pad(-black.float(), (1, 1, 1, 1), value=-1.0), 3, stride=1)
    return F.max_pool2d(whole, 3, stride=1, padding=1) > 0


def sigma_at_black(first: Tensor, second: Tensor, edge: Tensor) -> Tensor:
    """Two shots, (N, C, H, W), clipped at `edge`, (N, 1, 1, 1) → σ of their noise at black, (N,), or 0 if unknown.

    Where neither shot is clipped and their mean is s, their difference is normal with variance 2σ², truncated at ±2s.
    As σ may depend on brightness, the variances for s in 0 … 2 σ and in 2 … 4 σ are extrapolated to 0.
    """
    depth = ((first + second) / 2 - edge).clamp_min(0)
    inside = (torch.minimum(first, second) > 0) & (torch.maximum(first, second) < 1)
    place = (depth * BINS).long().clamp(max=BINS - 1).flatten(1) + BINS * torch.arange(len(first))[:, None]

    def binned(values: Tensor) -> Tensor:
        weights = (values * inside).double().flatten()
        return torch.bincount(place.flatten(), weights, BINS * len(first)).view(-1, BINS)

    bins = _Histogram(
        binned(torch.ones_like(first)), binned((first - second) ** 2 / 2), binned(depth), edge.view(-1, 1)
    )
    sigma = (bins.power.sum(1) / bins.pairs.sum(1).clamp_min(1)).sqrt().clamp_min(1e-4)
    for _ in range(ROUNDS):  # fixed points
        sigma, near, pairs = bins.sigma_of(0 * sigma, 2 * sigma, sigma)
    beyond = sigma
    for _ in range(ROUNDS):
        beyond, far, others = bins.sigma_of(2 * sigma, 4 * sigma, beyond)
    slope = torch.where(others > LEAST_PAIRS, (sigma**2 - beyond**2) / (far - near).clamp_min(1e-6), 0)
    variance = torch.where(pairs > LEAST_PAIRS, sigma**2 + slope * near, 0)
    return variance.clamp_min(0).sqrt()


class _Histogram(NamedTuple):
    """Sums, (N, BINS), over pairs of unclipped values of N pictures, by the distance of their mean from the limit."""

    pairs: Tensor  # how many
    power: Tensor  # half the squared difference
    depth: Tensor  # distance of the mean from the limit
    edge: Tensor  # (N, 1)

    def sigma_of(self, least: Tensor, most: Tensor, before: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """From an earlier σ, a better one for depths from `least` to `most`; then mean depth and pairs; (N,) each."""
        middle = self.depth / self.pairs.clamp_min(1)
        limit = math.sqrt(2) * torch.minimum(middle, 1 - 2 * self.edge - middle).clamp_min(0)
        z = (limit / before[:, None]).clamp(1e-3, 30)
        # The fraction of σ² that truncation leaves.
        kept = 1 - 2 * z * torch.exp(-z * z / 2) / math.sqrt(2 * math.pi) / torch.erf(z / math.sqrt(2))
        near = (middle >= least[:, None]) & (middle < most[:, None])
        counts, power, depth = (torch.where(near, sums, 0) for sums in (self.pairs, self.power, self.depth))
        pairs = counts.sum(1)
        sigma = (power.sum(1) / (counts * kept).sum(1).clamp_min(1e-9)).sqrt()
        return sigma.clamp(1e-4, 1), depth.sum(1) / pairs.clamp_min(1), pairs
