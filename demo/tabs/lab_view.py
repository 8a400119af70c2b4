"""A view of experiments: runs the newest one of each visitor, and makes values for components from its screens."""

import asyncio
import html
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from ..jobs.errors import PROBLEMS
from ..jobs.line import Line
from ..jobs.queue import QueuedJob
from ..jobs.workers import Workers
from ..lab.experiment import Experiment, Screen, Value, last_screen
from ..server.visitor_folders import VisitorFolders
from ..widgets.html import error, notes, verdicts
from ..widgets.named_components import change
from . import train_view
from .train_view import NO_ROWS

LIVE_SECONDS = 0.4  # that an experiment without a button is expected to take


class ExperimentOutputs(NamedTuple):
    """The components that show an experiment; and, in a handler, their values."""

    headline: Any
    figure: Any
    net: Any
    pictures: Any
    notes: Any
    run: Any
    stop: Any


update = partial(change, ExperimentOutputs)


def empty() -> ExperimentOutputs:
    """The page before anything was run."""
    return update(headline="", figure="", net=None, pictures=NO_ROWS, notes="", **_buttons(False))


def failed(problem: Exception) -> ExperimentOutputs:
    """The page after something went wrong."""
    return update(headline=error(problem), **_buttons(False))


def screen_values(screen: Screen, experiment: Experiment) -> ExperimentOutputs:
    """The page with one screen of an experiment."""
    bar = ""
    if screen.share is not None:
        bar = f'<progress aria-label="Experiment" max="1" value="{screen.share:.3f}"></progress>'
    figures = "".join(f"<div>{figure}</div>" for figure in (screen.figure, screen.beside) if figure)
    return update(
        headline=f'{bar}<p class="n2n-answer">{html.escape(screen.headline)}</p>',
        figure=f'<div class="n2n-curves">{figures}</div>' if figures else "",
        net=screen.net,
        pictures=train_view.rows(screen.rows) | {"picks": bool(experiment.picks), "sides": experiment.sides},
        notes=notes(screen.notes) + verdicts(screen.verdicts),
    )


def _buttons(running: bool) -> dict[str, gr.Button]:
    return {"run": gr.Button(interactive=not running), "stop": gr.Button(interactive=running)}


@dataclass(eq=False)
class ExperimentRun:
    """One visitor's run of an experiment."""

    job: QueuedJob | None = None  # once the run before it has ended
    abandoned: bool = False  # it is to end without another screen
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Lab:
    """Runs experiments: those that train in the `line` of all trainings, the others in the line of `quick` work, or in
    `workers` where they need no button.
    """

    def __init__(self, folders: VisitorFolders, line: Line, quick: Line, workers: Workers) -> None:
        self._folders, self._line, self._quick = folders, line, quick
        self._workers = workers
        self._runs: dict[str, ExperimentRun] = {}  # by session: the newest

    def leave(self, session: str) -> None:
        """Ends the visitor's run, also one that waits; the page is empty then."""
        if run := self._runs.get(session):
            run.abandoned = True

    def stop(self, session: str) -> None:
        """Asks the visitor's run to end, whose last screen still comes; one that waits leaves the line."""
        run = self._runs.get(session)
        if run and run.job and run.job.working:
            run.job.stop()
        else:
            self.leave(session)

    @asynccontextmanager
    async def _alone(self, session: str) -> AsyncIterator[ExperimentRun]:
        """The visitor's newest run, once the one before it has ended."""
        before, run = self._runs.get(session), ExperimentRun()
        self._runs[session] = run
        try:
            if before:
                before.abandoned = True
                await before.ended.wait()
            yield run
        finally:
            run.ended.set()
            if self._runs.get(session) is run:
                del self._runs[session]

    async def run(
        self, session: str, experiment: Experiment, chosen: Mapping[str, Value], first: bool
    ) -> AsyncGenerator[ExperimentOutputs, None]:
        """The experiment on the page, from its place in line to its last screen; a newer run takes its place.

        `first`: goes before all who wait.
        """
        if experiment.live:
            async with aclosing(self._live(session, experiment, chosen)) as steps:
                async for outputs in steps:
                    yield outputs
            return
        async with self._alone(session) as run:
            yield update(**_buttons(True))
            try:
                run.job = job = self._job(session, experiment, chosen, first)
                async with aclosing(job.results()) as results:
                    async for screens in results:
                        if run.abandoned:
                            break
                        new = [screen for screen in screens if isinstance(screen, Screen)]
                        if job.waiting:
                            yield update(headline=train_view.waiting_notice(job.waiting))
                        else:  # without news as well: only by a yield is noticed that the visitor has gone
                            yield screen_values(new[-1], experiment) if new else update()
                if self._runs.get(session) is run:  # or the page is another's
                    yield empty() if run.abandoned else update(**_buttons(False))
            except PROBLEMS as problem:
                if not run.abandoned:
                    yield failed(problem)

    async def _live(
        self, session: str, experiment: Experiment, chosen: Mapping[str, Value]
    ) -> AsyncGenerator[ExperimentOutputs, None]:
        """The experiment on the page as soon as it is computed, which is no time to show a button for."""
        seconds = experiment.longest(chosen)
        async with self._alone(session) as run:
            try:
                with self._folders.in_use(self._folders.new(session, "lab")) as folder:
                    async with self._quick.turn(session, LIVE_SECONDS):
                        work = last_screen, experiment.work, folder, chosen
                        screen = await self._workers.run(*work, seconds=seconds)
                yield empty() if run.abandoned else screen_values(screen, experiment)
            except PROBLEMS as problem:
                if not run.abandoned:
                    yield failed(problem)

    def _job(self, session: str, experiment: Experiment, chosen: Mapping[str, Value], first: bool) -> QueuedJob:
        line, seconds = self._line if experiment.trains(chosen) else self._quick, experiment.longest(chosen)
        arguments = experiment.work, self._folders.new(session, "lab"), chosen
        return QueuedJob(line, session, *arguments, limit=seconds, expected=seconds, first=first)
