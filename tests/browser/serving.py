"""A demo of one's own and a Chromium to look at it, for the tests of the page and for `measure_demo.py`."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 300_000  # ms that anything on a page may take on a loaded machine
SOON = 60  # seconds that the end of a job may take there
START_SECONDS = 180  # that a loaded machine may take to start the server


@dataclass(frozen=True)
class Server:
    """A running demo."""

    pid: int
    address: str
    seconds: float  # from the start of its process until it answered


@contextmanager
def demo(folder: Path, **environment: str) -> Iterator[Server]:
    """Runs `python -m demo` on a free port; everything it writes, its log.txt included, lies below `folder`.

    Raises RuntimeError with the end of the log where it does not start, TimeoutError where that takes too long.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_TEMP_DIR": str(folder), "PYTHONUNBUFFERED": "1"} | environment
    command = [sys.executable, "-m", "demo", "--port", str(port)]
    with (folder / "log.txt").open("w") as log:
        begun = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            while not _answers(address):
                if process.poll() is not None:
                    raise RuntimeError(f"the demo ended at once:\n{(folder / 'log.txt').read_text()[-2000:]}")
                if time.monotonic() > begun + START_SECONDS:
                    raise TimeoutError(f"no demo at {address} after {START_SECONDS} s")
                time.sleep(0.1)
            yield Server(process.pid, address, time.monotonic() - begun)
        finally:
            process.terminate()
            process.wait(60)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/config", timeout=2):
            return True
    except OSError:
        return False


@contextmanager
def chromium() -> Iterator[Browser]:
    """Runs Chromium. Raises FileNotFoundError where there is none."""
    if CHROMIUM is None:
        raise FileNotFoundError("no Chromium here: `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def children(server: Server) -> list[psutil.Process]:
    """The processes of jobs, which are nicer than the server and what else it has started."""
    host, jobs = psutil.Process(server.pid), []
    for process in host.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended
            if process.nice() > host.nice() and process.status() != psutil.STATUS_ZOMBIE:
                jobs.append(process)
    return jobs


def gone_within(seconds: float, server: Server) -> bool:
    """Whether all jobs have ended before so many seconds are over."""
    end = time.monotonic() + seconds
    while children(server) and time.monotonic() < end:
        time.sleep(0.1)
    return not children(server)
