"""Noisy values that were cut off at black or white, made right on average: for the estimate without a clean picture.

Noise that is cut off at 0 has a mean above the clean value x, by σ·φ(x/σ) − x·Φ(−x/σ): 0.4 σ where x is black (Foi,
2009, "Clipped noisy images"). Here each value y is moved to a u(y) whose mean is x, whatever x in [0, 1], to within
0.01 σ for normal noise of constant σ. White is the same with 1 − y. Photon noise and speckle, strongest at white, keep
up to a quarter of the shift there: the estimate stays too high where much of a picture is pure white with noise on it.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

# u(y) − y in units of σ, by least squares over x = 0 … 5 σ: of clipped values, up to 1 σ inside (falling), to 2 σ.
MOVED, LIFTED, LOWERED = -0.994, 0.674, -0.043
LEAST_SHARE = 1e-3  # of a picture's values that lie exactly at the limit: fewer are not worth a correction
LEAST_PAIRS = 50  # of values near the limit from which σ is told
LEAST_PILE = 0.1  # of the values up to 1 σ inside, those at the limit: 0.11 where x lies 2 σ and more inside
MOST_SIGMA = 0.4  # more is not told apart from noise that fills the range
BINS = 256  # of the distance from the limit
ROUNDS = 20  # until σ of cut-off differences no longer moves


def right_on_average(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor, float]:
    """Two shots, (N, C, H, W), white at 1 → the same, moved near black and white where noise was cut off there; then
    the share of values that were cut off.

    A picture with values under black, or few exactly at black, was not cut off there and keeps its dark values;
    so with white. Areas of 3×3 pixels and more that lie at the limit in both shots have no noise, and keep theirs.
    """
    dark, light = _moves(source, target), _moves(1 - source, 1 - target)
    moves = [one - other for one, other in zip(dark, light)]
    cut = [((shot == 0) | (shot == 1)) & (move != 0) for shot, move in zip((source, target), moves)]
    return source + moves[0], target + moves[1], float(torch.stack(cut).double().mean())


def _moves(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """u(y) − y of both shots for a limit at 0."""
    both = torch.stack([first, second], dim=1).flatten(1)
    clipped = (both.amin(1) == 0) & ((both == 0).double().mean(1) > LEAST_SHARE)
    moves = torch.zeros_like(first), torch.zeros_like(second)
    if not clipped.any():
        return moves
    shots = first[clipped], second[clipped]
    step = torch.where(both > 0, both, math.inf).amin(1)[clipped].view(-1, 1, 1, 1)
    sigma = sigma_at_black(*shots, step / 2).float().view(-1, 1, 1, 1)
    sigma = torch.where((sigma > 2 * step) & (sigma < MOST_SIGMA), sigma, 0)  # photons, counted, are not cut off at 0
    near = both[clipped] < sigma.flatten(1)
    piled = (both[clipped] == 0).sum(1) > LEAST_PILE * near.sum(1)
    sigma = torch.where(piled.view_as(sigma), sigma, 0)
    still = _without_noise((shots[0] == 0) & (shots[1] == 0))
    for shot, move in zip(shots, moves):
        inside = (shot - step / 2) / sigma.clamp_min(1e-9)  # what is rounded to 0 was cut off half a step above it
        lifted = LIFTED * (1 - inside).clamp_min(0) + LOWERED * (inside < 2)
        moved = torch.where(shot == 0, MOVED * sigma + step / 2, lifted * sigma)
        move[clipped] = torch.where(still | (sigma == 0), 0, moved)
    return moves


def _without_noise(black: Tensor) -> Tensor:
    """(N, C, H, W) bool → True in all windows of 3×3 pixels that are True throughout."""
    whole = -F.max_pool2d(F.pad(-black.float(), (1, 1, 1, 1), value=-1.0), 3, stride=1)
    return F.max_pool2d(whole, 3, stride=1, padding=1) > 0


def sigma_at_black(first: Tensor, second: Tensor, edge: Tensor) -> Tensor:
    """Two shots, (N, C, H, W), cut off at `edge`, (N, 1, 1, 1) → σ of their noise at black, (N,); 0: unknown.

    Whatever the picture, where neither shot is cut off and their mean is s, their difference is normal with variance
    2σ², cut off at ±2s. As σ may depend on brightness, the variances for s in 0 … 2 σ and in 2 … 4 σ are drawn on to 0.
    """
    depth = ((first + second) / 2 - edge).clamp_min(0)
    inside = (torch.minimum(first, second) > 0) & (torch.maximum(first, second) < 1)
    place = (depth * BINS).long().clamp(max=BINS - 1).flatten(1) + BINS * torch.arange(len(first))[:, None]

    def binned(values: Tensor) -> Tensor:
        weights = (values * inside).double().flatten()
        return torch.bincount(place.flatten(), weights, BINS * len(first)).view(-1, BINS)

    bins = _Bins(binned(torch.ones_like(first)), binned((first - second) ** 2 / 2), binned(depth), edge.view(-1, 1))
    sigma = (bins.power.sum(1) / bins.count.sum(1).clamp_min(1)).sqrt().clamp_min(1e-4)
    for _ in range(ROUNDS):  # fixed points
        sigma, near, pairs = bins.sigma_of(0 * sigma, 2 * sigma, sigma)
    beyond = sigma
    for _ in range(ROUNDS):
        beyond, far, others = bins.sigma_of(2 * sigma, 4 * sigma, beyond)
    slope = torch.where(others > LEAST_PAIRS, (sigma**2 - beyond**2) / (far - near).clamp_min(1e-6), 0)
    variance = torch.where(pairs > LEAST_PAIRS, sigma**2 + slope * near, 0)
    return variance.clamp_min(0).sqrt()


class _Bins(NamedTuple):
    """Pairs of values of N pictures that are not cut off, by their mean's distance from the limit; sums, (N, BINS)."""

    count: Tensor
    power: Tensor  # half the squared difference
    depth: Tensor  # the mean's distance from the limit
    edge: Tensor  # (N, 1)

    def sigma_of(self, least: Tensor, most: Tensor, before: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Depths from `least` to `most` and a first σ, (N,) each → a better σ, the mean depth, the number of pairs."""
        middle = self.depth / self.count.clamp_min(1)
        limit = math.sqrt(2) * torch.minimum(middle, 1 - 2 * self.edge - middle).clamp_min(0)
        z = (limit / before[:, None]).clamp(1e-3, 30)
        kept = 1 - 2 * z * torch.exp(-z * z / 2) / math.sqrt(2 * math.pi) / torch.erf(z / math.sqrt(2))  # of σ²
        count, power, depth = (
            torch.where((middle >= least[:, None]) & (middle < most[:, None]), sums, 0) for sums in self[:3]
        )
        pairs = count.sum(1)
        sigma = (power.sum(1) / (count * kept).sum(1).clamp_min(1e-9)).sqrt()
        return sigma.clamp(1e-4, 1), depth.sum(1) / pairs.clamp_min(1), pairs
