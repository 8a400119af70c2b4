"""The trainings of the demo: each goes on whoever looks, and is found again by its address."""

import asyncio
import secrets
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from . import jobs, keepsakes, learning, runs, settings, turns
from .learning import Settings
from .line import Line
from .processes import Failed
from .runs import Run
from .sentences import UNFORESEEN
from .turns import EVERY, PROBLEMS, Waiting
from .visits import Visits

START_UP = 60.0  # seconds that reading and measuring may take beside the training itself


@dataclass(eq=False)
class Training:
    """One training; whoever knows its token may watch it."""

    token: str
    owner: str  # session of who began it
    run: Run
    waiting: Waiting | None = None
    running: dict[str, jobs.Job] = field(default_factory=dict)
    problem: Exception | None = None
    taken: list[Path] = field(default_factory=list)  # files to download, once it is over
    over: bool = False
    watchers: int = 0
    seen: float = field(default_factory=time.monotonic)  # when the last watcher left
    task: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Asks it to end; what was learnt until then stays."""
        for job in self.running.values():
            job.stop()


class Trainings:
    """All that are at work or wait in `line`, and those that are over while their files are kept."""

    def __init__(self, visits: Visits, line: Line) -> None:
        self._visits, self._line = visits, line
        self._known: dict[str, Training] = {}

    async def begin(self, session: str, uploaded: tuple[str, ...], asked: Settings) -> Training:
        """A training on these uploads, in line or at work. Raises ValueError, OSError."""
        self._forget()
        token = secrets.token_urlsafe(16)
        folder, shared = self._visits.folder(token), self._visits.shared("pairs")
        brought = await asyncio.to_thread(runs.brought, uploaded, folder / "pairs", shared)
        run = Run(brought.data, self._visits.fresh(token, "run"), asked, brought.names, brought.renamed)
        return self._start(Training(token, session, run))

    def go_on(self, session: str, token: str, seconds: float) -> Training:
        """The training of this token, for so many seconds more. Raises ValueError where there is none, or it cannot."""
        before = self.find(token)
        if not before.over:
            raise ValueError("this training is still at work; wait until it has ended, or stop it")
        return self._start(Training(token, session, before.run.continued(seconds)))

    def find(self, token: str) -> Training:
        """The training of this token, whose files are kept from now on. Raises ValueError where there is none."""
        training = self._known.get(token)
        if training is None or not training.run.folder.exists():
            raise ValueError(
                "this training is not here any more: its files are kept for "
                f"{settings.FILE_SECONDS / 60:.0f} minutes after their last use; press Train to begin again"
            )
        self._visits.folder(token)
        return training

    async def watch(self, training: Training) -> AsyncIterator[Training]:
        """The training each time that it may have changed, at last when it is over. Raises one of PROBLEMS."""
        training.watchers += 1
        try:
            over = False
            while not over:
                over = training.over
                yield training
                await asyncio.sleep(0 if over else EVERY)
        finally:
            training.watchers -= 1
            training.seen = time.monotonic()
        if training.problem:
            raise training.problem

    def _start(self, training: Training) -> Training:
        self._known[training.token] = training
        training.task = asyncio.create_task(self._conduct(training))
        return training

    async def _conduct(self, training: Training) -> None:
        """All of it, from its place in line to what there is to take."""
        run = training.run

        def begin() -> jobs.Job:
            limits = {"seconds": run.seconds + START_UP, "memory": settings.JOB_BYTES}
            return jobs.Job(learning.learn, run.data, run.folder, run.settings, **limits)

        try:
            with self._visits.held(run.folder):
                steps = turns.in_turn(self._line, training.running, training.owner, run.seconds, begin)
                async with aclosing(steps):
                    async for step in steps:
                        self._take(training, step)
                training.taken = await asyncio.to_thread(keepsakes.written, run.folder / "take", run)
        except PROBLEMS as problem:
            training.problem = problem
        except Exception:  # nobody awaits this task: who watches must be told all the same
            traceback.print_exc()
            training.problem = Failed(UNFORESEEN)
        finally:
            training.over = True

    def _take(self, training: Training, step: Waiting | list[object]) -> None:
        """What has come of it; one that nobody watches any more is ended. Raises ValueError where it still waits."""
        training.waiting = step if isinstance(step, Waiting) else None
        for item in step if isinstance(step, list) else ():
            training.run.add(item)
        patience = settings.ALONE_SECONDS if self._line.crowded() else settings.GRACE_SECONDS
        if not training.watchers and time.monotonic() - training.seen > patience:
            if training.waiting:
                raise ValueError("nobody watched this training while it waited, and it left the line")
            training.stop()

    def _forget(self) -> None:
        """Lets go of those whose files are gone."""
        self._known = {token: each for token, each in self._known.items() if not each.over or each.run.folder.exists()}
