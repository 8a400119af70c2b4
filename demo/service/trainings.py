"""The trainings of the demo: each goes on whoever looks, and is found again by its address."""

import asyncio
import secrets
import time
import traceback
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from n2n.nets import weights
from n2n.training import named_net, named_recipe

from .. import settings
from ..jobs.errors import PROBLEMS, Failed
from ..jobs.line import Line
from ..jobs.queue import INTERVAL, QueuedJob
from ..server import gpu
from ..server.messages import UNFORESEEN
from ..server.visitor_folders import VisitorFolders
from ..work import pairs, train
from ..work.train import TrainingSettings
from . import takeaway, uploads
from .runs import Run

START_UP = 60.0  # seconds that reading and measuring may take beside the training itself
MODEL = "model.safetensors"  # in a visitor's folder: the weights of the training that they saw end last


def chosen(seconds: float, recipe_name: str, width: int, start: str | None, **changes: object) -> TrainingSettings:
    """The settings of a training on this server. Raises ValueError naming what is out of range."""
    _check_seconds(seconds)
    if start is not None and start not in weights.shipped():  # a program could ask for any file of this computer
        raise ValueError(f"there are no weights '{start}'; allowed: {', '.join(weights.shipped())}, or none")
    if changes.get("hold_out") == 0:
        raise ValueError("hold_out is 0; this page always keeps some pairs to measure on")
    evaluations = int(min(30, max(6, seconds / 5)))
    how = named_recipe(recipe_name, seconds=seconds, evaluations=evaluations, **changes)
    return TrainingSettings(how, named_net(recipe_name, width=width), start, device=gpu.device())


def _check_seconds(seconds: float) -> None:
    if not 1 <= seconds <= settings.limits().job_seconds:
        raise ValueError(f"{seconds:g} seconds of training; this page allows 1 to {settings.limits().job_seconds:g}")


@dataclass(eq=False)
class Training:
    """One training; whoever knows its token may watch it."""

    token: str
    run: Run
    job: QueuedJob
    problem: Exception | None = None
    files: list[Path] = field(default_factory=list)  # to download, once it is over
    over: bool = False
    watchers: int = 0
    left: float = field(default_factory=time.monotonic)  # when the last watcher did
    task: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Asks it to end; what was learnt until then stays."""
        self.job.stop()

    def is_left_alone(self, seconds: float) -> bool:
        """Whether nobody has watched it for longer than this."""
        return not self.watchers and time.monotonic() - self.left > seconds


class Trainings:
    """All that are at work or wait in `line`, and those that are over while their files are kept."""

    def __init__(self, folders: VisitorFolders, line: Line) -> None:
        self._folders, self._line = folders, line
        self._known: dict[str, Training] = {}

    async def begin(self, session: str, paths: Sequence[str], asked: TrainingSettings) -> Training:
        """A training on these uploads, in line or at work. Raises ValueError, OSError."""
        self._forget()
        token = secrets.token_urlsafe(16)
        folder, shared = self._folders.own(token), self._folders.shared("pairs")
        brought = await asyncio.to_thread(uploads.gathered, paths, folder / "pairs", shared)
        run = Run(brought.data, self._folders.new(token, "run"), asked, brought.names, brought.renamed)
        return self._start(token, session, run)

    def go_on(self, session: str, token: str, seconds: float) -> Training:
        """The training of this token, for so many seconds more. Raises ValueError where there is none, or it cannot."""
        before = self.find(token)
        if not before.over:
            raise ValueError("this training is still at work; wait until it has ended, or stop it")
        _check_seconds(seconds)
        return self._start(token, session, before.run.continued(seconds))

    def find(self, token: str) -> Training:
        """The training of this token, whose files are kept from now on. Raises ValueError where there is none."""
        training = self._known.get(token)
        if training is None or not training.run.folder.exists():
            raise ValueError(
                "this training is not here any more: its files are kept for "
                f"{settings.limits().file_seconds / 60:.0f} minutes after their last use; press Train to begin again"
            )
        self._folders.own(token)
        return training

    async def watch(self, session: str, training: Training) -> AsyncGenerator[Training, None]:
        """The training each time that it may have changed, at last when it is over and `model` has it for the visitor.

        Raises one of PROBLEMS.
        """
        training.watchers += 1
        try:
            over = False
            while not over:
                over = training.over
                if over and not training.problem:
                    pairs.link(training.run.weights, self.model(session))
                yield training
                await asyncio.sleep(0 if over else INTERVAL)
        finally:
            training.watchers -= 1
            training.left = time.monotonic()
        if training.problem:
            raise training.problem

    def model(self, session: str) -> Path:
        """Where the weights lie of the training that this visitor saw end last, if there was one."""
        return self._folders.own(session) / MODEL

    def _start(self, token: str, owner: str, run: Run) -> Training:
        limit = run.seconds + START_UP
        arguments = train.learn, run.data, run.folder, run.settings
        training = Training(token, run, QueuedJob(self._line, owner, *arguments, limit=limit, expected=run.seconds))
        self._known[token] = training
        training.task = asyncio.create_task(self._conduct(training))
        return training

    async def _conduct(self, training: Training) -> None:
        """All of it, from its place in line to what there is to take."""
        run = training.run
        try:
            with self._folders.in_use(run.folder):
                async with aclosing(training.job.results()) as results:
                    async for items in results:
                        for item in items:
                            run.add(item)
                        self._end_if_alone(training)
                training.files = await asyncio.to_thread(takeaway.written, run.folder / "take", run)
        except PROBLEMS as problem:
            training.problem = problem
        except Exception:  # nobody awaits this task: who watches must be told all the same
            traceback.print_exc()
            training.problem = Failed(UNFORESEEN)
        finally:
            training.over = True

    def _end_if_alone(self, training: Training) -> None:
        """Ends one that nobody watches any more. Raises ValueError where it still waits."""
        if training.is_left_alone(settings.ALONE_SECONDS if self._line.crowded() else settings.GRACE_SECONDS):
            if training.job.waiting:
                raise ValueError("nobody watched this training while it waited, and it left the line")
            training.stop()

    def _forget(self) -> None:
        """Lets go of those whose files are gone."""
        self._known = {token: each for token, each in self._known.items() if not each.over or each.run.folder.exists()}
