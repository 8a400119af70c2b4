"""The lab's visitors: the newest run of each, from its place in line to its last screen."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from ..jobs.errors import PROBLEMS
from ..jobs.line import Line
from ..jobs.queue import QueuedJob
from ..jobs.workers import Workers
from ..lab import recordings
from ..lab.experiment import Experiment, Screen, Value, last_screen
from ..server.visitor_folders import VisitorFolders
from . import lab_view, train_view
from .lab_view import ExperimentOutputs

PACE = 0.9  # seconds between two screens of a recorded run
LIVE_SECONDS = 0.4  # that an experiment without a button is expected to take


@dataclass(eq=False)
class ExperimentRun:
    """One visitor's run of an experiment."""

    page: Experiment | None  # which the page shows once it has ended; None where it is a newer run's
    job: QueuedJob | None = None  # once the run before it has ended
    abandoned: bool = False  # it is to end without another screen
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Lab:
    """Runs experiments: those that train in the `line` of all trainings, the others in the line of `quick` work, or in
    `workers` where they need no button.
    """

    def __init__(self, folders: VisitorFolders, line: Line, quick: Line, workers: Workers) -> None:
        self._folders, self._line, self._quick, self._workers = folders, line, quick, workers
        self._runs: dict[str, ExperimentRun] = {}  # by session: the newest

    def leave(self, session: str, chosen: Experiment | None) -> None:
        """Ends the visitor's run, even one that waits: an experiment is `chosen`, or None as a newer run starts."""
        if run := self._runs.get(session):
            run.abandoned, run.page = True, chosen

    def stop(self, session: str) -> None:
        """Asks the visitor's run to end, whose last screen still comes; one that waits leaves the line."""
        if run := self._runs.get(session):
            if run.job and run.job.working:
                run.job.stop()
            else:
                run.abandoned = True

    @asynccontextmanager
    async def _alone(self, session: str, experiment: Experiment) -> AsyncIterator[ExperimentRun]:
        """The visitor's newest run, once the one before it has ended."""
        self.leave(session, None)
        before, run = self._runs.get(session), ExperimentRun(experiment)
        self._runs[session] = run
        try:
            if before:
                await before.ended.wait()
            yield run
        finally:
            run.ended.set()
            if self._runs.get(session) is run:
                del self._runs[session]

    async def replay(
        self, session: str, experiment: Experiment, thought: str
    ) -> AsyncGenerator[ExperimentOutputs, None]:
        """The recorded run on the page, one screen after the other. Raises ValueError where there is none."""
        recorded = recordings.read(experiment.key)
        if recorded is None:
            raise ValueError(f"there is no recorded run of '{experiment.title}'; run it live")
        async with self._alone(session, experiment) as run:
            yield lab_view.update(**lab_view.buttons(True))
            for screen in recorded.screens:
                if run.abandoned:
                    break
                yield lab_view.screen_values(screen, experiment, thought, recorded)
                await asyncio.sleep(0 if screen is recorded.screens[-1] else PACE)
            if run.page:  # also where another was chosen, as what was on its way may have come after that
                yield lab_view.opening(run.page) if run.abandoned else lab_view.update(**lab_view.buttons(False))

    async def run(
        self, session: str, experiment: Experiment, chosen: Mapping[str, Value], first: bool, thought: str = ""
    ) -> AsyncGenerator[ExperimentOutputs, None]:
        """The experiment on the page, from its place in line to its last screen; a newer run takes its place.

        `first`: goes before all who wait.
        """
        if experiment.live:
            async with aclosing(self._live(session, experiment, chosen, thought)) as steps:
                async for outputs in steps:
                    yield outputs
            return
        async with self._alone(session, experiment) as run:
            yield lab_view.update(**lab_view.buttons(True))
            try:
                run.job = job = self._job(session, experiment, chosen, first)
                async with aclosing(job.results()) as results:
                    async for screens in results:
                        if run.abandoned:
                            break
                        new = [screen for screen in screens if isinstance(screen, Screen)]
                        if job.waiting:
                            yield lab_view.update(headline=train_view.waiting_notice(job.waiting))
                        else:  # without news as well: only by a yield is noticed that the visitor has gone
                            yield lab_view.screen_values(new[-1], experiment, thought) if new else lab_view.update()
                if run.page:
                    yield lab_view.opening(run.page) if run.abandoned else lab_view.update(**lab_view.buttons(False))
            except PROBLEMS as problem:
                if run.page:
                    yield lab_view.opening(run.page) if run.abandoned else lab_view.failed(problem)

    async def _live(
        self, session: str, experiment: Experiment, chosen: Mapping[str, Value], thought: str
    ) -> AsyncGenerator[ExperimentOutputs, None]:
        """The experiment on the page as soon as it is computed, which is no time to show a button for."""
        seconds = experiment.longest(chosen)
        async with self._alone(session, experiment) as run:
            try:
                with self._folders.in_use(self._folders.new(session, "lab")) as folder:
                    async with self._quick.turn(session, LIVE_SECONDS):
                        work = last_screen, experiment.work, folder, chosen
                        screen = await self._workers.run(*work, seconds=seconds)
                if not run.abandoned:
                    yield lab_view.screen_values(screen, experiment, thought)
            except PROBLEMS as problem:
                if not run.abandoned:
                    yield lab_view.failed(problem)

    def _job(self, session: str, experiment: Experiment, chosen: Mapping[str, Value], first: bool) -> QueuedJob:
        line, seconds = self._line if experiment.trains(chosen) else self._quick, experiment.longest(chosen)
        arguments = experiment.work, self._folders.new(session, "lab"), chosen
        return QueuedJob(line, session, *arguments, limit=seconds, expected=seconds, first=first)
