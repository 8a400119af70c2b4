"""Workers: long-lived processes that call one function after the other, and are replaced when something goes wrong.

Visitors' files are decoded in them, never in the process that serves everybody.
"""

import asyncio
import pickle
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

from .. import settings
from . import child, processes
from .errors import Failed

INTERVAL = 0.004  # seconds between two looks for an answer
PATIENCE = 1.0  # seconds beyond its limit in which the system should have ended a worker
Result = TypeVar("Result")


class Worker:
    """One process, which takes one call at a time."""

    def __init__(self, memory: int) -> None:
        """`memory` in bytes is what the work may use beyond what every child has. Raises Failed."""
        self._process, self._pipe = processes.start(child.serve, memory)
        self.end = weakref.finalize(self, _end, self._process, self._pipe)  # may be called twice

    async def call(self, work: Callable[..., Result], *arguments: object, seconds: float) -> Result:
        """Returns `work(*arguments)`; `work` is a function of a module, and the arguments can be pickled.

        Raises ValueError where the work fails, and Failed where the worker has to be replaced.
        """
        until = time.monotonic() + seconds + settings.STOP_SECONDS + PATIENCE
        try:
            self._pipe.send_bytes(pickle.dumps((work, arguments, seconds)))
            while not self._pipe.poll():
                if time.monotonic() > until:
                    raise Failed(processes.too_long(seconds))
                await asyncio.sleep(INTERVAL)
            outcome: child.Success[Result] | child.Failure = pickle.loads(self._pipe.recv_bytes())
        except (EOFError, OSError):
            raise Failed(processes.describe_exit(self._status(), seconds)) from None
        if isinstance(outcome, child.Failure):
            raise (Failed if outcome.fatal else ValueError)(outcome.sentence)
        return outcome.result

    def alive(self) -> bool:
        """Whether the process is still there; somebody may have killed it.

        An idle one has nothing to say: its pipe has news only where it was closed, which is seen before the exit code.
        """
        with processes.LOCK:
            return self._process.exitcode is None and not self._pipe.poll()

    def _status(self) -> int:
        with processes.LOCK:
            self._process.join(processes.REAP_SECONDS)
            return self._process.exitcode or 0


def _end(process: BaseProcess, pipe: Connection) -> None:
    with processes.LOCK:
        pipe.close()
        processes.remove(process)


class Workers:
    """A pool that grows with the number of calls at once; each call goes to a free worker."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._free: deque[Worker] = deque()

    async def run(self, work: Callable[..., Result], *arguments: object, seconds: float) -> Result:
        """Returns `work(*arguments)` within so many seconds. Raises Failed, or ValueError where the work fails."""
        worker = await self._take()
        try:
            result = await worker.call(work, *arguments, seconds=seconds)
        except ValueError:
            self._free.append(worker)
            raise
        except BaseException:  # it failed, or nobody waits for its result any more
            await asyncio.shield(asyncio.to_thread(worker.end))
            raise
        self._free.append(worker)
        return result

    async def _take(self) -> Worker:
        """A living worker that is free, or a new one."""
        with suppress(IndexError):
            while True:
                worker = self._free.pop()
                if worker.alive():
                    return worker
                await asyncio.to_thread(worker.end)
        return await asyncio.to_thread(Worker, self._memory)
