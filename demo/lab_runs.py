"""An experiment at work, on the page: one at a time for each visitor, the newest, and what its screens become."""

import asyncio
import html
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import gradio as gr

from . import jobs, settings, turns, watching
from .lab.experiment import Experiment, Screen, Value
from .line import Line
from .markup import error, notes, verdicts
from .turns import PROBLEMS, Waiting
from .visits import Visits
from .watching import NO_ROWS


class Page(NamedTuple):
    """What shows an experiment: the components; and, in a handler, their values."""

    headline: object
    figure: object
    pictures: object
    notes: object
    run: object
    stop: object


page = partial(watching.changed, Page)


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
        pictures=watching.rows(screen.rows) | {"picks": bool(experiment.picks)},
        notes=notes(screen.notes) + verdicts(screen.verdicts),
    )


def _buttons(running: bool) -> dict[str, gr.Button]:
    return {"run": gr.Button(interactive=not running), "stop": gr.Button(interactive=running)}


@dataclass(eq=False)
class Sitting:
    """One visitor's run: whether it is to give way, and when it has."""

    over: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Lab:
    """Where experiments run: trainings in the `line` of all trainings, the others in that of what is `quick`."""

    def __init__(self, visits: Visits, line: Line, quick: Line) -> None:
        self._visits, self._line, self._quick = visits, line, quick
        self._running: dict[str, jobs.Job] = {}  # by session, while it lasts
        self._sittings: dict[str, Sitting] = {}  # by session: the newest

    def leave(self, session: str) -> None:
        """Ends what the visitor runs or waits for; the page is empty then."""
        if sitting := self._sittings.get(session):
            sitting.over = True

    def stop(self, session: str) -> None:
        """Asks the work to end, whose last screen still comes; one who waits in line leaves it."""
        if job := self._running.get(session):
            job.stop()
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
                async with aclosing(self._steps(session, experiment, asked, first)) as steps:
                    async for step in steps:
                        if sitting.over:
                            break
                        match step:
                            case Waiting():
                                yield page(headline=watching.in_line(step))
                            case [*_, latest]:
                                yield shown(latest, experiment)
                            case _:  # nothing new: yet only here is noticed that the visitor has gone
                                yield page()
                if self._sittings.get(session) is sitting:  # or the page is another's
                    yield empty() if sitting.over else page(**_buttons(False))
            except PROBLEMS as problem:
                if not sitting.over:
                    yield failed(problem)

    def _steps(
        self, session: str, experiment: Experiment, asked: Mapping[str, Value], first: bool
    ) -> AsyncIterator[Waiting | list[object]]:
        seconds, folder = experiment.longest(asked), self._visits.fresh(session, "lab")

        def begin() -> jobs.Job:
            return jobs.Job(experiment.work, folder, asked, seconds=seconds, memory=settings.JOB_BYTES)

        line = self._line if experiment.trains(asked) else self._quick
        return turns.in_turn(line, self._running, session, seconds, begin, first)
