"""What the jobs of test_jobs.py do; in a module of its own, which a child imports fast."""

import os
import subprocess
import time
from dataclasses import dataclass

from demo import settings


@dataclass(frozen=True)
class Item:
    number: int
    picture: bytes


def count(stop, number, size=0):
    for i in range(number):
        yield Item(i, bytes(size))


def until_stopped(stop):
    while not stop():
        yield "at work"
        time.sleep(0.01)
    yield "stopped"


def slow_to_stop(stop):
    yield from until_stopped(stop)
    time.sleep(2 * settings.STOP_SECONDS)
    yield "and all is kept"


def deaf(stop):
    yield "at work"
    time.sleep(1000)


def holding_the_interpreter(stop):
    yield "at work"
    sum(range(10**15))


def raising(stop, error):
    yield "at work"
    raise error


def failing_after_stop(stop):
    while not stop():
        yield "at work"
        time.sleep(0.01)
    raise OSError("the disk is full")


def exiting(stop):
    yield "at work"
    os._exit(3)


def shot(stop, number):
    yield "at work"
    os.kill(os.getpid(), number)
    time.sleep(1000)


def allocating(stop, size):
    yield len(bytearray(size))


def many_small(stop, number):
    yield len([bytearray(1000) for _ in range(number)])


def with_children(stop):
    yield subprocess.Popen(["sleep", "1000"]).pid
    time.sleep(1000)


def its_priority(stop):
    yield os.getpriority(os.PRIO_PROCESS, 0)
