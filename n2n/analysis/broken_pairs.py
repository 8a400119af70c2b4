"""Pairs that break one assumption of Noise2Noise by a chosen amount, to show why each assumption is needed.

The assumptions are two shots of the same scene whose noise is independent and has zero mean.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from ..data import Shots, StackedScenes, gather

SIGMA = 25 / 255  # of the noise, white is 1
MARGIN = 4  # pixels around the clean pictures, for shifts

Stack = npt.NDArray[np.float32]  # pictures, (N, C, H, W), white is 1
NoiseArray = npt.NDArray[np.float64]


class Stacks(NamedTuple):
    """Two noisy pictures of each scene and the clean one, not clipped."""

    source: Stack
    target: Stack
    clean: Stack


@dataclass(frozen=True)
class Way:
    """A way to break an assumption. `draw(clean, amount, sigma, rng)` makes the pairs as `broken` describes it."""

    words: str  # what is wrong with the pairs
    unit: str
    most: float  # largest amount, in that unit; 0 breaks nothing
    step: float  # of the amount
    breaks: bool  # whether an assumption is broken at all, rather than the task made harder
    draw: Callable[[Stack, float, float, np.random.Generator], Stacks]

    def amount(self, percent: float) -> float:
        """The amount that is `percent` of the largest one, rounded to a whole number of steps."""
        return round(percent / 100 * self.most / self.step) * self.step


def good(clean: Stack, seed: int, sigma: float = SIGMA) -> Stacks:
    """Clean pictures (N, C, H, W) → shots of the same size that meet every assumption: white Gaussian noise."""
    return _stacks(clean, clean, clean, *_noise(clean.shape, sigma, np.random.default_rng(seed)))


def broken(clean: Stack, way: str, amount: float, seed: int, sigma: float = SIGMA) -> Stacks:
    """Clean pictures (N, C, H + 8, W + 8) in [0, 1] → shots (N, C, H, W) that break one assumption by `amount`.

    The noise is Gaussian with σ = `sigma`; the margin of 4 pixels is cut off. The clean pictures of the result have
    more contrast if noise is clipped; otherwise they are the middle of the original ones. Raises ValueError for an
    unknown way, naming the known ones, and for an amount out of range.
    """
    if way not in WAYS:
        raise ValueError(f"unknown way to break pairs '{way}'; allowed: {', '.join(WAYS)}")
    if not 0 <= amount <= WAYS[way].most:
        raise ValueError(f"the amount of '{way}' is {amount}; allowed: 0 to {WAYS[way].most:g} {WAYS[way].unit}")
    return WAYS[way].draw(clean.astype(np.float32), amount, sigma, np.random.default_rng(seed))


def to_pairs(stacks: Stacks, name: str) -> Shots:
    """The pairs of these stacks, to learn from or to measure on."""
    return gather(StackedScenes([stacks.source, stacks.target], stacks.clean), name)


class NoiseStatistics(NamedTuple):
    """Properties of the noise of the first shots, which are only known with the clean pictures."""

    mean: float  # white is 1; this and the next two are NaN where there are no such pixels
    in_black: float  # mean over the pixels whose clean value is under 5 %
    in_white: float  # mean over the pixels whose clean value is over 95 %
    common: float  # correlation with the noise of the second shot
    next_pixel: float  # correlation with the noise of the next pixel to the right

    def __str__(self) -> str:
        places = zip(self[:3], ("", " in black areas", " in white areas"))
        known = [(100 * mean, place) for mean, place in places if not math.isnan(mean)]
        means = ", ".join(f"{mean:+z.1f} % of white{place}" for mean, place in known)
        text = (
            f"Measured with the clean pictures, the noise is on average {means}. It correlates by {self.common:z.2f} "
            f"with the noise of the second shot and by {self.next_pixel:z.2f} with that of the next pixel."
        )
        return text.replace("-", "−")  # the true minus sign


def noise_statistics(stacks: Stacks) -> NoiseStatistics:
    """Measures the noise of the first shots against the clean pictures."""
    noise, other = (shot.astype(np.float64) - stacks.clean for shot in (stacks.source, stacks.target))
    black, white = (noise[where] for where in (stacks.clean < 0.05, stacks.clean > 0.95))
    mean, in_black, in_white = (float(part.mean()) if part.size else math.nan for part in (noise, black, white))
    next_pixel = _correlation(noise[..., 1:], noise[..., :-1])
    return NoiseStatistics(mean, in_black, in_white, _correlation(noise, other), next_pixel)


def _correlation(one: NoiseArray, other: NoiseArray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def shifted(clean: Stack, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """The second shot shows everything `amount` pixels, rounded, further to the right."""
    places = range(MARGIN - round(amount), clean.shape[-1] - MARGIN - round(amount))
    middle, moved = inside(clean), clean[..., MARGIN:-MARGIN, places]
    return _stacks(middle, moved, middle, *_noise(middle.shape, sigma, rng))


def shared(clean: Stack, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """`amount` % of the noise power is the same in both shots: n = √s·common + √(1 − s)·own."""
    middle, share = inside(clean), amount / 100
    common = math.sqrt(share) * rng.normal(0, sigma, middle.shape)
    own = _noise(middle.shape, sigma * math.sqrt(1 - share), rng)
    return _stacks(middle, middle, middle, *(common + noise for noise in own))


def biased(clean: Stack, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """The noise of both shots is `amount` % of white on average, not zero."""
    middle = inside(clean)
    return _stacks(middle, middle, middle, *(noise + amount / 100 for noise in _noise(middle.shape, sigma, rng)))


def clipped(clean: Stack, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """Both shots are clipped at black and white, after the contrast was raised until `amount` % of all clean pixels are
    black or white. There the noise is cut off on one side, so that its mean is no longer zero.
    """
    middle = inside(clean)
    black, white = np.quantile(middle, [amount / 200, 1 - amount / 200])
    contrasty = ((middle - black) / max(white - black, 1e-6)).clip(0, 1)
    found = _stacks(contrasty, contrasty, contrasty, *_noise(middle.shape, sigma, rng))
    return Stacks(found.source.clip(0, 1), found.target.clip(0, 1), found.clean)


def correlated(clean: Stack, amount: float, sigma: float, rng: np.random.Generator) -> Stacks:
    """The noise correlates by ρ = `amount` from a pixel to the next, by ρ² to the one after that and so on, across and
    down: n[i] = ρ·n[i − 1] + √(1 − ρ²)·w[i] with white noise w. It is independent between the shots.
    """
    middle = inside(clean)
    return _stacks(middle, middle, middle, *(_chained(noise, amount) for noise in _noise(middle.shape, sigma, rng)))


def inside(clean: Stack) -> Stack:
    """Cuts the margin off: (…, H + 8, W + 8) → (…, H, W)."""
    return clean[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


def _chained(white: NoiseArray, correlation: float) -> NoiseArray:
    """White noise, (…, H, W) → noise that is correlated along both axes and equally strong at every pixel."""
    noise = white
    for length, axis, along in ((white.shape[-1], -1, np.s_[:]), (white.shape[-2], -2, np.s_[:, None])):
        gains = np.full(length, math.sqrt(1 - correlation**2))
        gains[0] = 1  # the first pixel has no predecessor
        noise = scipy.signal.lfilter([1], [1, -correlation], noise * gains[along], axis=axis)
    return noise


def _noise(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> tuple[NoiseArray, NoiseArray]:
    """Independent Gaussian noise for two shots."""
    return rng.normal(0, sigma, shape), rng.normal(0, sigma, shape)


def _stacks(first: Stack, second: Stack, clean: Stack, noise: NoiseArray, other: NoiseArray) -> Stacks:
    return Stacks(*(stack.astype(np.float32) for stack in (first + noise, second + other, clean)))


WAYS = {
    "shift": Way("The second shot is shifted", "px", float(MARGIN), 1.0, True, shifted),
    "shared": Way("Both shots have the same noise", "% of the noise power", 100.0, 5.0, True, shared),
    "bias": Way("The noise is not zero on average", "% of white", 20.0, 1.0, True, biased),
    "clip": Way("Noise is cut off at black and white", "% of the pixels black or white", 60.0, 3.0, True, clipped),
    "neighbours": Way("Noise is correlated between pixels", "correlation", 0.8, 0.04, False, correlated),
}
