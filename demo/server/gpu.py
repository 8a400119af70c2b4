"""GPUs that a host lends for each call (ZeroGPU Spaces): denoising runs there; on other hosts nothing changes."""

import os
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
Function = TypeVar("Function", bound=Callable[..., object])

try:
    from spaces import GPU
except ImportError:  # this host lends none
    GPU = None


def _on_lent_gpu(function: Function) -> Function:
    """The function, for which the host lends a GPU where it has any to lend."""
    decorated: Function = GPU(function) if GPU else function
    return decorated


def is_lent() -> bool:
    """Whether this host lends a GPU for each call. Trainings stay on its CPU then, since a call ends after a minute."""
    return bool(os.environ.get("SPACES_ZERO_GPU"))


def device() -> str:
    """The device of trainings, and of what the server computes itself."""
    return "cpu" if is_lent() else "auto"


@_on_lent_gpu
def run_on_gpu(work: Callable[..., Result], *arguments: object) -> Result:
    """Returns `work(*arguments)`; on a host that lends a GPU, it runs there in a process of its own."""
    return work(*arguments)
