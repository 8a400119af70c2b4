"""An experiment at work, on the page: one at a time for each visitor, the newest, and what its screens become."""

import asyncio
import html
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from ..jobs.errors import PROBLEMS
from ..jobs.line import Line
from ..jobs.queue import QueuedJob
from ..lab.experiment import Experiment, Screen, Value
from ..server.visitor_folders import VisitorFolders
from ..widgets.html import error, notes, verdicts
from ..widgets.named_components import changed
from . import train_view
from .train_view import NO_ROWS


class Page(NamedTuple):
    """What shows an experiment: the components; and, in a handler, their values."""

    headline: Any
    figure: Any
    pictures: Any
    notes: Any
    run: Any
    stop: Any


page = partial(changed, Page)


def empty() -> Page:
    """Before anything was run."""
    return page(headline="", figure="", pictures=NO_ROWS, notes="", **_buttons(False))


def failed(problem: Exception) -> Page:
    """When something went wrong."""
    return page(headline=error(problem), **_buttons(False))


def shown(screen: Screen, experiment: Experiment) -> Page:
    """A moment of an experiment."""
    bar = ""
    if screen.share is not None:
        bar = f'<progress aria-label="Experiment" max="1" value="{screen.share:.3f}"></progress>'
    figures = "".join(f"<div>{figure}</div>" for figure in (screen.figure, screen.beside) if figure)
    return page(
        headline=f'{bar}<p class="n2n-answer">{html.escape(screen.headline)}</p>',
        figure=f'<div class="n2n-curves">{figures}</div>' if figures else "",
        pictures=train_view.rows(screen.rows) | {"picks": bool(experiment.picks)},
        notes=notes(screen.notes) + verdicts(screen.verdicts),
    )


def _buttons(running: bool) -> dict[str, gr.Button]:
    return {"run": gr.Button(interactive=not running), "stop": gr.Button(interactive=running)}


@dataclass(eq=False)
class Sitting:
    """One visitor's run: its job, whether it is to give way, and when it has."""

    job: QueuedJob | None = None  # once the run before it has ended
    over: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Lab:
    """Where experiments run: trainings in the `line` of all trainings, the others in that of what is `quick`."""

    def __init__(self, folders: VisitorFolders, line: Line, quick: Line) -> None:
        self._folders, self._line, self._quick = folders, line, quick
        self._sittings: dict[str, Sitting] = {}  # by session: the newest

    def leave(self, session: str) -> None:
        """Ends what the visitor runs or waits for; the page is empty then."""
        if sitting := self._sittings.get(session):
            sitting.over = True

    def stop(self, session: str) -> None:
        """Asks the work to end, whose last screen still comes; one who waits in line leaves it."""
        sitting = self._sittings.get(session)
        if sitting and sitting.job and sitting.job.working:
            sitting.job.stop()
        else:
            self.leave(session)

    @asynccontextmanager
    async def _alone(self, session: str) -> AsyncIterator[Sitting]:
        """The visitor's newest run, once the one before it has ended."""
        before, mine = self._sittings.get(session), Sitting()
        self._sittings[session] = mine
        try:
            if before:
                before.over = True
                await before.ended.wait()
            yield mine
        finally:
            mine.ended.set()
            if self._sittings.get(session) is mine:
                del self._sittings[session]

    async def run(
        self, session: str, experiment: Experiment, asked: Mapping[str, Value], first: bool
    ) -> AsyncIterator[Page]:
        """The experiment on the page, from its place in line to its last screen; a newer run takes its place.

        `first`: before all who wait.
        """
        async with self._alone(session) as sitting:
            yield page(**_buttons(True))
            try:
                sitting.job = job = self._job(session, experiment, asked, first)
                async with aclosing(job.results()) as results:
                    async for screens in results:
                        if sitting.over:
                            break
                        if job.waiting:
                            yield page(headline=train_view.in_line(job.waiting))
                        else:  # where nothing is new as well: only here is noticed that the visitor has gone
                            yield shown(screens[-1], experiment) if screens else page()
                if self._sittings.get(session) is sitting:  # or the page is another's
                    yield empty() if sitting.over else page(**_buttons(False))
            except PROBLEMS as problem:
                if not sitting.over:
                    yield failed(problem)

    def _job(self, session: str, experiment: Experiment, asked: Mapping[str, Value], first: bool) -> QueuedJob:
        line, seconds = self._line if experiment.trains(asked) else self._quick, experiment.longest(asked)
        arguments = experiment.work, self._folders.new(session, "lab"), asked
        return QueuedJob(line, session, *arguments, limit=seconds, expected=seconds, first=first)
