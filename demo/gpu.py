"""Hosts that lend a GPU for each call (ZeroGPU Spaces): denoising goes there; elsewhere nothing changes."""

import os
from collections.abc import Callable

from torch import Tensor

from n2n import Noise2Noise

try:
    from spaces import GPU
except ImportError:

    def GPU(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """The function itself: there is no GPU to lend here."""
        return function


LENT = bool(os.environ.get("SPACES_ZERO_GPU"))  # then trainings stay on the CPU: a GPU call ends after a minute
DEVICE = "cpu" if LENT else "auto"  # where models and trainings live


@GPU
def predict(model: Noise2Noise, noisy: Tensor, **settings: object) -> Tensor:
    """`model.predict`, on the lent GPU where there is one: the call is then in a process of its own, which ends."""
    if LENT:
        model.net.to("cuda")
    return model.predict(noisy, **settings)
