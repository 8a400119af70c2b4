"""Every limit of the demo: its default, its unit, and the environment variable that changes it."""

import math
import os
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

BUDGETS = (20, 60, 180)  # the choices of seconds of training
THREADS = 64  # of the server; each running handler uses one
FILES = 65_536  # open at once, as far as the system allows; each connection is one
STOP_SECONDS = 1.5  # between the request that a job should end and its being killed
FINISH_SECONDS = 30.0  # the same for a training, which measures once more and draws the last pictures
NICENESS = 10  # of jobs, so that denoising comes first
GRACE_SECONDS = 300.0  # until the files of a visitor who left are removed, in case only the connection was lost
ALONE_SECONDS = 60.0  # until a training that nobody watches is stopped, while others wait
DISK_SHARE = 0.8  # of the disk's limit; above it, the uploads used longest ago are removed


def _text(*variables: str, default: str = "") -> str:
    """The first of these environment variables that is set."""
    return next(filter(None, map(os.environ.get, variables)), default)


def _number(variable: str, default: float) -> float:
    """Raises ValueError naming the variable where it holds no positive number."""
    text = _text(variable, default=str(default))
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise ValueError(f"the environment variable {variable} is '{text}'; allowed: a number above 0")
    return value


def _whole(variable: str, default: int) -> int:
    """Raises ValueError naming the variable where it holds no whole number above 0."""
    value = _number(variable, default)
    if value != int(value):
        raise ValueError(f"the environment variable {variable} is '{value:g}'; allowed: a whole number above 0")
    return int(value)


def _names(variable: str) -> frozenset[str]:
    """Names separated by commas, in lower case."""
    return frozenset(name.strip().lower() for name in _text(variable).split(",") if name.strip())


def number(variable: str, default: float, unit: float = 1) -> float:
    """A dataclass field whose default comes from an environment variable when an instance is created."""
    return field(default_factory=lambda: _number(variable, default) * unit)


def count(variable: str, default: int, unit: int = 1) -> int:
    """The same for a whole number; with a `unit`, the variable may hold a fraction of it."""
    if unit == 1:
        return field(default_factory=lambda: _whole(variable, default))
    return field(default_factory=lambda: int(_number(variable, default) * unit))


@dataclass(frozen=True)
class Access:
    """Where the server listens, and who may send requests. Raises ValueError where a variable holds no valid number."""

    # A Space sets Gradio's own two variables. 0.0.0.0 lets others in the network open the demo.
    host: str = field(default_factory=lambda: _text("N2N_HOST", "GRADIO_SERVER_NAME", default="127.0.0.1"))
    port: int = field(default_factory=lambda: _whole("N2N_PORT", _whole("GRADIO_SERVER_PORT", 7860)))
    # Further names of the server besides this machine's own: of a proxy in front of it, or of other sites that may send
    # requests. A Space knows its own.
    hosts: frozenset[str] = field(default_factory=lambda: _names("N2N_HOSTS"))
    space_hosts: frozenset[str] = field(default_factory=lambda: _names("SPACE_HOST"))
    # Whether the description of its endpoints is public.
    openapi: bool = field(default_factory=lambda: bool(_text("N2N_OPENAPI")))
    # Whether agents may call the endpoints as tools, by the Model Context Protocol.
    mcp: bool = field(default_factory=lambda: bool(_text("N2N_MCP")))
    # Whoever opens the page with ?key= and this text goes first in the lab's line; empty: nobody does.
    teacher_key: str = field(default_factory=lambda: _text("N2N_TEACHER_KEY"))


@dataclass(frozen=True)
class Cluster:
    """The Ray cluster that does the heavy work. Raises ValueError where a variable holds no number above 0."""

    # "auto" where this machine is a node of it, or ray://HOST:10001; empty: everything runs on this machine.
    address: str = field(default_factory=lambda: _text("N2N_CLUSTER"))
    cores: float = number("N2N_JOB_CORES", 2)  # of a node, that one training takes


@dataclass(frozen=True)
class Limits:
    """The limits of the server. Raises ValueError where a variable holds no number above 0."""

    upload_bytes: int = count("N2N_UPLOAD_MB", 400, 2**20)  # of one file; the course's own has 293 MB
    upload_files: int = count("N2N_UPLOAD_FILES", 2000)  # at once, for a training
    pictures: int = count("N2N_PICTURES", 12)  # at once, for a denoising
    pixels: int = count("N2N_MEGAPIXELS", 16, 10**6)  # of one picture to denoise
    side: int = count("N2N_SIDE", 20_000)  # pixels: of one picture to denoise, height and width each
    shown_pixels: int = count("N2N_SHOWN_MEGAPIXELS", 2, 10**6)  # of one panel; larger pictures are reduced

    arrive_seconds: float = number("N2N_ARRIVE_SECONDS", 30)  # without any data while a request arrives
    sessions: int = count(
        "N2N_SESSIONS", 500
    )  # pages whose state is kept, 0.4 MB each; beyond that the oldest is dropped
    queue: int = count("N2N_QUEUE", 40)  # events that may wait; others get the message to try again
    denoisings: int = count("N2N_DENOISINGS", 1)  # at once; more make every one slower
    denoise_seconds: float = number("N2N_DENOISE_SECONDS", 90)  # of one denoising
    visitor_denoisings: int = count("N2N_EACH_DENOISINGS", 8)  # of one visitor, running or waiting
    jobs: int = count("N2N_JOBS", 1)  # trainings at once; the others wait in line
    visitor_jobs: int = count("N2N_EACH_JOBS", 2)  # of one visitor, running or waiting
    checks: int = count("N2N_CHECKS", 2)  # inspections of uploads at once

    job_seconds: float = number("N2N_JOB_SECONDS", 600)  # of one training, at most
    job_bytes: int = count("N2N_JOB_GB", 4, 2**30)  # memory of one job
    check_seconds: float = number("N2N_CHECK_SECONDS", 120)  # of inspecting an upload

    file_seconds: float = number(
        "N2N_FILE_MINUTES", 55, 60
    )  # from the last use of files to their removal: under an hour
    sweep_seconds: float = number("N2N_SWEEP_SECONDS", 60)  # between two searches for files that are too old
    unfinished_seconds: float = number("N2N_UNFINISHED_SECONDS", 120)  # that an unfinished upload is kept
    disk_bytes: int = count("N2N_DISK_GB", 20, 2**30)  # of all files of visitors
    free_bytes: int = count("N2N_FREE_GB", 1, 2**30)  # of the disk, that uploads leave free for running work

    @property
    def all_pixels(self) -> int:
        """The limit of pixels for all pictures of one denoising."""
        return 3 * self.pixels


@cache
def limits() -> Limits:
    """The limits, read on the first call."""
    return Limits()


@cache
def cluster() -> Cluster:
    """The cluster, read on the first call."""
    return Cluster()


@cache
def folder() -> Path:
    """The folder to which the demo and Gradio write everything."""
    return Path(_text("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "n2n-demo").resolve()
