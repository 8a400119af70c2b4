"""Looking at uploads and training on them, for the page and for programs: jobs started, watched, and ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from n2n import Progress
from n2n.doctor import Verdict
from n2n.history import History
from n2n.recipe import recipe

from . import gathering, gpu, jobs, learning, looking, samples, settings
from .learning import Learnt, Preview, Settings
from .looking import Speed, Strip, Understood, Verdicts
from .shown import Shown
from .visits import Visits

EVERY = 0.5  # seconds between two looks at what a job has sent
TRIAL_SECONDS = 0.5  # of training, to tell how fast it goes
START_UP = 60.0  # seconds that reading and measuring may take beside the training itself
PROBLEMS = (jobs.Failed, jobs.Full, ValueError, OSError)  # whose text is for the person


@dataclass
class Looks:
    """What is known of an upload so far."""

    understood: Understood | None = None
    strip: tuple[tuple[Shown, ...], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    speed: Speed | None = None

    def add(self, item: object) -> None:
        """Takes one item of `looking.look`."""
        match item:
            case Understood():
                self.understood = item
            case Strip():
                self.strip = item.rows
            case Verdicts():
                self.verdicts = item.verdicts
            case Speed():
                self.speed = item


async def look(files: tuple[Path, ...], folder: Path) -> AsyncIterator[Looks]:
    """What is known so far, each time that something more is. Raises jobs.Failed."""
    found = Looks()
    job = jobs.Job(
        looking.look,
        files,
        folder,
        TRIAL_SECONDS,
        gpu.DEVICE,
        seconds=settings.CHECK_SECONDS,
        memory=settings.JOB_BYTES,
    )
    async with aclosing(jobs.watch(job, EVERY)) as steps:
        async for items in steps:
            for item in items:
                found.add(item)
            yield found


@dataclass
class Run:
    """A training: what was asked for, and everything that came of it so far."""

    data: tuple[Path, ...]
    folder: Path
    settings: Settings
    name: str  # of the data, as the person knows it
    history: History = field(default_factory=History)
    previews: list[Preview] = field(default_factory=list)
    progress: Progress | None = None
    learnt: Learnt | None = None

    @property
    def seconds(self) -> float:
        """How long this sitting trains."""
        return self.settings.recipe.seconds - (self.progress.seconds if self.progress else 0.0)

    def add(self, item: object) -> None:
        """Takes one item of `learning.learn`."""
        match item:
            case Progress():
                self.progress = item
                self.history.add(item)
            case Preview():
                self.previews.append(item)
            case Learnt():
                self.learnt = item

    @property
    def weights(self) -> Path:
        """The best so far. Raises ValueError before the first were measured."""
        if not self.snapshots():
            raise ValueError("the training was stopped before anything was learnt; press Train to begin again")
        return self.folder / learning.BEST

    @property
    def logs(self) -> Path:
        """Folder of TensorBoard's logs."""
        return self.folder / learning.LOGS

    def snapshots(self) -> list[Preview]:
        """The previews whose weights were kept, in order."""
        return [preview for preview in self.previews if preview.snapshot]

    def continued(self, seconds: float) -> "Run":
        """The same training, going on for so many seconds. Raises ValueError where they are too many."""
        _check_seconds(seconds)
        more = replace(self.settings.recipe, seconds=self.progress.seconds + seconds)
        return replace(self, settings=replace(self.settings, recipe=more, resume=True), learnt=None)


@dataclass(frozen=True)
class Waiting:
    """Others train first."""

    ahead: int
    seconds: float  # until it is one's turn, about


async def train(
    line: jobs.Line, running: dict[str, jobs.Job], session: str, run: Run
) -> AsyncIterator[Waiting | list[object]]:
    """Trains when its turn has come; yields what came in, which `run` holds as well. Otherwise as `in_turn`."""

    def begin() -> jobs.Job:
        limits = {"seconds": run.seconds + START_UP, "memory": settings.JOB_BYTES}
        return jobs.Job(learning.learn, run.data, run.folder, run.settings, **limits)

    async with aclosing(in_turn(line, running, session, run.seconds, begin)) as steps:
        async for step in steps:
            for item in step if isinstance(step, list) else ():
                run.add(item)
            yield step


async def in_turn(
    line: jobs.Line,
    running: dict[str, jobs.Job],
    session: str,
    seconds: float,
    begin: Callable[[], jobs.Job],
    first: bool = False,
) -> AsyncIterator[Waiting | list[object]]:
    """Waits until it is the visitor's turn, begins a job and yields what it sends. While the job lasts it stands in
    `running` under its session; it ends whatever happens to the one who watches. `first`: before all who wait. Raises
    one of PROBLEMS.
    """
    ticket = line.join(session, seconds, first)
    try:
        while ahead := line.ahead(ticket):
            yield Waiting(ahead, line.wait(ticket))
            await asyncio.sleep(EVERY)
        running[session] = job = begin()
        async with aclosing(jobs.watch(job, EVERY)) as steps:
            async for items in steps:
                yield items
    finally:
        running.pop(session, None)
        line.leave(ticket)


@cache
def speed() -> float | None:
    """Pictures of 32×32 pixels that this host learns from in a second, measured once, in a second or two."""
    measured = None
    with jobs.Job(looking.pace, gpu.DEVICE, seconds=settings.CHECK_SECONDS, memory=settings.JOB_BYTES) as job:
        while not job.done:
            time.sleep(EVERY / 5)
            measured = next(iter(job.received()), measured)
    return measured


def settings_of(seconds: float, recipe_name: str, width: int, start: str | None, **changes: object) -> Settings:
    """The settings of a training. Raises ValueError naming what is out of range."""
    _check_seconds(seconds)
    evaluations = int(min(30, max(6, seconds / 5)))
    chosen = recipe(recipe_name, seconds=seconds, evaluations=evaluations, **changes)
    return Settings(chosen, width, start, device=gpu.DEVICE)


def _check_seconds(seconds: float) -> None:
    if not 1 <= seconds <= settings.JOB_SECONDS:
        raise ValueError(f"{seconds:g} seconds of training; this page allows 1 to {settings.JOB_SECONDS:g}")


def paths(visits: Visits, session: str, uploaded: tuple[str, ...]) -> tuple[Path, ...]:
    """The files to read: the uploads, or the sample pairs. Raises ValueError where they are too many, or a mixture."""
    if uploaded == (samples.PAIRS,):
        return (gathering.sample_pairs(visits.shared("pairs")),)
    if len(uploaded) > settings.UPLOAD_FILES:
        raise ValueError(
            f"{len(uploaded)} files; this page takes up to {settings.UPLOAD_FILES}. Put them into one .zip instead"
        )
    return gathering.gathered([Path(file) for file in uploaded], visits.fresh(session, "pairs"))
