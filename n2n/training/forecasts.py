"""A forecast: what PSNR shorter and longer trainings on the same pairs will end with, by the first seconds of one.

While a net learns, its mean squared error falls from e0, that of the noisy pictures, towards e1, about as

    e(s) = e1 + (e0 − e1) / (1 + (s / s0)^p)

where s counts the steps, each by its learning rate. How e1, s0 and p are spread is known beforehand (the constants
below); what a training has measured so far weighs all combinations of them by Bayes' rule.
`tests/measure_forecast.py` prints how far forecasts are from what came.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import schedule
from .history import History
from .recipe import FittedRecipe, Recipe

LEAST = 2  # measurements before anything is forecast
INSIDE = 0.8  # of what comes lies between `low` and `high`
STEEPNESS = np.array([1.2, 1.6, 2.0, 2.5, 3.0])  # p
HALFWAY = np.geomspace(3, 120, 40)  # s0, in steps at the highest learning rate
HALFWAY_MEAN, HALFWAY_SPREAD = 9.0, 0.5  # of s0, and of its logarithm
GAINS = np.geomspace(0.05, 25, 120)  # dB from e0 to e1
AS_READY, MORE, MORE_OFTEN = 0.5, 1.8, 0.45  # dB; see _known_gain
LIVELY = 0.35  # dB that a net is worse while its learning rate is at its highest
ERROR, ERROR_SHARE = 0.4, 0.04  # of the curve: dB, and of the gain so far
FRACTIONS = np.linspace(0, 1, 201)  # of a training

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """The PSNR of the hold-out at the end of a training of so many seconds, in dB: likely, and between which values."""

    seconds: float
    low: float
    likely: float
    high: float


def forecast(history: History, recipe: Recipe, budgets: Sequence[float], ready: float | None) -> tuple[Forecast, ...]:
    """What trainings of these seconds will reach, by one that had recipe.seconds of them and is at work, or over.

    `ready` is the PSNR that a net which has learnt for long reaches on the same hold-out, in dB, if that is known.
    Empty before the second measurement, and where neither clean pictures nor second shots tell the PSNR.
    """
    known = [(step, seconds, of.pooled) for step, seconds, of in history.measurements]
    points = [(step, seconds, *pooled) for step, seconds, pooled in known if pooled]
    if len(points) < LEAST or not recipe.seconds:
        return ()
    rates = _rates(recipe)
    step, seconds, noisy, _ = points[-1]
    logarithm = _known_halfway() + _known_gain(None if ready is None else ready - noisy)
    for step, seconds, _, denoised in points:
        share = min(1.0, seconds / recipe.seconds)
        steps = step / share * _until(rates, share)
        expected = noisy + _gain(steps) - LIVELY * np.interp(share, FRACTIONS, rates)
        logarithm = logarithm - ((denoised - expected) / (ERROR + ERROR_SHARE * abs(denoised - noisy))) ** 2 / 2
    weights = np.exp(logarithm - logarithm.max())
    pace, best = step / seconds * _until(rates, 1.0), max(denoised for *_, denoised in points)

    def at_end(budget: float) -> Forecast:
        values = noisy + _quantiles(_gain(pace * budget), weights) + ERROR * np.array([-1, 0, 1])
        kept = values if budget < (recipe.seconds or 0) else np.maximum(values, (best, best, best + ERROR))
        return Forecast(budget, *map(float, kept))

    return tuple(map(at_end, budgets))


def _rates(recipe: Recipe) -> Values:
    """The learning rate at FRACTIONS of the training, as a fraction of the highest."""
    one = FittedRecipe(**vars(recipe) | {"learning_rate": 1.0, "batch_size": 1, "crop": 32})
    return np.array([schedule.learning_rate(one, fraction) for fraction in FRACTIONS])


def _until(rates: Values, fraction: float) -> float:
    """The integral of the learning rate until a fraction of the training."""
    some = np.linspace(0, fraction, len(FRACTIONS))
    return float(np.trapezoid(np.interp(some, FRACTIONS, rates), some))


def _gain(steps: float) -> Values:
    """The gain in dB after so many steps, for all of STEEPNESS, HALFWAY and GAINS: (P, S, G)."""
    left = 1 / (1 + (steps / HALFWAY) ** STEEPNESS[:, None])[..., None]
    end = 10 ** (-GAINS / 10)
    gain: Values = -10 * np.log10(end + (1 - end) * left)
    return gain


def _known_halfway() -> Values:
    """The logarithm of how likely each of HALFWAY is before anything is measured: (1, S, 1)."""
    likely: Values = -((np.log(HALFWAY / HALFWAY_MEAN) / HALFWAY_SPREAD) ** 2) / 2
    return likely[None, :, None]


def _known_gain(ready: float | None) -> Values:
    """The same of GAINS, (1, 1, G): most nets end near one that has learnt other pictures for long, which is `ready` dB
    better than the noisy picture; on noise that is new to that one they end up to some dB above it. None: all alike.
    """
    if ready is None:
        return np.zeros((1, 1, len(GAINS)))
    above = GAINS - ready
    alike = (1 - MORE_OFTEN) / AS_READY * np.exp(-((above / AS_READY) ** 2) / 2)
    better = MORE_OFTEN / MORE * np.exp(-((above / MORE) ** 2) / 2)
    likely: Values = np.log((alike + better) * GAINS + np.finfo(float).tiny)  # GAINS are spaced by their logarithm
    return likely[None, None, :]


def _quantiles(values: Values, weights: Values) -> Values:
    """The lower end of what lies INSIDE, the median, and the upper end: (3,)."""
    order = np.argsort(values, axis=None)
    total = np.cumsum(weights.ravel()[order])
    places = np.searchsorted(total, total[-1] * np.array([(1 - INSIDE) / 2, 0.5, (1 + INSIDE) / 2]))
    quantiles: Values = values.ravel()[order][places]
    return quantiles
