"""The main functions of child processes: they limit themselves, work, send results, and die with their parent.

It imports only the standard library, because it runs before anything else in every child.
"""

import errno
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, TypeVar

from .. import settings
from .memory import release_free_memory

if sys.platform != "win32":
    import resource

Result = TypeVar("Result")
POSIX = os.name == "posix"
NO_MEMORY = ("can't allocate memory", "not enough memory", "bad_alloc")  # in torch's RuntimeError


@dataclass
class StopRequest:
    """Called, it tells whether the parent has asked the work to end."""

    patience: float | None = None  # seconds that the work may still take, once it is asked

    def __call__(self) -> bool:
        return self.patience is not None


@dataclass(frozen=True)
class JobEnd:
    """The last item that a job sends: its work has ended, or failed with this sentence."""

    failure: str | None


@dataclass(frozen=True)
class Success(Generic[Result]):
    """The result of a worker's function."""

    result: Result


@dataclass(frozen=True)
class Failure:
    """The sentence with which a worker's function failed."""

    sentence: str
    fatal: bool  # whether the worker ends, so that it should be replaced


def run(
    pipe: Connection,
    work: Callable[..., Iterator[object]],
    arguments: tuple[object, ...],
    seconds: float,
    memory: int,
    detour: float,
) -> None:
    """The main function of a job's process."""
    _settle(memory)
    if POSIX:
        os.nice(settings.NICENESS)
    _limit_time(seconds)
    stop = StopRequest()
    threading.Thread(target=_listen, args=(pipe, stop, detour), daemon=True).start()
    failure = None
    try:
        for item in work(stop, *arguments):
            _send(pipe, item)
    except Exception as error:
        _limit_memory(None)  # the message takes some
        failure = _sentence(error, memory)
    _send(pipe, JobEnd(failure))


def serve(pipe: Connection, memory: int) -> None:
    """The main function of a worker's process: calls one function after the other, until its parent has ended."""
    _settle(memory)
    ended = False
    while not ended:
        try:
            work, arguments, seconds = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            _die()
        _limit_time(seconds)
        outcome = _call(work, arguments, memory)
        _limit_time(None)
        _send(pipe, outcome)
        ended = isinstance(outcome, Failure) and outcome.fatal
        release_free_memory()


def _call(work: Callable[..., Result], arguments: tuple[object, ...], memory: int) -> Success[Result] | Failure:
    try:
        return Success(work(*arguments))
    except Exception as error:
        if short := _is_short_of_memory(error):
            _limit_memory(None)  # the message takes some
        return Failure(_sentence(error, memory), fatal=short)


def _settle(memory: int) -> None:
    """Limits this process, and separates it from the terminal's Ctrl-C.

    A group of its own, not a session: between sessions, Linux shares the processor equally whatever their niceness.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    multiprocessing.set_start_method("spawn", force=True)  # its own children, in its group, rather than the server's
    if POSIX:
        os.setpgrp()
    logging.disable()  # nobody who reads the log can mend what decoders find wrong in a visitor's file
    warnings.simplefilter("ignore")
    with suppress(OSError):  # when memory runs out, the system should end a job, not the server
        Path("/proc/self/oom_score_adj").write_text("500")
    _limit_memory(memory)


def _limit_time(seconds: float | None) -> None:
    """Has the kernel end this process after so many seconds, even if its parent does not look; None: never."""
    if POSIX:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, 0 if seconds is None else seconds + settings.STOP_SECONDS)


def _limit_memory(memory: int | None) -> None:
    """Lets this process use so many bytes more than it does now; None: as many as there are."""
    if sys.platform == "win32":
        return
    hard = limit = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if memory is not None:
        status = Path("/proc/self/status")
        lines = status.read_text().splitlines() if status.exists() else []
        limit = memory + sum(1024 * int(line.split()[1]) for line in lines if line.startswith("VmData:"))
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _listen(pipe: Connection, stop: StopRequest, detour: float) -> None:
    """Runs in a thread: makes `stop` true when the parent sends its patience; ends the process when the parent has
    ended.
    """
    with suppress(EOFError, OSError):
        stop.patience = float(pipe.recv_bytes())
        if POSIX:
            signal.setitimer(signal.ITIMER_REAL, stop.patience + detour)
        pipe.recv_bytes()
    _die()


def _die() -> None:
    if POSIX:
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _send(pipe: Connection, item: object) -> None:
    """Sends by value: multiprocessing's own pickler would leave the numbers of a tensor with the child."""
    data = pickle.dumps(item)
    try:
        pipe.send_bytes(data)
    except OSError:  # the parent has ended
        _die()


def _sentence(error: Exception, memory: int) -> str:
    """An error as one line for the visitor; the traceback of an unforeseen one goes to the log."""
    message = " ".join(str(error).split())
    kind = type(error).__name__
    if _is_short_of_memory(error):
        return (
            f"this needs more than the {memory / 2**30:.2g} GB of memory that one job may use here; "
            "bring smaller pictures or fewer at once"
        )
    if isinstance(error, ValueError | OSError | ArithmeticError) and message:
        return message
    traceback.print_exception(error)
    return f"something went wrong that nobody foresaw ({kind}: {message}); try again, or tell who runs this page"


def _is_short_of_memory(error: Exception) -> bool:
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY))
    )
