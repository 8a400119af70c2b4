"""Work that waits for its turn: jobs begun, watched, and ended, whatever happens to the one who watches."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from . import gpu, jobs, looking, settings
from .line import Full, Line
from .processes import Failed
from .runs import Looks

EVERY = 0.5  # seconds between two looks at what a job has sent
TRIAL_SECONDS = 0.5  # of training, to tell how fast it goes
PROBLEMS = (Failed, Full, ValueError, OSError)  # whose text is for the person


@dataclass(frozen=True)
class Waiting:
    """Others are first."""

    ahead: int
    seconds: float  # until it is one's turn, about


async def in_turn(
    line: Line,
    running: dict[str, jobs.Job],
    session: str,
    seconds: float,
    begin: Callable[[], jobs.Job],
    first: bool = False,
) -> AsyncIterator[Waiting | list[object]]:
    """Waits until it is the visitor's turn, begins a job and yields what it sends. While the job lasts it stands in
    `running` under its session; it ends whatever happens to the one who watches. `first`: before all who wait. Raises
    one of PROBLEMS.
    """
    ticket = line.join(session, seconds, first)
    try:
        while ahead := line.ahead(ticket):
            yield Waiting(ahead, line.wait(ticket))
            await asyncio.sleep(EVERY)
        running[session] = job = begin()
        async with aclosing(jobs.watch(job, EVERY)) as steps:
            async for items in steps:
                yield items
    finally:
        running.pop(session, None)
        line.leave(ticket)


async def look(line: Line, session: str, files: tuple[Path, ...], folder: Path) -> AsyncIterator[Waiting | Looks]:
    """What is known of an upload so far, each time that something more is. Raises one of PROBLEMS."""
    found = Looks()

    def begin() -> jobs.Job:
        arguments = (looking.look, files, folder, TRIAL_SECONDS, gpu.DEVICE)
        return jobs.Job(*arguments, seconds=settings.CHECK_SECONDS, memory=settings.JOB_BYTES)

    async with aclosing(in_turn(line, {}, session, settings.CHECK_SECONDS / 10, begin)) as steps:
        async for step in steps:
            if isinstance(step, Waiting):
                yield step
                continue
            for item in step:
                found.add(item)
            yield found


class Pace:
    """How fast this host learns: measured once, for all who ask."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._task: asyncio.Task[float | None] | None = None

    async def measured(self) -> float | None:
        """Pictures of 32×32 pixels a second; None where that could not be measured."""
        if self._task is None:
            self._task = asyncio.create_task(self._measure())
        try:
            return await asyncio.shield(self._task)
        except PROBLEMS:
            self._task = None  # the next who asks
            return None

    async def _measure(self) -> float | None:
        def begin() -> jobs.Job:
            return jobs.Job(looking.pace, gpu.DEVICE, seconds=settings.CHECK_SECONDS, memory=settings.JOB_BYTES)

        speed = None
        async with aclosing(in_turn(self._line, {}, "this host's pace", looking.PACE_SECONDS, begin)) as steps:
            async for step in steps:
                speed = step[-1] if isinstance(step, list) and step else speed
        return speed
