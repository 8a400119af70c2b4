"""A service: results of other programs scored in their turn, in a job with limits."""

from contextlib import aclosing
from typing import Any

from .. import settings
from ..jobs.line import Line
from ..jobs.queue import QueuedJob
from ..server import gpu
from ..work import score
from ..work.score import Contest


class Scores:
    """The line of those who wait for a score."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def score(self, session: str, contest: Contest) -> dict[str, Any]:
        """The score of a contest, as values for JSON. Raises one of PROBLEMS."""
        limit = settings.limits().check_seconds
        job = QueuedJob(self._line, session, score.score, contest, gpu.device(), limit=limit, expected=limit / 10)
        found: list[dict[str, Any]] = []
        async with aclosing(job.results()) as results:
            async for items in results:
                found += [item for item in items if isinstance(item, dict)]
        return found[-1]
