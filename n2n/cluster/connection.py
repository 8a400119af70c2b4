"""The connection of this process to a Ray cluster, and the program that its nodes run."""

import logging
import signal
import threading
from pathlib import Path
from types import ModuleType

from ..machine import optional_packages

ROOT = Path(__file__).parents[2]
AUTO = "auto"  # the cluster that this machine is a node of
ALLOWED = "auto where this machine is a node of a cluster (`ray start`), HOST:6379, or ray://HOST:10001"


def connect(address: str, **options: object) -> ModuleType:
    """Connects this process to the cluster at `address` unless it is connected already; returns the package ray.

    `options` are those of ray.init. Raises ValueError where ray is missing or no cluster answers.
    """
    (ray,) = optional_packages("a cluster", "ray")
    if not ray.is_initialized():
        before = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **options)
        except (OSError, RuntimeError, ValueError, AssertionError) as error:
            why = " ".join(str(error).split()) or type(error).__name__
            raise ValueError(f"no cluster answers at '{address}' ({why}); allowed: {ALLOWED}") from error
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, before)  # ray sets its own
    return ray


def program(*more: str) -> dict[str, object]:
    """The runtime environment in which nodes run this very package, with its weights and `more` folders beside it: they
    get it once, from here, and need the packages of requirements.txt only.
    """
    others = [f"/{path.name}" for path in sorted(ROOT.iterdir()) if path.name not in ("n2n", "weights", *more)]
    return {"working_dir": str(ROOT), "excludes": [*others, "__pycache__", "/weights/*.md", "/weights/*.jpg"]}
