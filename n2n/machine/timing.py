"""Timing of several functions in turn, so that whatever else the machine does slows all of them alike.

torch.utils.benchmark and timeit measure one function after the other.
"""

import time
from collections.abc import Callable

import torch

SECONDS = 10.0  # spent on a comparison
WARM_UPS = 3  # the first calls are slower

Work = Callable[[], object]


def best_seconds(*works: Work, limit: float = SECONDS) -> list[float]:
    """The least seconds that each function takes; they take turns for `limit` seconds, at least once."""
    for work in works * WARM_UPS:
        work()
    best, end = [float("inf")] * len(works), time.perf_counter() + limit
    while time.perf_counter() < end or best[0] == float("inf"):
        for place, work in enumerate(works):
            start = _now()
            work()
            best[place] = min(best[place], _now() - start)
    return best


def _now() -> float:
    """The time in seconds, once a GPU has done all its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()
