"""Work on many files, spread over a cluster. Files travel by their content, which is checked by its hash."""

import itertools
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..machine import optional_packages
from .nodes import Nodes
from .parcel import Parcel

CHUNK_FILES, CHUNK_BYTES = 16, 2**23  # of small files, so many are one task at most: a task costs some milliseconds
SHARES = 8  # tasks for each core at least, so that all end at about the same time
AHEAD = 2  # tasks for each core that run or wait; the files of the others are not read yet
RETRIES = 3  # of a task whose node or process goes

# Works on a file and writes another one; returns what is to be told.
Work = Callable[[Path, Path], Any]
WORKS: dict[str, Work] = {}  # in a process of a node: what it does at present, by the name of the job


@dataclass(frozen=True)
class Errand:
    """A file to work on, and the name of the file that becomes of it."""

    place: int
    path: Path
    target: str


@dataclass(frozen=True)
class Done:
    """What became of an errand: `result` is the new file, if any; `told` is what the work returned; or it `failed`."""

    place: int
    result: Parcel | None = None
    told: Any = None
    failed: str = ""


def work_on_files(
    ray: ModuleType,
    prepare: Callable[[], Work],
    files: Sequence[tuple[Path, str]],
    say: Callable[[str], object],
) -> Iterator[Done]:
    """Works on files, each with the name of the one that becomes of it, on all cores; yields each as it is done.

    `prepare` is called once in each process of a node and returns the work. What a node that goes had in hand is done
    again elsewhere, and `say` takes a line on it. What is at work when this is left ends with the process; it is not
    cancelled, as Ray 2.60 aborts where the node has just gone. Raises ValueError where the cluster cannot run this.
    """
    nodes = Nodes(ray, say)
    spread = _Spread(ray, prepare, _chunks([Errand(place, *file) for place, file in enumerate(files)], nodes.cores))
    while True:
        yield from spread.start(AHEAD * nodes.cores)
        if not spread.tasks:
            return
        yield from spread.received()
        nodes.look()


class _Spread:
    """The tasks that run or wait."""

    def __init__(self, ray: ModuleType, prepare: Callable[[], Work], chunks: Iterator[list[Errand]]) -> None:
        self.ray, self.chunks, self.job = ray, chunks, uuid.uuid4().hex
        self.task = ray.remote(_run).options(num_cpus=1, max_retries=RETRIES)
        self.held = [ray.put(prepare)]  # a list is passed on as it is: a prepared process does not fetch it again
        self.tasks: dict[Any, list[Errand]] = {}  # by the reference of what they return

    def start(self, most: int) -> Iterator[Done]:
        """Starts tasks until there are `most`, and yields the files that cannot be read."""
        while len(self.tasks) < most and (chunk := next(self.chunks, None)):
            sent = []
            for errand in chunk:
                try:
                    sent.append((errand, Parcel(errand.path.name, errand.path.read_bytes())))
                except OSError as error:
                    yield Done(errand.place, failed=error.strerror or str(error))
            if sent:
                self.tasks[self.task.remote(self.job, self.held, sent)] = [errand for errand, _ in sent]

    def received(self) -> Iterator[Done]:
        """What became of the tasks that are done, as soon as one is."""
        lost = self.ray.exceptions
        for ready in self.ray.wait(list(self.tasks), timeout=1.0)[0]:
            chunk = self.tasks.pop(ready)
            try:
                yield from self.ray.get(ready)
            except lost.RuntimeEnvSetupError as error:
                raise ValueError(f"the nodes could not be given this program: {error}") from error
            except lost.RayTaskError:  # a fault of the program
                raise
            except lost.RayError as error:  # of its node or process, and of those that tried it again
                if len(chunk) > 1:  # one of them is to blame
                    self.chunks = itertools.chain([[errand] for errand in chunk], self.chunks)
                else:
                    why = f"{RETRIES + 1} processes ended over it ({type(error).__name__}); denoise it on one machine"
                    yield Done(chunk[0].place, failed=why)


def _chunks(errands: Sequence[Errand], cores: int) -> Iterator[list[Errand]]:
    """The files of each task: few enough that all cores end at about the same time, and not too many bytes."""
    most = min(CHUNK_FILES, max(1, len(errands) // (SHARES * max(1, cores))))
    chunk: list[Errand] = []
    size = 0
    for errand in errands:
        with suppress(OSError):  # told when it is read
            size += errand.path.stat().st_size
        chunk.append(errand)
        if len(chunk) == most or size > CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _run(job: str, held: list[Any], sent: list[tuple[Errand, Parcel]]) -> list[Done]:
    """On a node: works on some files, each in a folder of its own that is removed."""
    if job not in WORKS:
        (ray,) = optional_packages("a cluster", "ray")
        WORKS.clear()
        WORKS[job] = ray.get(held[0])()
    return [_worked(WORKS[job], errand, parcel) for errand, parcel in sent]


def _worked(work: Work, errand: Errand, parcel: Parcel) -> Done:
    with tempfile.TemporaryDirectory(prefix="n2n-") as folder:
        source, target = Path(folder, "source", parcel.name), Path(folder, "target", errand.target)
        for path in (source, target):
            path.parent.mkdir()
        try:
            source.write_bytes(parcel.data)
        except (ValueError, OSError) as error:
            return Done(errand.place, failed=f"{error}")
        told = work(source, target)
        return Done(errand.place, Parcel(target.name, target.read_bytes()) if target.exists() else None, told)
