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

# Names under which the server is reached besides this machine's own, with commas between them: of a proxy before it, or
# of other sites that may ask it. A Space knows its own.
HOSTS = frozenset(name.strip().lower() for name in (os.environ.get("N2N_HOSTS") or "").split(",") if name.strip())
SPACE_HOSTS = frozenset(filter(None, (os.environ.get("SPACE_HOST") or "").lower().split(",")))
OPENAPI = bool(os.environ.get("N2N_OPENAPI"))  # whether it describes its endpoints to programs of others

# Who opens the page with ?key= and this text is first of those who wait for a turn in the lab; empty: nobody is.
TEACHER_KEY = os.environ.get("N2N_TEACHER_KEY") or ""

UPLOAD_BYTES = int(_number("N2N_UPLOAD_MB", 400) * 2**20)  # of one file; the course's own has 293 MB
UPLOAD_FILES = _count("N2N_UPLOAD_FILES", 2000)  # at once, for a training
PICTURES = _count("N2N_PICTURES", 12)  # at once, for a denoising
PIXELS = int(_number("N2N_MEGAPIXELS", 16) * 1e6)  # of one picture to denoise
SIDE = _count("N2N_SIDE", 20_000)  # pixels: of one picture to denoise, height and width each
ALL_PIXELS = 3 * PIXELS  # of all pictures that are denoised at once
SHOWN_PIXELS = int(_number("N2N_SHOWN_MEGAPIXELS", 2) * 1e6)  # of one panel; larger pictures are shown smaller

ARRIVE_SECONDS = _number("N2N_ARRIVE_SECONDS", 30)  # that a request may be silent while it arrives
FILES = 65_536  # that the server wants to have open at once, where the system lets it: each connection is one
SESSIONS = _count(
    "N2N_SESSIONS", 500
)  # whose pages are known, at 0.4 MB each: of more, who was here longest ago is not
THREADS = 64  # of the server: each handler at work holds one
QUEUE = _count("N2N_QUEUE", 40)  # events that may wait; more are told to try again
DENOISINGS = _count("N2N_DENOISINGS", 1)  # at once; more make every one slower
DENOISE_SECONDS = _number("N2N_DENOISE_SECONDS", 90)  # of one denoising
EACH_DENOISINGS = _count("N2N_EACH_DENOISINGS", 8)  # of one visitor, at work or waiting
JOBS = _count("N2N_JOBS", 1)  # trainings at once; the others wait in line
EACH_JOBS = _count("N2N_EACH_JOBS", 2)  # of one visitor, at work or waiting
CHECKS = _count("N2N_CHECKS", 2)  # uploads looked at, at once

BUDGETS = (20, 60, 180)  # seconds of training to choose from
JOB_SECONDS = _number("N2N_JOB_SECONDS", 600)  # of one training, the longest that can be asked for
JOB_BYTES = int(_number("N2N_JOB_GB", 4) * 2**30)  # memory of one job
CHECK_SECONDS = _number("N2N_CHECK_SECONDS", 120)  # of looking at an upload
STOP_SECONDS = 1.5  # that a job has to end by itself before it is killed
NICENESS = 10  # of jobs, so that denoising goes first

FILE_SECONDS = _number("N2N_FILE_MINUTES", 55) * 60  # that files live after their last use: all are gone within an hour
GRACE_SECONDS = 300.0  # that files live after their visitor has left, in case only the connection was lost
ALONE_SECONDS = 60.0  # that a training goes on which nobody watches, where others wait
SWEEP_SECONDS = _number("N2N_SWEEP_SECONDS", 60)  # between two looks for files that are too old
UNFINISHED_SECONDS = _number("N2N_UNFINISHED_SECONDS", 120)  # that an upload stays of which nothing more arrives
DISK_BYTES = int(_number("N2N_DISK_GB", 20) * 2**30)  # of all that visitors brought and were given
DISK_SHARE = 0.8  # of that, above which the uploads that were used longest ago make room
FREE_BYTES = int(_number("N2N_FREE_GB", 1) * 2**30)  # of the disk, that uploads leave to the work at hand

# Read by OpenMP when torch is loaded. Where others share the cores, threads that wait busily starve each other: waiting
# less makes a training three to eight times as fast there, and a third slower on cores of its own.
if os.environ.get("SPACE_ID"):
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# Read by Gradio itself: no word to anybody about this server; everything the demo writes lies below one folder.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
TEMPORARY = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "n2n-demo").resolve()
os.environ["GRADIO_TEMP_DIR"] = str(TEMPORARY)
