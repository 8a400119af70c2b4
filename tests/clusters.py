"""Ray clusters of several nodes on this machine, each at a loopback address of its own."""

import os
import shutil
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

RAY = Path(sys.executable).with_name("ray")
ENVIRONMENT = os.environ | {
    "RAY_USAGE_STATS_ENABLED": "0",
    "GRPC_ENABLE_FORK_SUPPORT": "0",  # or the server of ray:// addresses is killed by gRPC when it forks
    "PYTHONPATH": str(Path(__file__).parent / "demo" / "jobs"),  # what the jobs of tests do
    "RAY_raylet_start_wait_time_s": "120",  # a busy machine takes longer than the half minute that is usual
}
STORE = str(100 * 2**20)  # bytes of a node's object store
START_SECONDS = 120


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """A head, and further nodes; each counts as so many cores."""

    def __init__(self, nodes, cores=1):
        self.folder = tempfile.mkdtemp(prefix="n2n-ray-", dir="/tmp")  # sockets have short paths
        self.cores, self.nodes, self.number = cores, {}, 1
        self.port, self.client_port = free_port(), free_port()
        self.address, self.client = f"127.0.0.2:{self.port}", f"ray://127.0.0.2:{self.client_port}"
        self.start_head()
        for _ in range(nodes - 1):
            self.add()

    def start_head(self):
        head = f"--head --port {self.port} --ray-client-server-port {self.client_port} --temp-dir {self.folder}"
        self._start("127.0.0.2", f"{head} --include-dashboard false --min-worker-port 0 --max-worker-port 0".split())

    def add(self):
        self.number += 1
        host = f"127.0.0.{1 + self.number}"
        own = ["--temp-dir", f"{self.folder}/{self.number}"]  # or one node would unpack the program over another's
        self._start(host, ["--address", self.address, "--min-worker-port", "0", "--max-worker-port", "0", *own])
        return host

    def _start(self, host, options):
        command = [RAY, "start", "--block", "--node-ip-address", host, "--num-cpus", str(self.cores)]
        command += ["--object-store-memory", STORE, "--disable-usage-stats", *options]
        log = Path(f"{self.folder}/{host}.log")
        with log.open("w") as file:
            self.nodes[host] = psutil.Popen(command, env=ENVIRONMENT, stdout=file, stderr=file, start_new_session=True)
        until = time.monotonic() + START_SECONDS
        while "Ray runtime started" not in log.read_text():
            assert time.monotonic() < until and self.nodes[host].is_running(), log.read_text()
            time.sleep(0.1)

    def kill(self, host):
        """Kills a node with all that runs there, as when its plug is pulled."""
        node = self.nodes.pop(host)
        processes = [node, *node.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, 10)
        node.wait()

    def close(self):
        for host in list(self.nodes)[::-1]:
            self.kill(host)
        shutil.rmtree(self.folder, ignore_errors=True)
