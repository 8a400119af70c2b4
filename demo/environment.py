"""Environment variables for other software: set here, once, before that software starts."""

import os
from functools import cache
from pathlib import Path

from . import settings


@cache
def prepare() -> None:
    """Sets where Gradio writes, how OpenMP waits, and where forked children find this package: none of these can be set
    in another way.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(settings.folder())
    # OpenMP reads it when torch is loaded. On shared cores, threads that wait busily starve each other: waiting less
    # makes a training three to eight times as fast there, but a third slower on cores of its own.
    if os.environ.get("SPACE_ID"):
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    paths = str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
