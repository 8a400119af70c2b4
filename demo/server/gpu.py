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


def is_lent() -> bool:
    """Whether this host lends a GPU for each call. Trainings stay on its CPU then: a call ends after a minute."""
    return bool(os.environ.get("SPACES_ZERO_GPU"))


def device() -> str:
    """Where trainings live, and what the server itself computes."""
    return "cpu" if is_lent() else "auto"


@GPU
def run_on_gpu(work: Callable[..., Result], *arguments: object) -> Result:
    """`work(*arguments)` where there is a lent GPU: in a process of its own, which ends with the call."""
    return work(*arguments)
