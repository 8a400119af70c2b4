"""The nodes of a cluster: their cores, and those that are gone."""

import time
from collections.abc import Callable
from types import ModuleType

LOOK_EVERY = 1.0  # seconds


class Nodes:
    """Looks after the nodes of a cluster while work is done there, and tells which of them are gone."""

    def __init__(self, ray: ModuleType, say: Callable[[str], object]) -> None:
        """`say` takes a line for every node that goes."""
        self.ray, self.say = ray, say
        self.alive, self.looked = self._alive(), time.monotonic()
        self.cores = cores(ray)

    def look(self) -> None:
        """Tells which nodes are gone, and counts the cores that are left; at most once a second."""
        if time.monotonic() - self.looked < LOOK_EVERY:
            return
        now = self._alive()
        for node, host in self.alive.items():
            if node not in now:
                self.say(f"node {host} is gone; what it was at is done again elsewhere")
        self.alive, self.cores, self.looked = now, cores(self.ray), time.monotonic()

    def _alive(self) -> dict[str, str]:
        """The addresses of the nodes by their names."""
        return {node["NodeID"]: node["NodeManagerAddress"] for node in self.ray.nodes() if node["Alive"]}


def cores(ray: ModuleType) -> int:
    """The cores of all nodes."""
    return int(ray.cluster_resources().get("CPU", 0))
