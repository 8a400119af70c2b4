"""Pairs that break one assumption of Noise2Noise, by an amount: to see what each assumption is good for.

Assumed are two shots of the very same scene, whose noise is independent and right on average.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy

from ..data import Shots, StackedScenes, gather

SIGMA = 25 / 255  # of the noise, white is 1
MARGIN = 4  # pixels around the clean pictures that a shift draws upon


class Stacks(NamedTuple):
    """Two noisy pictures of each scene and the clean one; float32 (N, C, H, W), white is 1, not clipped."""

    source: np.ndarray
    target: np.ndarray
    clean: np.ndarray


@dataclass(frozen=True)
class Way:
    """A way to break a pair. `draw(clean, amount, sigma, rng)` is as `broken` describes it."""

    words: str  # what is wrong with the pair
    unit: str
    most: float  # amount, in that unit; 0 breaks nothing, or least
    step: float  # of the amount
    breaks: bool  # an assumption; False: Noise2Noise stays right, and there is only more to remove
    draw: Callable[[np.ndarray, float, float, np.random.Generator], Stacks]

    def amount(self, percent: float) -> float:
        """So many percent of the most, to the nearest step."""
        return round(percent / 100 * self.most / self.step) * self.step


def good(clean: np.ndarray, seed: int, sigma: float = SIGMA) -> Stacks:
    """Clean pictures (N, C, H, W) → shots of the same size that meet every assumption: white Gaussian noise."""
    return _stacks(clean, clean, clean, *_noise(clean.shape, sigma, np.random.default_rng(seed)))


def broken(clean: np.ndarray, way: str, amount: float, seed: int, sigma: float = SIGMA) -> Stacks:
    """Clean pictures (N, C, H + 8, W + 8) in [0, 1] → shots (N, C, H, W) that break one assumption by `amount`.

    The noise is Gaussian of σ = `sigma`; the margin of 4 pixels is cut off. The clean pictures that come back have more
    contrast where noise is clipped, and are the middle of the given ones elsewhere. Raises ValueError naming the ways,
    or the range of the amount.
    """
    if way not in WAYS:
        raise ValueError(f"unknown way to break pairs '{way}'; allowed: {', '.join(WAYS)}")
    if not 0 <= amount <= WAYS[way].most:
        raise ValueError(f"the amount of '{way}' is {amount}; allowed: 0 to {WAYS[way].most:g} {WAYS[way].unit}")
    return WAYS[way].draw(clean.astype(np.float32), amount, sigma, np.random.default_rng(seed))


def to_pairs(stacks: Stacks, name: str) -> Shots:
    """Shots → pairs to learn from, or to measure on."""
    return gather(StackedScenes([stacks.source, stacks.target], stacks.clean), name)


class Noise(NamedTuple):
    """What the noise of a first shot is like, as only somebody with the clean picture can know."""

    mean: float  # white is 1; NaN here and below where there is no such pixel
    in_black: float  # the same, of the pixels whose clean value is under 5 %
    in_white: float  # over 95 %
    common: float  # correlation with the noise of the second shot
    next_pixel: float  # correlation with the noise of the next pixel across

    def __str__(self) -> str:
        places = zip(self[:3], ("", " in black areas", " in white areas"))
        known = [(100 * mean, place) for mean, place in places if not math.isnan(mean)]
        # + 0 for there is no −0.0
        told = ", ".join(f"{round(mean, 1) + 0:+.1f} % of white{place}" for mean, place in known)
        return (
            f"Measured with the clean pictures, the noise is on average {told}. It correlates by {self.common:.2f} "
            f"with the noise of the second shot and by {self.next_pixel:.2f} with that of the next pixel."
        )


def noise_of(stacks: Stacks) -> Noise:
    """The noise of shots, read off by their clean pictures."""
    noise, other = (shot.astype(np.float64) - stacks.clean for shot in (stacks.source, stacks.target))
    black, white = (noise[where] for where in (stacks.clean < 0.05, stacks.clean > 0.95))
    means = (float(part.mean()) if part.size else math.nan for part in (noise, black, white))
    return Noise(*means, _correlation(noise, other), _correlation(noise[..., 1:], noise[..., :-1]))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def shifted(clean: np.ndarray, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """The second shot shows everything `amount` whole pixels further right."""
    places = range(MARGIN - round(amount), clean.shape[-1] - MARGIN - round(amount))
    middle, moved = inside(clean), clean[..., MARGIN:-MARGIN, places]
    return _stacks(middle, moved, middle, *_noise(middle.shape, sigma, rng))


def shared(clean: np.ndarray, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """`amount` % of the noise power is the same in both shots: n = √s·common + √(1 − s)·own."""
    middle, share = inside(clean), amount / 100
    common = math.sqrt(share) * rng.normal(0, sigma, middle.shape)
    own = _noise(middle.shape, sigma * math.sqrt(1 - share), rng)
    return _stacks(middle, middle, middle, *(common + each for each in own))


def biased(clean: np.ndarray, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """The noise of both shots is `amount` % of white on average, not zero."""
    middle = inside(clean)
    return _stacks(middle, middle, middle, *(each + amount / 100 for each in _noise(middle.shape, sigma, rng)))


def clipped(clean: np.ndarray, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """Both shots are cut off at black and white, after the contrast was raised until `amount` % of all clean pixels
    are one or the other: it is there that the noise is cut on one side and no longer zero on average.
    """
    middle = inside(clean)
    black, white = np.quantile(middle, [amount / 200, 1 - amount / 200])
    contrasty = ((middle - black) / max(white - black, 1e-6)).clip(0, 1)
    found = _stacks(contrasty, contrasty, contrasty, *_noise(middle.shape, sigma, rng))
    return Stacks(found.source.clip(0, 1), found.target.clip(0, 1), found.clean)


def correlated(clean: np.ndarray, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """The noise correlates by ρ = `amount` from a pixel to the next, by ρ² to the one after that and so on, across and
    down: n[i] = ρ·n[i − 1] + √(1 − ρ²)·w[i] with white noise w. It is independent between the shots.
    """
    middle = inside(clean)
    return _stacks(middle, middle, middle, *(_chained(each, amount) for each in _noise(middle.shape, sigma, rng)))


def inside(clean: np.ndarray) -> np.ndarray:
    """(…, H + 8, W + 8) → its middle, (…, H, W)."""
    return clean[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


def _chained(white: np.ndarray, correlation: float) -> np.ndarray:
    """White noise (…, H, W) → correlated along both axes, as strong as it was from the first pixel on."""
    noise = white
    for length, axis, along in ((white.shape[-1], -1, np.s_[:]), (white.shape[-2], -2, np.s_[:, None])):
        gains = np.full(length, math.sqrt(1 - correlation**2))
        gains[0] = 1  # the first has none before it
        noise = scipy.signal.lfilter([1], [1, -correlation], noise * gains[along], axis=axis)
    return noise


def _noise(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Independent noise of two shots."""
    return rng.normal(0, sigma, shape), rng.normal(0, sigma, shape)


def _stacks(first: np.ndarray, second: np.ndarray, clean: np.ndarray, noise: np.ndarray, other: np.ndarray) -> Stacks:
    return Stacks(*(each.astype(np.float32) for each in (first + noise, second + other, clean)))


WAYS = {
    "shift": Way("The second shot is shifted", "px", float(MARGIN), 1.0, True, shifted),
    "shared": Way("Both shots have the same noise", "% of the noise power", 100.0, 5.0, True, shared),
    "bias": Way("The noise is not zero on average", "% of white", 20.0, 1.0, True, biased),
    "clip": Way("Noise is cut off at black and white", "% of the pixels black or white", 60.0, 3.0, True, clipped),
    "neighbours": Way("Noise is correlated between pixels", "correlation", 0.8, 0.04, False, correlated),
}
