"""A service: inspects uploads before a training learns from them, and measures this host's speed."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from n2n.measure import Verdict
from n2n.remedies import UNTREATED, Remedies

from .. import settings
from ..jobs.errors import PROBLEMS
from ..jobs.line import Line
from ..jobs.queue import QueuedJob, Waiting
from ..server import gpu
from ..server.visitor_folders import VisitorFolders
from ..work import inspect, pairs
from ..work.inspect import Description, Speed, Strip, Verdicts
from ..work.picture_files import PictureRows
from .uploads import gather

TRIAL_SECONDS = 0.5  # of training on an upload, to measure its speed
LEAVE_SECONDS = 2.0  # that the page may take to receive the last findings
HOST = "this host"  # owner of the job that measures its speed


@dataclass(frozen=True)
class Findings:
    """The results of an inspection so far."""

    waiting: Waiting | None = None  # while it waits for its turn
    description: Description | None = None
    strip: PictureRows = ()
    verdicts: tuple[Verdict, ...] = ()
    before: tuple[Verdict, ...] = ()  # the verdicts without the remedies
    remedies: Remedies = UNTREATED  # those that were used
    speed: Speed | None = None
    left: bool = False  # nobody waits for more of it

    def with_item(self, item: object) -> "Findings":
        """The same findings with one more item of `inspect.inspect_pairs`."""
        match item:
            case Description():
                return replace(self, description=item)
            case Strip():
                return replace(self, strip=item.rows)
            case Verdicts():
                return replace(self, verdicts=item.verdicts, before=item.before)
            case Speed():
                return replace(self, speed=item)
        return self


@dataclass(eq=False)
class _Inspection:
    session: str
    left: bool = False  # nobody waits for more of it
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Inspections:
    """Inspects uploads in their turn; measures this host's speed once, for everybody."""

    def __init__(self, folders: VisitorFolders, line: Line) -> None:
        self._folders, self._line = folders, line
        self._speed: asyncio.Task[float | None] | None = None
        self._under_way: list[_Inspection] = []

    async def inspect(
        self, session: str, paths: Sequence[str], axes: str | None = None, remedies: Remedies = UNTREATED
    ) -> AsyncGenerator[Findings, None]:
        """The findings about these uploads, remedied, again and again as they grow, the last of them `left` where
        nobody waits any more; `axes` overrule those of stacks.

        Raises one of PROBLEMS.
        """
        mine = _Inspection(session)
        self._under_way.append(mine)
        try:
            async with aclosing(self._findings(session, paths, axes, remedies)) as steps:
                async for findings in steps:
                    left = mine.left
                    yield replace(findings, left=left)
                    if left:
                        return
        finally:
            self._under_way.remove(mine)
            mine.ended.set()

    async def leave(self, session: str) -> None:
        """Ends the visitor's inspections, and waits until their last findings were taken, or for LEAVE_SECONDS."""
        for one in [one for one in self._under_way if one.session == session]:
            one.left = True
            with suppress(TimeoutError):
                await asyncio.wait_for(one.ended.wait(), LEAVE_SECONDS)

    async def _findings(
        self, session: str, paths: Sequence[str], axes: str | None, remedies: Remedies
    ) -> AsyncGenerator[Findings, None]:
        folders = self._folders
        with folders.in_use(folders.new(session, "look")) as folder:
            data = await asyncio.to_thread(gather, paths, folder / "pairs", folders.shared("pairs"))
            arguments = inspect.inspect_pairs, data.files, folder, TRIAL_SECONDS, axes, remedies
            job = self._job(session, settings.limits().check_seconds / 10, *arguments)
            findings = Findings(remedies=remedies)
            async with aclosing(job.results()) as results:
                async for items in results:
                    for item in items:
                        findings = findings.with_item(item)
                    yield replace(findings, waiting=job.waiting)

    def sample_archive(self) -> Path:
        """A `.zip` of a few sample pairs, to show the format. Raises OSError."""
        return pairs.sample_archive(self._folders.shared("pairs"))

    async def speed(self) -> float | None:
        """Pictures of 32×32 pixels that this host learns from in a second; None where that could not be measured."""
        if self._speed is None:
            self._speed = asyncio.create_task(self._measure())
        try:
            return await asyncio.shield(self._speed)
        except PROBLEMS:
            self._speed = None  # whoever asks next measures again
            return None

    async def _measure(self) -> float | None:
        job = self._job(HOST, inspect.TRIAL_SECONDS, inspect.measure_speed)
        measured: list[float] = []
        async with aclosing(job.results()) as results:
            async for items in results:
                measured += [item for item in items if isinstance(item, float)]
        return measured[-1] if measured else None

    def _job(self, owner: str, expected: float, work: Callable[..., Iterator[object]], *arguments: object) -> QueuedJob:
        limit = settings.limits().check_seconds
        return QueuedJob(self._line, owner, work, *arguments, gpu.device(), limit=limit, expected=expected)
