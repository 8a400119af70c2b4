"""A training on several processes of a cluster, by Ray Train: the same loop, the same batches, the same files.

The pairs travel once, as arrays. Every checkpoint comes back to the process that asked for the training, which writes
it; a training that loses a node begins anew from the last one. A desk on the head's node holds what the two sides have
for each other: Ray Train itself moves checkpoints through a folder that all machines share, which few people have.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import safetensors.torch
import torch.distributed as dist

from ..data import Pairs
from ..files import write_bytes
from ..machine import optional_packages, write_lock
from ..nets import Header, UNet, check_writable
from ..training import Diverged, Progress, Recipe, last_path, train, weights_of
from .connection import connect, program
from .nodes import Nodes, cores

ON_HEAD = {"num_cpus": 0, "resources": {"node:__internal_head__": 0.001}}
EVERY = 0.2  # seconds between two deliveries of steps
FAILURES = 10  # nodes or processes that a training may lose
REFUSED = (ValueError, OSError, ArithmeticError, MemoryError)  # what another try would not mend

Handle = Any  # an actor, of a type that ray makes
Files = dict[str, bytes]  # the weights of a training, best and last, by name


class Task(NamedTuple):
    """What every process of a training is given."""

    net: UNet
    pairs: Pairs
    validation: Pairs | None
    recipe: Recipe
    about: Header
    start: str | None
    name: str  # of the file of the best weights


class Delivery(NamedTuple):
    """What the desk has for the process that asked."""

    steps: list[Progress]
    files: Files
    failure: tuple[str, str] | None  # name of the error and its text
    ended: bool


class Desk:
    """An actor between the processes of a training and the one that asked for it."""

    def __init__(self, files: Files) -> None:
        """`files` are those to go on from, if any."""
        self.kept = files
        self.new = Delivery([], {}, None, False)
        self.stopping = False

    def files(self) -> Files:
        """The last checkpoint."""
        return self.kept

    def put(self, steps: list[Progress], files: Files, ended: bool) -> bool:
        """Takes steps, and the files that changed meanwhile; returns whether the training is to stop."""
        self.kept = self.kept | files
        self.new = Delivery(self.new.steps + steps, self.new.files | files, self.new.failure, ended)
        return self.stopping

    def fail(self, kind: str, text: str) -> None:
        """Takes an error that ends the training."""
        self.new = self.new._replace(failure=self.new.failure or (kind, text))

    def take(self, stopping: bool) -> Delivery:
        """Hands out what came since the last call."""
        self.stopping, taken = stopping, self.new
        self.new = Delivery([], {}, None, False)
        return taken


def train_on(
    address: str,
    processes: int,
    say: Callable[[str], object],
    net: UNet,
    pairs: Pairs,
    validation: Pairs | None,
    recipe: Recipe,
    *,
    out: Path,
    resume: bool,
    stop: Callable[[], bool],
    about: Header,
    start: str | None,
) -> Iterator[Progress]:
    """As training.train, in so many processes of a cluster, of one core each. `net` has the weights of each checkpoint
    as it comes. Where a node goes, `say` takes a line, and steps since the last checkpoint are told again.

    Raises Diverged, ValueError, OSError.
    """
    ray = connect(address, runtime_env=program())
    if not 1 <= processes <= (most := cores(ray)):
        raise ValueError(f"{processes} processes on a cluster of {most} cores; allowed: 1 to {most}, or add nodes")
    check_writable(out)
    with write_lock(out):
        kept = {path.name: path.read_bytes() for path in (out, last_path(out)) if resume and path.exists()}
        desk = ray.remote(Desk).options(**ON_HEAD).remote(kept)
        held = [ray.put(Task(net, pairs, validation, recipe, about, start, out.name))]
        fit = ray.remote(_fit).options(max_retries=0, **ON_HEAD).remote(desk, held, processes)
        try:
            yield from _steps(ray, fit, desk, Nodes(ray, say), net, out, stop)
        except ray.exceptions.RayError as error:
            why = " ".join(str(error).split()[-40:])
            raise ValueError(f"the training on the cluster broke off ({why}); --resume goes on from '{out}'") from error
        finally:
            with suppress(ray.exceptions.RayError):
                ray.cancel(fit, force=True)
                ray.kill(desk)


def _steps(
    ray: ModuleType, fit: object, desk: Handle, nodes: Nodes, net: UNet, out: Path, stop: Callable[[], bool]
) -> Iterator[Progress]:
    """The steps of a training as they come, after the files that they left are written."""
    while True:
        over = bool(ray.wait([fit], timeout=EVERY)[0])
        new: Delivery = ray.get(desk.take.remote(stop()))
        for name in sorted(new.files, key=len):  # the best weights first, as the loop does
            write_bytes(out.with_name(name), new.files[name])
        if last := new.files.get(last_path(out).name):
            net.load_state_dict(weights_of(safetensors.torch.load(last)))
        yield from new.steps
        if new.failure:
            kind, text = new.failure
            raise (Diverged if kind == "Diverged" else ValueError)(text)
        if new.ended:
            return
        if over:
            ray.get(fit)
            return
        nodes.look()


def _fit(desk: Handle, held: list[Any], processes: int) -> None:
    """On the head's node: starts the processes, and starts them anew where one is lost."""
    air, torch_trainer = optional_packages("a training on a cluster", "ray.train", "ray.train.torch")
    with tempfile.TemporaryDirectory(prefix="n2n-") as folder:
        torch_trainer.TorchTrainer(
            _learn,
            train_loop_config={"desk": desk, "held": held},
            torch_config=torch_trainer.TorchConfig(backend="gloo"),
            scaling_config=air.ScalingConfig(num_workers=processes, resources_per_worker={"CPU": 1}),
            run_config=air.RunConfig(
                name="n2n", storage_path=folder, failure_config=air.FailureConfig(max_failures=FAILURES)
            ),
        ).fit()


