"""What the jobs of test_engines.py do, here or on a node of a cluster."""

import os
import time

from demo import settings


def count(stop, number, size=0):
    for i in range(number):
        yield i, bytes(size)


def pids(stop):
    while not stop():
        yield os.getpid()
        time.sleep(0.1)
    yield "stopped"


def slow_to_stop(stop):
    yield from pids(stop)
    time.sleep(2 * settings.STOP_SECONDS)
    yield "and all is kept"


def deaf(stop):
    yield os.getpid()
    time.sleep(1000)


def raising(stop, error):
    yield "at work"
    raise error


def allocating(stop, size):
    yield len(bytearray(size))


def copying(stop, source, folder):
    """Reads one file and writes another, in a folder of its own."""
    copy = folder / "deeper" / "copy.txt"
    copy.parent.mkdir()
    copy.write_text(source.read_text() * 2)
    yield {"copy": copy, "as text": str(copy), "there": str(source)}


def counting_on(stop, folder, steps):
    """Goes on from the number in its folder."""
    file = folder / "reached.txt"
    first = int(file.read_text()) if file.exists() else 0
    for step in range(first + 1, steps + 1):
        beside = folder / ".beside"
        beside.write_text(str(step))
        beside.replace(file)
        yield step, os.getpid()
        time.sleep(0.2)


def threads(stop):
    yield os.environ.get("OMP_NUM_THREADS")


def own(stop, folder, token):
    """A visitor's own result, in a file of its own."""
    (folder / "mine.txt").write_text(token)
    yield folder / "mine.txt"
