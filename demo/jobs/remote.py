"""Work on another machine of the cluster, seen from this one: a generator like the work itself.

It runs in a process of its own here, as all work does. So a cluster that breaks breaks no more than that process.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

from n2n.cluster import connect, program

from . import parcels
from .child import StopRequest
from .parcels import PROJECT, Shelf
from .station import Call, Delivery, Place, Station

Handle: TypeAlias = Any  # of an actor, a lease or a result: the types of a package that need not be there
NAMESPACE = "n2n"
PASSED_ON = ("N2N_", "GOMP_SPINCOUNT")  # environment variables that nodes work by
LEASE_SECONDS = 600.0  # that a job may wait until the cluster has room, and be begun again elsewhere
READY_SECONDS = 60.0  # that a node may take to load what jobs need, before it is counted
LOOK = 0.25  # seconds between two looks whether there is room
TRIES = 3  # nodes on which a job is begun before it is given up


@dataclass(frozen=True)
class Moved:
    """A job lost its node and has been begun again on another one."""

    sentence: str


class Room(NamedTuple):
    """How much a cluster holds."""

    places: int  # jobs of so many cores
    nodes: int


class Demand(NamedTuple):
    """What a job takes of a node."""

    cores: float
    memory: int  # bytes
    threads: int


def survey(address: str, demand: Demand) -> Room:
    """Has every node of the cluster ready for jobs; tells how many such jobs they hold. Raises ValueError."""
    ray = connect(address, namespace=NAMESPACE, runtime_env=_environment(demand.threads))
    alive = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    stations = [_set_up(ray, node["NodeID"], demand).ready.remote() for node in alive]
    ready, _ = ray.wait(stations, num_returns=len(stations), timeout=READY_SECONDS)
    failed = {station: error for station in ready if (error := _error(ray, station))}
    if stations and len(failed) == len(stations):
        raise ValueError(f"no node of the cluster at '{address}' can run jobs: {failed[stations[0]]}")
    able = [node for node, station in zip(alive, stations) if station in ready and station not in failed]
    return Room(sum(_held(node["Resources"], demand) for node in able), len(able))


def relay(
    stop: StopRequest,
    address: str,
    root: Path,
    demand: Demand,
    work: Callable[..., Iterator[object]],
    arguments: tuple[object, ...],
    seconds: float,
    memory: int,
) -> Iterator[object]:
    """Runs `work(stop, *arguments)` on a node with room for it and yields its items, once the files that they name
    are here, below `root`, too. Where the node is lost, it is begun again elsewhere, and finds the files that it had
    sent. Raises ValueError with the sentence of what failed.
    """
    ray = connect(address, namespace=NAMESPACE)
    shelf = Shelf(root)
    for attempt in range(TRIES):
        if attempt:
            yield Moved("the machine that did this work was lost; it goes on from there on another one")
        try:
            yield from _attempt(ray, stop, shelf, demand, (work, arguments), (seconds, memory))
            return
        except (ray.exceptions.RayActorError, ray.exceptions.RaySystemError):
            shelf = Shelf(root)  # the next machine has none of the files
        except ray.exceptions.RayTaskError as error:  # the station itself failed, and tells why
            raise ValueError(str(error.cause)) from None
    raise ValueError(f"{TRIES} machines were lost while they did this work; try again, or tell who runs this page")


def _attempt(
    ray: ModuleType,
    stop: StopRequest,
    shelf: Shelf,
    demand: Demand,
    call: Call,
    limits: tuple[float, int],
) -> Iterator[object]:
    data, named = parcels.pack(call, shelf.root)
    lease = ray.util.placement_group([{"CPU": demand.cores, "memory": demand.memory}])
    try:
        while not lease.wait(LOOK):
            if stop():
                return
        station, token = _station(ray, lease, demand, stop), uuid.uuid4().hex
        if station is None:
            return
        places = [Place(path.relative_to(shelf.root).as_posix(), path.is_dir()) for path in named]
        files = [ray.put(parcel) for parcel in shelf.changed(named)]
        ray.get(station.start.remote(token, data, places, files, *limits))
        try:
            yield from _items(ray, stop, shelf, station, token)
        finally:
            with suppress(Exception):  # it may be lost
                station.end.remote(token)
    finally:
        with suppress(Exception):
            ray.util.remove_placement_group(lease)


def _items(ray: ModuleType, stop: StopRequest, shelf: Shelf, station: Handle, token: str) -> Iterator[object]:
    ended = stopped = False
    while not ended:
        if stop() and not stopped:
            station.stop.remote(token, stop.patience)
            stopped = True
        delivery: Delivery = ray.get(station.received.remote(token))
        for parcel in delivery.files:
            shelf.receive(parcel)
        yield from (parcels.unpack(item, shelf.root) for item in delivery.items)
        if delivery.failure:
            raise ValueError(delivery.failure)
        ended = delivery.ended


def _station(ray: ModuleType, lease: Handle, demand: Demand, stop: StopRequest) -> Handle | None:
    """The station of the node that a lease is for, once it is there: the node may have joined a moment ago. None where
    the job is to stop before. Raises RayActorError where the node is lost, or is never made ready.
    """
    node = next(iter(ray.util.placement_group_table(lease)["bundles_to_node_id"].values()))
    until = time.monotonic() + READY_SECONDS
    while not stop():
        with suppress(ValueError):
            return ray.get_actor(_name(node, demand.threads), NAMESPACE)
        alive = {other["NodeID"] for other in ray.nodes() if other["Alive"]}
        if node not in alive or time.monotonic() > until:
            raise ray.exceptions.RayActorError
        time.sleep(LOOK)
    return None


def _error(ray: ModuleType, reference: Handle) -> str | None:
    """The last line of what went wrong in a call that has ended, None where nothing did."""
    try:
        ray.get(reference)
    except ray.exceptions.RayError as error:
        return str(error).strip().splitlines()[-1]
    return None


def _set_up(ray: ModuleType, node: str, demand: Demand) -> Handle:
    """The station of a node, started unless there is one."""
    on_it = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node, soft=False)
    known = {"name": _name(node, demand.threads), "namespace": NAMESPACE, "get_if_exists": True, "lifetime": "detached"}
    return ray.remote(Station).options(num_cpus=0, scheduling_strategy=on_it, max_concurrency=1000, **known).remote()


def _held(resources: dict[str, float], demand: Demand) -> int:
    return int(min(resources["CPU"] / demand.cores, resources.get("memory", 0) / demand.memory))


def _environment(threads: int) -> dict[str, Any]:
    """What a node needs besides the packages: this very code, and the settings of this server."""
    passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    variables = passed | {"OMP_NUM_THREADS": str(threads), "N2N_CLUSTER": ""}  # a node has no cluster of its own
    return program("demo") | {"env_vars": variables}


@cache
def _name(node: str, threads: int) -> str:
    """The station of a node for this code and these settings: those of another version have another one."""
    digest = hashlib.sha256(repr(sorted(_environment(threads)["env_vars"].items())).encode())
    for file in sorted(path for folder in ("n2n", "demo", "weights") for path in (PROJECT / folder).rglob("*.*")):
        if file.suffix in (".py", ".safetensors"):
            digest.update(f"{file.relative_to(PROJECT)} {file.stat().st_size}".encode())
            digest.update(file.read_bytes() if file.suffix == ".py" else b"")
    return f"station-{digest.hexdigest()[:12]}-{node}"
