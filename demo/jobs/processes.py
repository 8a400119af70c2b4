"""Child processes: they start quickly, one at a time, and end together with all that they started.

Every child imports this module, so it imports neither Gradio nor torch. Children also run the main module of the app
again where that is a plain script; `python -m demo` is not, and `__main__` must not be among PRELOADED.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from .. import environment, settings
from . import child
from .errors import Failed

if sys.platform == "win32":
    from multiprocessing.context import SpawnContext as Context
else:
    from multiprocessing.context import ForkServerContext as Context

PRELOADED = (
    "demo.lab.experiments",
    "demo.work.train",
    "demo.work.inspect",
    "demo.work.denoise",
    "demo.work.score",
    "demo.jobs.preload",
)  # imported once, before children are forked
REAP_SECONDS = 5.0  # that the system may take to remove a killed process

LOCK = threading.RLock()  # starting a process makes multiprocessing look at all of them: one thread at a time


@cache
def _context() -> Context:
    """Except on Windows, children are forked from a fresh Python that has imported all that they need."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    environment.prepare()
    context = multiprocessing.get_context("forkserver")
    on_cluster = "ray" in sys.modules  # as in a node's actor, whose main module every child runs again
    ray = ["ray"] if on_cluster or settings.cluster().address else []
    context.set_forkserver_preload(["demo.jobs.job", *PRELOADED, *ray])
    return context


def start(target: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    """Starts a process that runs `target(pipe, *arguments)`; returns it and its pipe's other end. Raises Failed."""
    pipe, child_end = _context().Pipe()
    process = _context().Process(target=target, args=(child_end, *arguments))
    try:
        with LOCK, child_end:
            process.start()
    except (OSError, EOFError) as error:
        pipe.close()
        raise Failed("this server could not start the work; please try again in a minute") from error
    except BaseException:
        pipe.close()
        raise
    return process, pipe


def kill(process: BaseProcess) -> None:
    """Kills a process and all that it started: its group, which may outlive it."""
    if child.POSIX and process.pid is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def remove(process: BaseProcess) -> None:
    """Kills a process and waits until it is gone; leaves no file descriptor open. Hold LOCK."""
    kill(process)
    process.join(REAP_SECONDS)
    if process.exitcode is not None:
        process.close()


def too_long(seconds: float) -> str:
    """The sentence for work that was ended at its limit."""
    return f"this took longer than the {seconds:g} seconds that it may take here; bring less, or something smaller"


def describe_exit(status: int, seconds: float) -> str:
    """The sentence for a process that ended with this status before it could send one; `seconds` were its limit."""
    if child.POSIX and status == -signal.SIGALRM:
        return too_long(seconds)
    if child.POSIX and status == -signal.SIGKILL:
        return "the system ended this, probably because memory ran out; bring smaller pictures or fewer at once"
    how = signal.strsignal(-status) if status < 0 else f"exit status {status}"
    return f"this crashed ({how}); try again, with smaller pictures or fewer at once"