def _learn(config: dict[str, Any]) -> None:
    """On a node: one process of a training."""
    (ray,) = optional_packages("a training on a cluster", "ray")
    desk, task = config["desk"], ray.get(config["held"][0])
    with tempfile.TemporaryDirectory(prefix="n2n-") as folder:
        out = Path(folder, task.name)
        for name, content in ray.get(desk.files.remote()).items():
            out.with_name(name).write_bytes(content)
        post = Post(ray, desk, out) if dist.get_rank() == 0 else None
        stream = train(
            task.net,
            task.pairs,
            task.validation,
            task.recipe,
            out=out,
            resume=True,  # from the files of the desk, if there are any
            stop=lambda: bool(post and post.stopping),
            about=task.about,
            start=task.start,
        )
        try:
            for progress in stream:
                if post:
                    post.add(progress)
            if post:
                post.send(ended=True)
        except REFUSED as error:
            ray.get(desk.fail.remote(type(error).__name__, str(error).replace(f"{folder}/", "")))


class Post:
    """Sends what the first process of a training does to the desk, some steps at a time."""

    def __init__(self, ray: ModuleType, desk: Handle, out: Path) -> None:
        self.ray, self.desk, self.paths = ray, desk, (out, last_path(out))
        self.steps: list[Progress] = []
        self.sent_at, self.stopping = time.monotonic(), False
        self.seen = {path: _stamp(path) for path in self.paths}

    def add(self, progress: Progress) -> None:
        """Takes a step, and sends those that it has where it is time to."""
        self.steps.append(progress)
        if progress.done or progress.validation or time.monotonic() - self.sent_at > EVERY:
            self.send()

    def send(self, ended: bool = False) -> None:
        """Sends the steps with the files that changed."""
        now = {path: _stamp(path) for path in self.paths}
        files = {path.name: path.read_bytes() for path in self.paths if now[path] != self.seen[path]}
        self.stopping = self.ray.get(self.desk.put.remote(self.steps, files, ended))
        self.steps, self.seen, self.sent_at = [], now, time.monotonic()


def _stamp(path: Path) -> tuple[int, int]:
    """What changes with a file."""
    found = path.stat() if path.exists() else None
    return (found.st_mtime_ns, found.st_ino) if found else (0, 0)
