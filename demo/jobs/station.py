"""One node's part in the work of a cluster: an actor that runs jobs there, in processes with limits like at home."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from n2n.cluster import Parcel

from . import parcels
from .errors import Failed
from .job import Job, run_nothing
from .parcels import Packed, Shelf

Call: TypeAlias = tuple[Callable[..., Iterator[object]], tuple[object, ...]]  # work, and its arguments
LOOK = 0.01  # seconds between two looks at what a job has sent
ANSWER = 0.25  # seconds after which whoever receives gets an answer, if only an empty one
LOST = 20.0  # seconds without anybody who receives, after which a job is ended
FORGOTTEN = 300.0  # seconds without any server that looks after it, after which a station without jobs ends


class Place(NamedTuple):
    """A path that a call names."""

    name: str  # below the root, with slashes
    is_folder: bool


class Delivery(NamedTuple):
    """What a job has sent since the last one."""

    items: tuple[bytes, ...]
    files: tuple[Parcel, ...]
    ended: bool
    failure: str | None  # the sentence with which it failed


@dataclass
class _Running:
    job: Job
    shelf: Shelf
    places: list[Path]  # whose files go back
    received: float = field(default_factory=time.monotonic)


class Station:
    """Runs the jobs whose places in the cluster are on this node. It holds no resources itself: the leases do."""

    def __init__(self) -> None:
        self._running: dict[str, _Running] = {}
        self._looked_after = 0.0  # when a server did so last, on the monotonic clock

    async def ready(self) -> None:
        """Loads what jobs need, so that they start at once. Raises Failed where none can."""
        if not self._looked_after:
            await asyncio.to_thread(run_nothing)
            asyncio.get_running_loop().create_task(self._end_if_forgotten())
        self._looked_after = time.monotonic()

    async def start(
        self, token: str, call: bytes, places: list[Place], files: list[Any], seconds: float, memory: int
    ) -> None:
        """Starts a job: a packed Call, the places that it names, and the files there, from the object store.

        Raises ValueError where a file is damaged, Failed, OSError.
        """
        shelf = Shelf(Path(tempfile.mkdtemp(prefix="n2n-job-")))
        try:
            for place in places:
                if place.is_folder:
                    (shelf.root / place.name).mkdir(parents=True, exist_ok=True)
            for parcel in await asyncio.gather(*files):
                await asyncio.to_thread(shelf.receive, parcel)
            job = await asyncio.to_thread(Job, perform, call, shelf.root, seconds=seconds, memory=memory)
        except BaseException:
            shutil.rmtree(shelf.root, ignore_errors=True)
            raise
        self._running[token] = _Running(job, shelf, [shelf.root / place.name for place in places])
        asyncio.get_running_loop().create_task(self._end_if_lost(token))

    async def received(self, token: str) -> Delivery:
        """What a job has sent since the last call, as soon as there is any. Raises ValueError where it is gone."""
        running = self._running.get(token)
        if running is None:
            raise ValueError(f"this was ended, as nobody had asked for its results for {LOST:.0f} seconds; try again")
        until, items, failure = time.monotonic() + ANSWER, list[Packed](), None
        while not items and not running.job.done and time.monotonic() < until:
            try:
                items = cast(list[Packed], running.job.received())
            except Failed as failed:
                failure = str(failed)
            if not items and not running.job.done:
                await asyncio.sleep(LOOK)
        running.received = time.monotonic()
        return await asyncio.to_thread(_delivery, running, items, failure)

    async def stop(self, token: str, patience: float | None) -> None:
        """Asks a job to end by itself within so many seconds."""
        if running := self._running.get(token):
            running.job.stop(patience)

    async def end(self, token: str) -> None:
        """Ends a job, and removes its files here."""
        running = self._running.pop(token, None)
        if running:
            await asyncio.to_thread(running.job.end)
            await asyncio.to_thread(shutil.rmtree, running.shelf.root, ignore_errors=True)

    async def _end_if_lost(self, token: str) -> None:
        while running := self._running.get(token):
            if time.monotonic() - running.received > LOST:
                await self.end(token)
            await asyncio.sleep(LOST / 5)

    async def _end_if_forgotten(self) -> None:
        while self._running or time.monotonic() - self._looked_after < FORGOTTEN:
            await asyncio.sleep(FORGOTTEN / 5)
        os._exit(0)  # another version of the program has another station, and this one would hold memory for ever


def perform(stop: Callable[[], bool], call: bytes, root: Path) -> Iterator[Packed]:
    """In a job's process: unpacks a Call, which loads what it needs, and packs what it yields. The station itself
    loads none of that, and passes on bytes.
    """
    work, arguments = cast(Call, parcels.unpack(call, root))
    for item in work(stop, *arguments):
        yield parcels.pack(item, root)


def _delivery(running: _Running, items: list[Packed], failure: str | None) -> Delivery:
    named = [path for _, paths in items for path in paths]
    files = [*running.shelf.changed(named), *running.shelf.changed(running.places, writing=running.job.done)]
    return Delivery(tuple(data for data, _ in items), tuple(files), running.job.done, failure)
