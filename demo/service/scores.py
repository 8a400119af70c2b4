"""A service: results of other programs scored in their turn, in a job with limits."""

from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Any, TypeVar

from .. import settings
from ..jobs.line import Line
from ..jobs.queue import QueuedJob
from ..server import gpu
from ..server.visitor_folders import VisitorFolders
from ..work import score
from ..work.score import Contest, Scored

Found = TypeVar("Found", dict[str, Any], Scored)


class Scores:
    """The line of those who wait for a score."""

    def __init__(self, folders: VisitorFolders, line: Line) -> None:
        self._folders, self._line = folders, line

    async def score(self, session: str, contest: Contest) -> dict[str, Any]:
        """The score of a contest, as values for JSON. Raises one of PROBLEMS."""
        return await self._last(dict, session, score.score, contest)

    async def show(self, session: str, contest: Contest) -> Scored:
        """The score of a contest, with pictures in a folder of the visitor. Raises one of PROBLEMS."""
        with self._folders.in_use(self._folders.new(session, "score")) as folder:
            return await self._last(Scored, session, score.show, contest, folder)

    async def _last(
        self, kind: type[Found], session: str, work: Callable[..., Iterator[Found]], *arguments: object
    ) -> Found:
        """The last that a job yields."""
        limit = settings.limits().check_seconds
        job = QueuedJob(self._line, session, work, *arguments, gpu.device(), limit=limit, expected=limit / 10)
        found: list[Found] = []
        async with aclosing(job.results()) as results:
            async for items in results:
                found += [item for item in items if isinstance(item, kind)]
        return found[-1]
