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
    # OpenMP reads it when torch is loaded: how long its threads wait busily, and starve others. On a Space's shared
    # cores, waiting less makes a training three to eight times as fast, though a third slower on cores of its own. The
    # other number costs a training 7 % where it is alone, and leaves it half of its speed, not a fifth, beside a class.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000" if os.environ.get("SPACE_ID") else "10000")
    # A process that works on a cluster whose head is gone ends after so many seconds, and that is told; else after 60.
    os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", "15")
    paths = str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
