"""Every limit of the demo, once: its unit, and the environment variable that changes it."""

import math
import os
import tempfile
from pathlib import Path


def _number(variable: str, default: float) -> float:
    """Raises ValueError naming the variable where it holds no positive number."""
    text = os.environ.get(variable) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise ValueError(f"the environment variable {variable} is '{text}'; allowed: a number above 0")
    return value


def _count(variable: str, default: int) -> int:
    """Raises ValueError naming the variable where it holds no whole number above 0."""
    value = _number(variable, default)
    if value != int(value):
        raise ValueError(f"the environment variable {variable} is '{value:g}'; allowed: a whole number above 0")
    return int(value)


# A Space sets Gradio's own two variables. 0.0.0.0 lets others in the network open the demo.
HOST = os.environ.get("N2N_HOST") or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
PORT = _count("N2N_PORT", _count("GRADIO_SERVER_PORT", 7860))

# Who opens the page with ?key= and this text is first of those who wait for a turn in the lab; empty: nobody is.
TEACHER_KEY = os.environ.get("N2N_TEACHER_KEY") or ""

UPLOAD_BYTES = int(_number("N2N_UPLOAD_MB", 400) * 2**20)  # of one file; the course's own has 293 MB
UPLOAD_FILES = _count("N2N_UPLOAD_FILES", 2000)  # at once, for a training
PICTURES = _count("N2N_PICTURES", 12)  # at once, for a denoising
PIXELS = int(_number("N2N_MEGAPIXELS", 16) * 1e6)  # of one picture to denoise
ALL_PIXELS = 3 * PIXELS  # of all pictures that are denoised at once
SHOWN_PIXELS = int(_number("N2N_SHOWN_MEGAPIXELS", 2) * 1e6)  # of one panel; larger pictures are shown smaller

THREADS = 64  # of the server: each handler at work holds one
QUEUE = _count("N2N_QUEUE", 40)  # events that may wait; more are told to try again
DENOISINGS = _count("N2N_DENOISINGS", 1)  # at once; more make every one slower
JOBS = _count("N2N_JOBS", 1)  # trainings at once; the others wait in line
CHECKS = _count("N2N_CHECKS", 2)  # uploads looked at, at once

BUDGETS = (20, 60, 180)  # seconds of training to choose from
JOB_SECONDS = _number("N2N_JOB_SECONDS", 600)  # of one training, the longest that can be asked for
JOB_BYTES = int(_number("N2N_JOB_GB", 4) * 2**30)  # memory of one job
CHECK_SECONDS = _number("N2N_CHECK_SECONDS", 120)  # of looking at an upload
STOP_SECONDS = 1.5  # that a job has to end by itself before it is killed
NICENESS = 10  # of jobs, so that denoising goes first

FILE_SECONDS = _number("N2N_FILE_MINUTES", 55) * 60  # that files live after their last use: all are gone within an hour
GRACE_SECONDS = 300.0  # that a visitor's files live after they have left, in case only their connection was lost
SWEEP_SECONDS = 60.0  # between two looks for files that are too old
CACHE = (int(SWEEP_SECONDS), int(FILE_SECONDS))  # the same for the copies that Gradio makes

# Read by OpenMP when torch is loaded. Where others share the cores, threads that wait busily starve each other: waiting
# less makes a training three to eight times as fast there, and a third slower on cores of its own.
if os.environ.get("SPACE_ID"):
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# Read by Gradio itself: no word to anybody about this server; everything the demo writes lies below one folder.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
TEMPORARY = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "n2n-demo").resolve()
os.environ["GRADIO_TEMP_DIR"] = str(TEMPORARY)
