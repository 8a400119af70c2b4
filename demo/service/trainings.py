"""A service: trainings, which go on whether anybody watches, and are found again by their tokens."""

import asyncio
import secrets
import time
import traceback
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from n2n.nets import weights
from n2n.remedies import UNTREATED, Remedies
from n2n.training import named_net, named_recipe

from .. import settings
from ..jobs.errors import PROBLEMS, Failed
from ..jobs.line import Line
from ..jobs.queue import QueuedJob
from ..server import gpu
from ..server.messages import UNFORESEEN
from ..server.visitor_folders import VisitorFolders
from ..work import pairs, train
from ..work.train import TrainingSettings
from .passports import write_passports
from .runs import Run
from .takeaway import CARD, write_all
from .uploads import gather

START_UP = 180.0  # seconds that reading, measuring and the last pictures may take beside the training itself
LOOK = 1.0  # seconds between two looks of a page, each of which keeps a browser busy for 0.2 s, a phone for longer
MODEL = "model.safetensors"  # in a visitor's folder: the weights of the training that ended last while they watched


def make_settings(
    seconds: float,
    recipe_name: str,
    width: int,
    start: str | None,
    axes: str | None = None,
    remedies: Remedies = UNTREATED,
    **changes: object,
) -> TrainingSettings:
    """The settings of a training on this server. Raises ValueError naming the setting that is out of range."""
    _check_seconds(seconds)
    if start is not None and start not in weights.shipped():  # a program could ask for any file of this computer
        raise ValueError(f"there are no weights '{start}'; allowed: {', '.join(weights.shipped())}, or none")
    if changes.get("hold_out") == 0:
        raise ValueError("hold_out is 0; this page always keeps some pairs to measure on")
    evaluations = int(min(30, max(6, seconds / 5)))
    changed = named_recipe(recipe_name, seconds=seconds, evaluations=evaluations, **changes)
    config, device = named_net(recipe_name, width=width), gpu.device()
    return TrainingSettings(changed, config, start, device=device, axes=axes, remedies=remedies)


def _check_seconds(seconds: float) -> None:
    if not 1 <= seconds <= settings.limits().job_seconds:
        raise ValueError(f"{seconds:g} seconds of training; this page allows 1 to {settings.limits().job_seconds:g}")


@dataclass(eq=False)
class Training:
    """One training; whoever has its token may watch it."""

    token: str
    run: Run
    job: QueuedJob
    problem: Exception | None = None
    files: list[Path] = field(default_factory=list)  # to download, once it is over
    stopping: bool = False  # it was asked to end
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    watchers: int = 0
    watched: float = field(default_factory=time.monotonic)  # when the last watcher left, on the monotonic clock
    task: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.ended.is_set()

    @property
    def card(self) -> Path | None:
        """The picture to show to others, once it is over."""
        card = self.run.folder / "take" / CARD
        return card if self.over and card.exists() else None

    def stop(self) -> None:
        """Asks it to end with what it has learnt; the best weights until then stay in any case."""
        self.stopping = self.job.working
        self.job.stop(settings.FINISH_SECONDS)

    def is_unwatched(self, seconds: float) -> bool:
        """Whether nobody has watched it for longer than this."""
        return not self.watchers and time.monotonic() - self.watched > seconds


class Trainings:
    """All trainings that are at work or wait in `line`, and those that are over while their files are kept."""

    def __init__(self, folders: VisitorFolders, line: Line) -> None:
        self._folders, self._line = folders, line
        self._trainings: dict[str, Training] = {}  # by token

    async def begin(self, session: str, paths: Sequence[str], chosen: TrainingSettings, page: str = "") -> Training:
        """A training on these uploads, in line or at work; `page` is the address at which others open the page.

        Raises ValueError, OSError.
        """
        self._drop_expired()
        token = secrets.token_urlsafe(16)
        folder, shared = self._folders.own(token), self._folders.shared("pairs")
        data = await asyncio.to_thread(gather, paths, folder / "pairs", shared)
        run = Run(data, self._folders.new(token, "run"), chosen, page)
        return self._start(token, session, run)

    def go_on(self, session: str, token: str, seconds: float) -> Training:
        """Continues the training of this token for so many seconds. Raises ValueError where that is not possible."""
        before = self.find(token)
        if not before.over:
            raise ValueError("this training is still at work; wait until it has ended, or stop it")
        _check_seconds(seconds)
        return self._start(token, session, before.run.continued(seconds))

    async def export(self, token: str) -> tuple[Training, list[str]]:
        """The training of this token, with files for other programs among its downloads, and why some of those are
        missing. Raises ValueError.
        """
        training = self.find(token)
        if not training.over:
            raise ValueError("this training is still at work; wait until it has ended, or stop it")
        with self._folders.in_use(training.run.folder):
            weights, folder = training.run.weights, training.run.folder / "take"
            made, problems = await asyncio.to_thread(write_passports, weights, folder)
        training.files += [file for file in made if file not in training.files]
        return training, problems

    def find(self, token: str) -> Training:
        """The training of this token, whose files are kept from now on. Raises ValueError where there is none."""
        training = self._trainings.get(token)
        if training is None or not training.run.folder.exists():
            raise ValueError(
                "this training is not here any more: its files are kept for "
                f"{settings.limits().file_seconds / 60:.0f} minutes after their last use; bring the shots again"
            )
        self._folders.own(token)
        return training

    async def watch(self, session: str, training: Training) -> AsyncGenerator[Training, None]:
        """The training, each time that it may have changed; at last when it is over, and its weights are the visitor's
        `model`.

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
                with suppress(TimeoutError):
                    await asyncio.wait_for(training.ended.wait(), LOOK)
        finally:
            training.watchers -= 1
            training.watched = time.monotonic()
        if training.problem:
            raise training.problem

    def model(self, session: str) -> Path:
        """The file for the weights of the training that ended last while this visitor watched."""
        return self._folders.own(session) / MODEL

    def _start(self, token: str, owner: str, run: Run) -> Training:
        seconds = run.seconds_left
        arguments = train.learn, run.data.files, run.folder, run.settings
        job = QueuedJob(self._line, owner, *arguments, limit=seconds + START_UP, expected=seconds)
        training = Training(token, run, job)
        self._trainings[token] = training
        training.task = asyncio.create_task(self._run(training))
        return training

    async def _run(self, training: Training) -> None:
        """Sees a training through, from its place in line to its downloads."""
        run = training.run
        try:
            with self._folders.in_use(run.folder):
                async with aclosing(training.job.results()) as results:
                    async for items in results:
                        for item in items:
                            run.add(item)
                        run.moved = training.job.moved
                        self._end_if_unwatched(training)
                training.files = await asyncio.to_thread(write_all, run.folder / "take", run)
        except PROBLEMS as problem:
            training.problem = problem
        except Exception:  # nobody awaits this task: watchers must learn of it all the same
            traceback.print_exc()
            training.problem = Failed(UNFORESEEN)
        finally:
            training.ended.set()

    def _end_if_unwatched(self, training: Training) -> None:
        """Ends a training that nobody watches any more. Raises ValueError where it still waits."""
        if training.is_unwatched(settings.ALONE_SECONDS if self._line.crowded() else settings.GRACE_SECONDS):
            if training.job.waiting:
                raise ValueError("nobody watched this training while it waited, and it left the line")
            training.stop()

    def _drop_expired(self) -> None:
        """Forgets trainings whose files are gone."""
        kept = (known for known in self._trainings.values() if not known.over or known.run.folder.exists())
        self._trainings = {training.token: training for training in kept}
