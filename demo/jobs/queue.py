"""A job that waits in line, is started and watched, and ends whatever happens to those who watch it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from .. import settings
from . import engine
from .job import Job, watch
from .line import Line
from .remote import Moved

INTERVAL = 0.5  # seconds between two looks at what a job has sent


@dataclass(frozen=True)
class Waiting:
    """The place of a job in the line."""

    ahead: int  # turns that come first
    seconds: float  # until its turn, estimated


class QueuedJob:
    """The generator `work(stop, *arguments)` as a job, once it is its owner's turn in `line`. Runs once.

    `limit` and `expected` are in seconds; the line estimates waits from the latter. With `first` it goes before all
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
        self.waiting: Waiting | None = None  # while it waits
        self.moved: str | None = None  # that it was begun again on another machine
        self._line, self._owner, self._first = line, owner, first
        self._work, self._arguments = work, arguments
        self._limit, self._expected = limit, expected
        self._job: Job | None = None  # while it runs

    @property
    def working(self) -> bool:
        """Whether its turn has come and is not over."""
        return self._job is not None

    def stop(self, patience: float | None = None) -> None:
        """Asks the work to end by itself within so many seconds, STOP_SECONDS unless told; its last results still
        arrive. Does nothing to a job that waits.
        """
        if self._job:
            self._job.stop(patience)

    async def results(self) -> AsyncGenerator[list[object], None]:
        """Yields every half second what the work has yielded since: an empty list while it waits or has nothing new.

        Raises one of PROBLEMS.
        """
        ticket = self._line.join(self._owner, self._expected, self._first)
        try:
            while ahead := self._line.ahead(ticket):
                self.waiting = Waiting(ahead, self._line.wait(ticket))
                yield []
                await asyncio.sleep(INTERVAL)
            self.waiting = None
            memory, share = settings.limits().job_bytes, self._line.share
            self._job = engine.start(self._work, *self._arguments, seconds=self._limit, memory=memory, share=share)
            async with aclosing(watch(self._job, INTERVAL)) as steps:
                async for items in steps:
                    moved = [item.sentence for item in items if isinstance(item, Moved)]
                    self.moved = moved[-1] if moved else self.moved
                    yield [item for item in items if not isinstance(item, Moved)]
        finally:
            self._job = self.waiting = None
            self._line.leave(ticket)
