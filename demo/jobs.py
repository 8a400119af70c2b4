"""A job: a generator function at work in a process of its own, within limits; and the line of those who wait for one.

Every child process imports this module, so it imports neither Gradio nor torch. Children also run the main module of
the app again where that is a plain script; `python -m demo` is not, and `__main__` must not be among PRELOADED.
"""

import asyncio
import heapq
import multiprocessing
import os
import pickle
import queue
import signal
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from . import child, settings

PRELOADED = (
    "demo.lab.experiments",
    "demo.learning",
    "demo.looking",
    "demo.preloaded",
)  # imported once, before jobs are forked
HELD = 1000  # items that wait to be received before the work has to
REAP_SECONDS = 5.0  # that the system may take to bury a killed process

_FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods()
_CONTEXT = multiprocessing.get_context("forkserver" if _FORKSERVER else "spawn")
_LOCK = threading.RLock()  # multiprocessing looks after all processes whenever it starts one: one thread at a time
if _FORKSERVER:
    # The server is a fresh Python, which ignores what it cannot import: it has to know where this package lies.
    paths = (str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH"))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    _CONTEXT.set_forkserver_preload([__name__, *PRELOADED])


class Failed(Exception):
    """A job came to no good end; the message is one sentence for the person who asked for it."""


class Full(Exception):
    """Too many wait already; the message says so politely."""


class Job:
    """Runs the generator `work(stop, *arguments)` in a child process, at once, and collects what it yields.

    `work` is a function of a module, `arguments` are small and can be pickled: paths rather than pictures. `stop()` is
    true once the parent has asked the work to end. `seconds`, and `memory` in bytes beyond what every child has, limit
    it. Threads may share a job. One that nobody holds, and all at exit, end as with `end()`. Raises Failed.
    """

    def __init__(self, work: Callable[..., Iterator[object]], *arguments: object, seconds: float, memory: int) -> None:
        self._seconds, self._failure = seconds, None
        self._done = self._concluded = self._stopped = self._late = False
        self.killed = False  # asked to stop, it did not in time
        self._arrived: queue.Queue[bytes] = queue.Queue(HELD)
        self._pipe, child_end = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=child.run, args=(child_end, work, arguments, seconds, memory))
        try:
            with _LOCK, child_end:
                self._process.start()
        except (OSError, EOFError) as error:
            raise Failed("this server could not start the work; please try again in a minute") from error
        self.pid: int = self._process.pid
        self._deadline = time.monotonic() + seconds
        self._listener = threading.Thread(target=_listen, args=(self._pipe, self._arrived), daemon=True)
        self._listener.start()
        self._release = weakref.finalize(self, _release, self._process, self._pipe, self._listener, self._arrived)

    @property
    def done(self) -> bool:
        """Whether the work has ended, in whatever way, and all there is to receive has been."""
        return self._done

    def received(self) -> list[object]:
        """What has arrived since the last call; waits for nothing. Raises Failed once all before it is delivered."""
        with _LOCK:
            items = [] if self._concluded else self._take()
            if self._concluded and not (items and self._failure):
                failure, self._failure, self._done = self._failure, None, True
                if failure:
                    raise Failed(failure)
            return items

    def stop(self) -> None:
        """Asks the work to end by itself; after settings.STOP_SECONDS it is killed, which `killed` then tells."""
        with _LOCK:
            if not self._stopped and not self._concluded:
                self._stopped = True
                self._deadline = min(self._deadline, time.monotonic() + settings.STOP_SECONDS)
                with suppress(OSError):  # it has just ended
                    self._pipe.send_bytes(b"stop")

    def end(self) -> None:
        """Kills the process and all it started, now, and drops what was not received. Does nothing the second time."""
        with _LOCK:
            self._done = self._concluded = True
            self._failure = None
            self._release()

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _take(self) -> list[object]:
        """What has arrived; concludes the job where that is all. A process over its time is killed."""
        complete, status = not self._listener.is_alive(), self._process.exitcode  # asked before: then no item is missed
        if status is None and time.monotonic() > self._deadline:
            self._late = True
        if self._late or status is not None:
            _kill(self._process)  # or what is left of its group, which may keep the pipe open
        items = [pickle.loads(self._arrived.get_nowait()) for _ in range(self._arrived.qsize())]
        if items and isinstance(items[-1], child.End):
            self._failure = items.pop().failure
        elif complete and status is not None:
            self.killed = self._stopped
            self._failure = None if self._stopped else self._story(status)
        else:
            return items
        self._concluded = True
        self._release()
        return items

    def _story(self, status: int) -> str:
        """What happened to a process that ended with this status and without a word."""
        if self._late or (child.POSIX and status == -signal.SIGALRM):
            return f"this took longer than the {self._seconds:g} seconds that it may take here; bring less"
        if child.POSIX and status == -signal.SIGKILL:
            return "the system ended this, probably because memory ran out; bring smaller pictures or fewer at once"
        how = signal.strsignal(-status) if status < 0 else f"exit status {status}"
        return f"this crashed ({how}); try again, with smaller pictures or fewer at once"


