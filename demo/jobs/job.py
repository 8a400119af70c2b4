"""A job: a generator function that runs in a process of its own, within limits.

Every child process imports this module, so it imports neither Gradio nor torch.
"""

import asyncio
import pickle
import queue
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from .. import settings
from . import child, processes
from .errors import Failed
from .processes import LOCK

QUEUED = 1000  # items that may wait to be received; then the work has to wait


class Job:
    """Runs the generator `work(stop, *arguments)` in a child process, at once, and collects what it yields.

    `work` is a function of a module, `arguments` are small and can be pickled: paths rather than pictures. `stop()` is
    true once the parent has asked the work to end. It may take `seconds`, and `memory` in bytes beyond what every child
    has. A stop may take `detour` seconds more where another machine must hear of it. `broken` is told where its process
    ends unexplained. Threads may share a job. A job without references, and all at exit, end as with `end()`. Raises
    Failed.
    """

    def __init__(
        self,
        work: Callable[..., Iterator[object]],
        *arguments: object,
        seconds: float,
        memory: int,
        detour: float = 0.0,
        broken: str | None = None,
    ) -> None:
        self._seconds = seconds
        self._detour, self._broken = detour, broken
        self._failure: str | None = None
        self._done = self._concluded = self._stopped = self._late = False
        self.killed = False  # since it did not stop in time
        self._arrived: queue.Queue[bytes] = queue.Queue(QUEUED)
        self._process, self._pipe = processes.start(child.run, work, arguments, seconds, memory, detour)
        self.pid = self._process.pid
        self._deadline = time.monotonic() + seconds
        self._listener = threading.Thread(target=_listen, args=(self._pipe, self._arrived), daemon=True)
        self._listener.start()
        self._release = weakref.finalize(self, _release, self._process, self._pipe, self._listener, self._arrived)

    @property
    def done(self) -> bool:
        """Whether the work has ended, in whatever way, and everything was received."""
        return self._done

    def received(self) -> list[object]:
        """The items that arrived since the last call, without waiting. Raises Failed after the last of them."""
        with LOCK:
            items = [] if self._concluded else self._take()
            if self._concluded and not (items and self._failure):
                failure, self._failure, self._done = self._failure, None, True
                if failure:
                    raise Failed(failure)
            return items

    def stop(self, patience: float | None = None) -> None:
        """Asks the work to end by itself; after so many seconds, STOP_SECONDS unless told, it is killed, and `killed`
        is true.
        """
        patience = settings.STOP_SECONDS if patience is None else patience
        with LOCK:
            if not self._stopped and not self._concluded:
                self._stopped = True
                self._deadline = min(self._deadline, time.monotonic() + patience + self._detour)
                with suppress(OSError):  # it has just ended
                    self._pipe.send_bytes(str(patience).encode())

    def end(self) -> None:
        """Kills the process and all that it started, and drops what was not received. May be called twice."""
        with LOCK:
            self._done = self._concluded = True
            self._failure = None
            self._release()

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _take(self) -> list[object]:
        """The items that have arrived; concludes the job after the last. A process over its time is killed."""
        complete, status = (
            not self._listener.is_alive(),
            self._process.exitcode,
        )  # first, so that no item is missed
        if status is None and time.monotonic() > self._deadline:
            self._late = True
        if self._late or status is not None:
            processes.kill(self._process)  # or what is left of its group, which may keep the pipe open
        items = [pickle.loads(self._arrived.get_nowait()) for _ in range(self._arrived.qsize())]
        if items and isinstance(items[-1], child.JobEnd):
            self._failure = items.pop().failure
        elif complete and status is not None:
            self.killed = self._stopped
            self._failure = None if self._stopped else self._reason(status)
        else:
            return items
        self._concluded = True
        self._release()
        return items

    def _reason(self, status: int) -> str:
        if self._late:
            return processes.too_long(self._seconds)
        return self._broken or processes.describe_exit(status, self._seconds)


def _listen(pipe: Connection, arrived: queue.Queue[bytes]) -> None:
    """Runs in a thread of the parent, since reading waits for the rest of an item."""
    with suppress(EOFError, OSError):
        while True:
            arrived.put(pipe.recv_bytes())


def _release(process: BaseProcess, pipe: Connection, listener: threading.Thread, arrived: queue.Queue[bytes]) -> None:
    """Leaves no process, thread or file descriptor behind."""
    with LOCK:
        processes.kill(process)
        with suppress(queue.Empty):  # makes room: the listener has to come to the end of the pipe
            while True:
                arrived.get_nowait()
        processes.remove(process)
        if listener is not threading.current_thread():  # as garbage is collected in any thread
            listener.join(processes.REAP_SECONDS)
        if not listener.is_alive():
            pipe.close()


async def watch(job: Job, interval: float) -> AsyncGenerator[list[object], None]:
    """Yields every so many seconds what the job has sent since, perhaps nothing, until it is done; ends it in any case.

    Close it with contextlib.aclosing where a loop over it may end early. Raises Failed.
    """
    with job:
        while not job.done:
            await asyncio.sleep(interval)
            yield job.received()


def warm_up() -> threading.Thread:
    """Imports PRELOADED for all later jobs, in a thread that is returned at once and ends with a first job."""
    thread = threading.Thread(target=run_nothing, daemon=True)
    thread.start()
    return thread


def run_nothing() -> None:
    """A job that does nothing: later ones start at once. Raises Failed where none can."""
    with Job(_nothing, seconds=settings.limits().check_seconds, memory=settings.limits().job_bytes) as job:
        while not job.done:
            time.sleep(0.05)
            job.received()


def _nothing(stop: Callable[[], bool]) -> Iterator[object]:
    yield stop()
