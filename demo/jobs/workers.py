"""Workers: processes that live long, do one short piece of work after the other, and are replaced when they misbehave.

What a visitor sends is decoded in them, never in the process that serves everybody.
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

EVERY = 0.004  # seconds between two looks for an answer
PATIENCE = 1.0  # seconds beyond its limit in which the system should have ended a worker
Result = TypeVar("Result")


class Worker:
    """One process. Whoever asks it waits for the answer before it is asked again."""

    def __init__(self, memory: int) -> None:
        """`memory`: bytes that the work may take beyond what every child has. Raises Failed."""
        self._process, self._pipe = processes.start(child.serve, memory)
        self.end = weakref.finalize(self, _end, self._process, self._pipe)  # kills it; does nothing the second time

    async def call(self, work: Callable[..., Result], *arguments: object, seconds: float) -> Result:
        """`work(*arguments)`, a function of a module and what can be pickled. Raises Failed, after which it is over,
        or ValueError with what the work says is wrong.
        """
        until = time.monotonic() + seconds + settings.STOP_SECONDS + PATIENCE
        try:
            self._pipe.send_bytes(pickle.dumps((work, arguments, seconds)))
            while not self._pipe.poll():
                if time.monotonic() > until:
                    raise Failed(processes.too_long(seconds))
                await asyncio.sleep(EVERY)
            answer: child.Answer = pickle.loads(self._pipe.recv_bytes())
        except (EOFError, OSError):
            raise Failed(processes.story(self._status(), seconds)) from None
        if answer.failure:
            raise (Failed if answer.over else ValueError)(answer.failure)
        return answer.result

    def alive(self) -> bool:
        """Whether it can be asked; somebody may have killed it."""
        with processes.LOCK:
            return self._process.exitcode is None

    def _status(self) -> int:
        with processes.LOCK:
            self._process.join(processes.REAP_SECONDS)
            return self._process.exitcode or 0


def _end(process: BaseProcess, pipe: Connection) -> None:
    with processes.LOCK:
        pipe.close()
        processes.bury(process)


class Workers:
    """As many as are asked at once; each piece of work goes to one that is free."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._free: deque[Worker] = deque()

    async def run(self, work: Callable[..., Result], *arguments: object, seconds: float) -> Result:
        """`work(*arguments)` within so many seconds. Raises Failed, or ValueError with what the work says is wrong."""
        worker = await self._taken()
        try:
            result = await worker.call(work, *arguments, seconds=seconds)
        except ValueError:
            self._free.append(worker)
            raise
        except BaseException:  # it failed, or nobody waits any more for what it is busy with
            await asyncio.shield(asyncio.to_thread(worker.end))
            raise
        self._free.append(worker)
        return result

    async def _taken(self) -> Worker:
        """A living worker that nobody else has."""
        with suppress(IndexError):
            while True:
                worker = self._free.pop()
                if worker.alive():
                    return worker
                await asyncio.to_thread(worker.end)
        return await asyncio.to_thread(Worker, self._memory)