def _listen(pipe: Connection, arrived: queue.Queue[bytes]) -> None:
    """In the parent: a thread, since an item that has come in part is waited for."""
    with suppress(EOFError, OSError):
        while True:
            arrived.put(pipe.recv_bytes())


def _kill(process: BaseProcess) -> None:
    """A process and what it started; the group outlives its leader, so it is killed in any case."""
    if child.POSIX:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _release(process: BaseProcess, pipe: Connection, listener: threading.Thread, arrived: queue.Queue[bytes]) -> None:
    """Leaves no process, thread or file descriptor behind."""
    with _LOCK:
        _kill(process)
        with suppress(queue.Empty):  # makes room: the listener has to come to the end of the pipe
            while True:
                arrived.get_nowait()
        process.join(REAP_SECONDS)
        if listener is not threading.current_thread():  # as garbage is collected in any thread
            listener.join(REAP_SECONDS)
        if not listener.is_alive():
            pipe.close()
        if process.exitcode is not None:
            process.close()


async def watch(job: Job, every: float) -> AsyncGenerator[list[object], None]:
    """Every so many seconds, what the job sent since, which may be nothing, until it is done; ends the job in any case.

    Close it (contextlib.aclosing) where the loop over it may be left early. Raises Failed.
    """
    with job:
        while not job.done:
            await asyncio.sleep(every)
            yield job.received()


def warm_up() -> threading.Thread:
    """Imports PRELOADED for all jobs to come; returns at once the thread that ends when a first job has come back."""
    thread = threading.Thread(target=_come_back, daemon=True)
    thread.start()
    return thread


def _come_back() -> None:
    with Job(_nothing, seconds=settings.CHECK_SECONDS, memory=settings.JOB_BYTES) as job:
        while not job.done:
            time.sleep(0.05)
            job.received()


def _nothing(stop: Callable[[], bool]) -> Iterator[object]:
    yield stop()


@dataclass(eq=False)
class Ticket:
    """One turn in a Line: whose, how many seconds it will take, when it began (on the monotonic clock)."""

    owner: str
    seconds: float
    began: float | None = None


class Line:
    """Who waits for a turn: `places` have theirs at once, at most `capacity` wait. Of one event loop only."""

    def __init__(self, places: int, capacity: int) -> None:
        self._places, self._capacity = places, capacity
        self._tickets: list[Ticket] = []

    def join(self, owner: str, seconds: float, first: bool = False) -> Ticket:
        """A place at the end of the line, or `first` of those who wait, for a turn of so many seconds. Raises Full."""
        if not first and len(self._tickets) >= self._places + self._capacity:
            raise Full(f"{self._capacity} wait already, and no more can; please try again in some minutes")
        ticket = Ticket(owner, seconds)
        self._tickets.insert(self._places if first else len(self._tickets), ticket)
        self._advance()
        return ticket

    def ahead(self, ticket: Ticket) -> int:
        """How many turns must end before this one begins; 0: it is its turn. Raises ValueError if it has left."""
        return max(0, self._tickets.index(ticket) - self._places + 1)

    def wait(self, ticket: Ticket) -> float:
        """Seconds until its turn, as far as those ahead take what they said. Raises ValueError if it has left."""
        now, ahead = time.monotonic(), self._tickets[: self._tickets.index(ticket)]
        if len(ahead) < self._places:
            return 0.0
        free = [max(0.0, other.seconds - (now - other.began)) for other in ahead[: self._places]]
        heapq.heapify(free)
        for other in ahead[self._places :]:
            heapq.heapreplace(free, free[0] + other.seconds)
        return free[0]

    def leave(self, ticket: Ticket) -> None:
        """Ends its turn, or its waiting; does nothing the second time."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)
            self._advance()

    def _advance(self) -> None:
        for ticket in self._tickets[: self._places]:
            if ticket.began is None:
                ticket.began = time.monotonic()
