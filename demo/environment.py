"""What other software reads from the environment alone: written here, once, before that software starts."""

import os
from functools import cache
from pathlib import Path

from . import settings


@cache
def prepare() -> None:
    """Tells Gradio where to write, OpenMP how to wait, and the Python that children are forked from where this package
    lies: none of them can be told in another way.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(settings.folder())
    # Read by OpenMP when torch is loaded. Where others share the cores, threads that wait busily starve each other:
    # waiting less makes a training three to eight times as fast there, and a third slower on cores of its own.
    if os.environ.get("SPACE_ID"):
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    paths = str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
