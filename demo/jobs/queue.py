"""A job that waits in line for its turn: begun, watched, and ended, whatever happens to the one who watches."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from .. import settings
from . import job
from .line import Line

EVERY = 0.5  # seconds between two looks at what a job has sent


@dataclass(frozen=True)
class Waiting:
    """Others are first."""

    ahead: int
    seconds: float  # until it is one's turn, about


class QueuedJob:
    """The generator `work(stop, *arguments)` as a job, once it is its owner's turn in `line`. Runs once.

    `limit` is in seconds; `expected`, also in seconds, is how long the line is told that it takes. `first`: before all
    who wait.
    """

    def __init__(
        self,
        line: Line,
        owner: str,
        work: Callable[..., Iterator[object]],
        *arguments: object,
        limit: float,
        expected: float,
        first: bool = False,
    ) -> None:
        self.waiting: Waiting | None = None  # while others are first
        self._line, self._owner, self._first = line, owner, first
        self._work, self._arguments = work, arguments
        self._limit, self._expected = limit, expected
        self._job: job.Job | None = None  # while it is at work

    @property
    def working(self) -> bool:
        """Whether its turn has come and is not over."""
        return self._job is not None

    def stop(self) -> None:
        """Asks the work to end by itself, whose last results still come; does nothing to a job that waits."""
        if self._job:
            self._job.stop()

    async def results(self) -> AsyncGenerator[list[object], None]:
        """Every half second, what the work yielded since: nothing, while it waits or has nothing new. Raises one of
        PROBLEMS.
        """
        ticket = self._line.join(self._owner, self._expected, self._first)
        try:
            while ahead := self._line.ahead(ticket):
                self.waiting = Waiting(ahead, self._line.wait(ticket))
                yield []
                await asyncio.sleep(EVERY)
            self.waiting = None
            self._job = job.Job(self._work, *self._arguments, seconds=self._limit, memory=settings.limits().job_bytes)
            async with aclosing(job.watch(self._job, EVERY)) as steps:
                async for items in steps:
                    yield items
        finally:
            self._job = self.waiting = None
            self._line.leave(ticket)
