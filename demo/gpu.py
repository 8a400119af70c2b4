"""Hosts that lend a GPU for each call (ZeroGPU Spaces): denoising goes there; elsewhere nothing changes."""

import os
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

try:
    from spaces import GPU
except ImportError:

    def GPU(function: Callable[..., Result]) -> Callable[..., Result]:
        """The function itself: there is no GPU to lend here."""
        return function


LENT = bool(os.environ.get("SPACES_ZERO_GPU"))  # then trainings stay on the CPU: a GPU call ends after a minute
DEVICE = "cpu" if LENT else "auto"  # where trainings live, and what the server itself computes


@GPU
def lent(work: Callable[..., Result], *arguments: object) -> Result:
    """`work(*arguments)` where there is a lent GPU: in a process of its own, which ends with the call."""
    return work(*arguments)
