"""Inspections of uploads before anything is learnt from them, and of this host's speed."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from n2n.measure import Verdict

from .. import settings
from ..jobs.errors import PROBLEMS
from ..jobs.line import Line
from ..jobs.queue import QueuedJob, Waiting
from ..server import gpu
from ..server.visitor_folders import VisitorFolders
from ..work import inspect, pairs
from ..work.inspect import Description, Speed, Strip, Verdicts
from ..work.picture_files import PictureRows
from . import uploads

TRIAL_SECONDS = 0.5  # of training, to tell how fast it goes
HOST = "this host"  # the owner of the job that measures its speed


@dataclass(frozen=True)
class Findings:
    """What is known of an upload so far."""

    waiting: Waiting | None = None  # for its turn
    understood: Description | None = None
    strip: PictureRows = ()
    verdicts: tuple[Verdict, ...] = ()
    speed: Speed | None = None

    def with_item(self, item: object) -> "Findings":
        """The same with one item of `looking.look`."""
        match item:
            case Description():
                return replace(self, understood=item)
            case Strip():
                return replace(self, strip=item.rows)
            case Verdicts():
                return replace(self, verdicts=item.verdicts)
            case Speed():
                return replace(self, speed=item)
        return self


class Inspections:
    """Looks at uploads, some at once and the others in line; measures this host's speed once, for all who ask."""

    def __init__(self, folders: VisitorFolders, line: Line) -> None:
        self._folders, self._line = folders, line
        self._speed: asyncio.Task[float | None] | None = None

    async def inspect(self, session: str, paths: Sequence[str]) -> AsyncGenerator[Findings, None]:
        """What is known of these uploads, each time that something more may be. Raises one of PROBLEMS."""
        folders = self._folders
        with folders.in_use(folders.new(session, "look")) as folder:
            brought = await asyncio.to_thread(uploads.gathered, paths, folder / "pairs", folders.shared("pairs"))
            seconds = settings.limits().check_seconds / 10
            job = self._job(session, seconds, inspect.inspect_pairs, brought.data, folder, TRIAL_SECONDS)
            findings = Findings()
            async with aclosing(job.results()) as results:
                async for items in results:
                    for item in items:
                        findings = findings.with_item(item)
                    yield replace(findings, waiting=job.waiting)

    def sample_archive(self) -> Path:
        """A `.zip` that shows what pairs look like. Raises OSError."""
        return pairs.sample_archive(self._folders.shared("pairs"))

    async def speed(self) -> float | None:
        """Pictures of 32×32 pixels that this host learns from in a second; None where that could not be measured."""
        if self._speed is None:
            self._speed = asyncio.create_task(self._measure())
        try:
            return await asyncio.shield(self._speed)
        except PROBLEMS:
            self._speed = None  # the next who asks
            return None

    async def _measure(self) -> float | None:
        job, measured = self._job(HOST, inspect.TRIAL_SECONDS, inspect.measure_speed), []
        async with aclosing(job.results()) as results:
            async for items in results:
                measured += [item for item in items if isinstance(item, float)]
        return measured[-1] if measured else None

    def _job(self, owner: str, expected: float, work: Callable[..., Iterator[object]], *arguments: object) -> QueuedJob:
        limit = settings.limits().check_seconds
        return QueuedJob(self._line, owner, work, *arguments, gpu.device(), limit=limit, expected=expected)
