"""What the workers of test_workers.py do; in a module of its own, which a child imports fast."""

import os
import re
import time


def pid():
    return os.getpid()


def refusing(words):
    raise ValueError(words)


def crashing(signal_number):
    os.kill(os.getpid(), signal_number)


def sleeping():
    time.sleep(1000)


def napping(seconds):
    time.sleep(seconds)


def holding_the_interpreter():
    re.match(r"(a+)+$", "a" * 60 + "b")


def allocating(size):
    return len(bytearray(size))
