"""What a child process does: it limits itself, works, sends what comes of it, and dies with its parent.

Only the standard library is imported: this runs before anything else in every child.
"""

import errno
import logging
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from .. import settings
from . import memory as heap

try:
    import resource
except ImportError:  # Windows
    resource = None

POSIX = os.name == "posix"
NO_MEMORY = ("can't allocate memory", "not enough memory", "bad_alloc")  # what torch's RuntimeError says of it


@dataclass(frozen=True)
class End:
    """The last that a job sends: its work has ended, or failed with this sentence."""

    failure: str | None


@dataclass(frozen=True)
class Answer:
    """What a worker sends for each piece of work: its result, or the sentence with which it failed."""

    result: object = None
    failure: str | None = None
    over: bool = False  # the worker ends: it should be replaced


def run(
    pipe: Connection, work: Callable[..., Iterator[object]], arguments: tuple[object, ...], seconds: float, memory: int
) -> None:
    """All that a job's process does."""
    _settle(memory)
    if POSIX:
        os.nice(settings.NICENESS)
    _limit_time(seconds)
    asked = threading.Event()
    threading.Thread(target=_obey, args=(pipe, asked), daemon=True).start()
    failure = None
    try:
        for item in work(asked.is_set, *arguments):
            _send(pipe, item)
    except Exception as error:
        _limit_memory(None)  # telling takes some
        failure = _sentence(error, memory)
    _send(pipe, End(failure))


def serve(pipe: Connection, memory: int) -> None:
    """All that a worker's process does: one piece of work after the other, until its parent is no more."""
    _settle(memory)
    over = False
    while not over:
        try:
            work, arguments, seconds = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            _die()
        _limit_time(seconds)
        answer = _answer(work, arguments, memory)
        _limit_time(None)
        _send(pipe, answer)
        over = answer.over
        heap.give_back()


def _answer(work: Callable[..., object], arguments: tuple[object, ...], memory: int) -> Answer:
    try:
        return Answer(work(*arguments))
    except Exception as error:
        if short := _is_short_of_memory(error):
            _limit_memory(None)  # telling takes some
        return Answer(failure=_sentence(error, memory), over=short)


def _settle(memory: int) -> None:
    """Limits this process, and parts it from the terminal's Ctrl-C.

    A group of its own, not a session: between sessions, Linux shares the processor equally whatever their niceness.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    multiprocessing.set_start_method("spawn", force=True)  # children of its own, not the server's: in its group
    if POSIX:
        os.setpgrp()
    logging.disable()  # what decoders say of a visitor's file, nobody who reads the log can mend
    warnings.simplefilter("ignore")
    with suppress(OSError):  # where memory runs out, the system ends a job and not the server
        Path("/proc/self/oom_score_adj").write_text("500")
    _limit_memory(memory)


def _limit_time(seconds: float | None) -> None:
    """Has the kernel end this process after so many seconds, even if nobody looks; None: never."""
    if POSIX:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, 0 if seconds is None else seconds + settings.STOP_SECONDS)


def _limit_memory(memory: int | None) -> None:
    """Lets this process take so many bytes more than it has; None: all there is."""
    if resource is None:
        return
    hard = limit = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if memory is not None:
        status = Path("/proc/self/status")
        lines = status.read_text().splitlines() if status.exists() else []
        limit = memory + sum(1024 * int(line.split()[1]) for line in lines if line.startswith("VmData:"))
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _obey(pipe: Connection, asked: threading.Event) -> None:
    """In a thread of the child: sets `asked` when the parent says stop; ends the process when the parent is no more."""
    with suppress(EOFError, OSError):
        pipe.recv_bytes()
        asked.set()
        if POSIX:
            signal.setitimer(signal.ITIMER_REAL, settings.STOP_SECONDS)
        pipe.recv_bytes()
    _die()


def _die() -> None:
    if POSIX:
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _send(pipe: Connection, item: object) -> None:
    """By value: multiprocessing's own pickler would leave a tensor's numbers with the child."""
    data = pickle.dumps(item)
    try:
        pipe.send_bytes(data)
    except OSError:  # the parent is no more
        _die()


def _sentence(error: Exception, memory: int) -> str:
    """An error in one line for the person; where it was not foreseen, its traceback goes to the log."""
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
