"""The connection of this process to a Ray cluster."""

import logging
from types import ModuleType

from ..machine import optional_packages

AUTO = "auto"  # the cluster that this machine is a node of
ALLOWED = "auto where this machine is a node of a cluster (`ray start`), HOST:6379, or ray://HOST:10001"


def connect(address: str, **options: object) -> ModuleType:
    """Connects this process to the cluster at `address` unless it is connected already; returns the package ray.

    `options` are those of ray.init. Raises ValueError where ray is missing or no cluster answers.
    """
    (ray,) = optional_packages("a cluster", "ray")
    if not ray.is_initialized():
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **options)
        except (OSError, RuntimeError, ValueError, AssertionError) as error:
            why = " ".join(str(error).split()) or type(error).__name__
            raise ValueError(f"no cluster answers at '{address}' ({why}); allowed: {ALLOWED}") from error
    return ray
