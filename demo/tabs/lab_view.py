"""A view of experiments: runs the newest one of each visitor, and makes values for components from its screens."""

import asyncio
import html
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from ..jobs.errors import PROBLEMS
from ..jobs.line import Line
from ..jobs.queue import QueuedJob
from ..jobs.workers import Workers
from ..lab import recordings
from ..lab.experiment import Experiment, Screen, Value, last_screen, words
from ..lab.recordings import Recorded
from ..server.visitor_folders import VisitorFolders
from ..widgets.html import error, notes, verdicts
from ..widgets.named_components import change
from ..widgets.viewer import ViewerValue
from ..work.rows import url
from . import train_view
from .lab_recorded import recorded_picture
from .train_view import NO_ROWS

EXAMPLE = '<p class="n2n-note">An example of what you will see. Think first; the figures come with the run.</p>'
PACE = 0.9  # seconds between two screens of a recorded run
LIVE_SECONDS = 0.4  # that an experiment without a button is expected to take


class ExperimentOutputs(NamedTuple):
    """The components that show an experiment; and, in a handler, their values."""

    headline: Any
    figure: Any
    net: Any
    pictures: Any
    notes: Any
    run: Any
    replay: Any
    stop: Any


update = partial(change, ExperimentOutputs)


def opening(experiment: Experiment) -> ExperimentOutputs:
    """The page before anything was run: a recorded example without its numbers, or nothing where there is none."""
    example: dict[str, Any] = {"headline": "", "figure": "", "net": None, "pictures": NO_ROWS, "notes": ""}
    if recorded := recordings.read(experiment.key):
        last = recorded.screens[-1]
        pictures = _rows(last, experiment, partial(recorded_picture, experiment.key))
        for panel in (panel for row in pictures["rows"] for panel in row["panels"]):
            panel["psnr"] = panel["ssim"] = None
        example |= {"headline": _recorded(recorded, experiment) + EXAMPLE, "pictures": pictures}
        if not last.rows:
            example["figure"] = _figures(replace(recorded.screens[-1], beside=""))
    buttons = _buttons(False)
    buttons["replay"]["visible"] = bool(recorded)
    return update(**example, **buttons)


def failed(problem: Exception) -> ExperimentOutputs:
    """The page after something went wrong."""
    return update(headline=error(problem), **_buttons(False))


def screen_values(
    screen: Screen, experiment: Experiment, thought: str = "", recorded: Recorded | None = None
) -> ExperimentOutputs:
    """The page with one screen of an experiment; `thought` is what the visitor had voted for."""
    bar = ""
    if screen.share is not None and screen.share < 1:
        bar = f'<progress aria-label="Experiment" max="1" value="{screen.share:.3f}"></progress>'
    mark = _recorded(recorded, experiment) if recorded else ""
    address = partial(recorded_picture, experiment.key) if recorded else url
    return update(
        headline=f"{mark}{bar}{_told(screen, experiment, thought)}",
        figure=_figures(screen),
        net=screen.net,
        pictures=_rows(screen, experiment, address),
        notes=notes(screen.notes) + verdicts(screen.verdicts),
    )


def _told(screen: Screen, experiment: Experiment, thought: str) -> str:
    """How it stands; and where the run carries it, the answer to the question, and why."""
    headline = f'<p class="n2n-answer">{html.escape(screen.headline)}</p>'
    if not screen.answer:
        return headline
    right = "" if not thought else " You thought so." if thought == screen.answer.option else " You thought otherwise."
    sentence = f"<strong>{html.escape(screen.answer.sentence)}</strong>{right}"
    why = f'<p class="n2n-note">{html.escape(experiment.why)}</p>'
    return f'<div class="n2n-conclusion"><p>{sentence}</p>{why}</div>{headline}'


def _figures(screen: Screen) -> str:
    figures = "".join(f"<div>{figure}</div>" for figure in (screen.figure, screen.beside) if figure)
    return f'<div class="n2n-curves">{figures}</div>' if figures else ""


def _rows(screen: Screen, experiment: Experiment, address: Callable[[Path], str]) -> ViewerValue:
    return {
        **train_view.rows(screen.rows, address),
        "picks": bool(experiment.picks),
        "flips": bool(experiment.answers),
        "sides": experiment.sides,
    }


def _recorded(recorded: Recorded, experiment: Experiment) -> str:
    """Says that this is a recorded run, with which settings where they are not the usual ones, and where it ran."""
    usual = {control.name: control.value for control in experiment.controls}
    changed = [
        f"{control.label.lower()}: {words(control, recorded.values[control.name])}"
        for control in experiment.controls
        if recorded.values[control.name] != usual[control.name]
    ]
    told = "; ".join([*changed, recorded.machine])
    return f'<p class="n2n-recorded"><b>Recorded</b> {html.escape(told)}</p>'


def _buttons(running: bool) -> dict[str, Any]:
    return {
        "run": gr.update(interactive=not running),
        "replay": gr.update(interactive=not running),
        "stop": gr.update(interactive=running),
    }


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
            yield update(**_buttons(True))
            for screen in recorded.screens:
                if run.abandoned:
                    break
                yield screen_values(screen, experiment, thought, recorded)
                await asyncio.sleep(0 if screen is recorded.screens[-1] else PACE)
            if run.page:  # also where another was chosen, as what was on its way may have come after that
                yield opening(run.page) if run.abandoned else update(**_buttons(False))

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
                            yield screen_values(new[-1], experiment, thought) if new else update()
                if run.page:
                    yield opening(run.page) if run.abandoned else update(**_buttons(False))
            except PROBLEMS as problem:
                if run.page:
                    yield opening(run.page) if run.abandoned else failed(problem)

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
                    yield screen_values(screen, experiment, thought)
            except PROBLEMS as problem:
                if not run.abandoned:
                    yield failed(problem)

    def _job(self, session: str, experiment: Experiment, chosen: Mapping[str, Value], first: bool) -> QueuedJob:
        line, seconds = self._line if experiment.trains(chosen) else self._quick, experiment.longest(chosen)
        arguments = experiment.work, self._folders.new(session, "lab"), chosen
        return QueuedJob(line, session, *arguments, limit=seconds, expected=seconds, first=first)
