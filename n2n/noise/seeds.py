"""Random numbers from seeds."""

import numpy as np
from torch import Generator


def generator(*seed: int) -> Generator:
    """A CPU generator for non-negative numbers such as (seed, step); other numbers, as many, give independent ones."""
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    return Generator().manual_seed(int(state >> np.uint64(1)))
