"""Where jobs run: in processes of this machine, or on the nodes of a cluster."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

from .. import settings
from .errors import Failed
from .job import Job
from .remote import LEASE_SECONDS, Demand, Room, relay, survey
from .workers import Workers

BROKEN = "the cluster cannot be reached any more; what was learnt until the last checkpoint is kept, try again later"
RELAY_BYTES = 2**31  # that the process here may use, which has the connections of the cluster and what arrives
EVERY = 3.0  # seconds between two looks at the cluster
START = 120.0  # seconds that a look may take, with the time in which nodes load what they need


def start(
    work: Callable[..., Iterator[object]], *arguments: object, seconds: float, memory: int, share: float = 1.0
) -> Job:
    """Runs the generator `work(stop, *arguments)` as a Job: here, or on a node of the cluster where there is one; there
    it takes this `share` of a place. Raises Failed.
    """
    cluster = settings.cluster()
    if not cluster.address:
        return Job(work, *arguments, seconds=seconds, memory=memory)
    return Job(
        relay,
        cluster.address,
        settings.folder(),
        demand(memory, share),
        work,
        arguments,
        seconds,
        memory,
        seconds=seconds + LEASE_SECONDS,
        memory=max(memory, RELAY_BYTES),
        detour=settings.STOP_SECONDS,
        broken=BROKEN,
    )


def demand(memory: int, share: float = 1.0) -> Demand:
    """What a job takes of a node."""
    cores = settings.cluster().cores
    return Demand(cores * share, round(memory * share), threads=max(1, round(cores)))


class Places:
    """How many jobs can run at once: as many as are allowed on this machine, or as the cluster has room for."""

    def __init__(self) -> None:
        self.room = Room(0, 0)
        self._workers = Workers(settings.limits().job_bytes)

    def jobs(self) -> int:
        """Trainings at once; a part of each node is left for `checks`."""
        return max(1, self.room.places) if settings.cluster().address else settings.limits().jobs

    def checks(self) -> int:
        """Inspections at once."""
        return settings.limits().checks * max(1, self.room.nodes)

    def watch(self) -> None:
        """Looks at the cluster again and again, in a thread; nodes that have joined are made ready for jobs."""
        if settings.cluster().address:
            threading.Thread(target=self._watch, name="watch-cluster", daemon=True).start()

    async def look(self) -> None:
        """Looks at the cluster now. Raises ValueError where it does not answer, Failed."""
        arguments = settings.cluster().address, demand(settings.limits().job_bytes)
        self.room = await self._workers.run(survey, *arguments, seconds=START)

    def _watch(self) -> None:
        told = ""
        while True:
            try:
                asyncio.run(self.look())
                news = f"the cluster is ready: nodes {self.room.nodes}, trainings at once {self.room.places}"
            except ValueError as error:
                self.room, news = Room(0, 0), str(error)
            except Failed:
                self.room, news = Room(0, 0), "the cluster cannot be reached any more; it is looked for again"
            if news != told:
                print(f"demo: {news}", flush=True)
            told = news
            time.sleep(EVERY)
