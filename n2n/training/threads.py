"""The number of threads to train with: all of them on idle cores, one where other programs keep the cores busy.

Threads share a step of some milliseconds and wait for each other many times in it. Where another program holds one of
the cores, they wait until its time slice ends, and a training slows down to a tenth, or a hundredth, of the speed of
one thread. So a training begins with one thread, and more are tried only where that one has a core to itself. The
longer a failed trial took, the longer the next one is put off: trials cost little even where a step with many threads
takes half a minute.
"""

import time
from collections.abc import Callable, Iterable, Iterator

import torch

from .loop import Progress

WINDOW = 0.5  # seconds over which a speed is measured
HOLD = 10.0  # seconds for which the better number is kept before the other one is tried again
REST = 9.0  # the same after a failed trial, as a multiple of the time that it took
ALONE = 0.8  # share of the time that one thread has to be running; if it gets less, more threads would wait for others
DOUBT = 0.6  # fraction of its earlier speed below which a number of threads is reconsidered at once
WARM_UP = 3  # steps that are slower than the ones after them


class ThreadCount:
    """The better of two numbers of threads, one and `most`, by how many pairs per second each learns from."""

    def __init__(
        self, most: int, now: Callable[[], float] = time.perf_counter, used: Callable[[], float] = time.process_time
    ) -> None:
        """`now` returns seconds on a clock, and `used` seconds of computing, summed over this process's threads."""
        self.now, self.used = now, used
        self.threads, self.other = 1, most
        self.speed: dict[int, float] = {}  # pairs per second as last measured, by number of threads
        self.trying, self.until = False, 0.0  # whether a trial is running; the time before which none begins
        self.restart()

    def after(self, pairs: int) -> int:
        """Returns the number of threads for the next step, after a step with `pairs` pairs."""
        self.shown += pairs
        seconds = self.now() - self.began
        if seconds >= WINDOW:
            self._decide(self.shown / seconds, (self.used() - self.worked) / seconds, seconds)
            self.restart()
        return self.threads

    def restart(self) -> None:
        """Begins a new window of measurement."""
        self.began, self.worked, self.shown = self.now(), self.used(), 0

    def _decide(self, speed: float, share: float, seconds: float) -> None:
        doubted = speed < DOUBT * self.speed.get(self.threads, 0.0)
        self.speed[self.threads] = speed
        if self.trying:
            lost = speed < self.speed[self.other]
            self.trying, self.until = False, self.now() + max(HOLD, REST * seconds if lost else 0.0)
            if lost:
                self._change()
        elif (doubted or self.now() >= self.until) and (self.threads > 1 or share >= ALONE):
            self.trying = True
            self._change()

    def _change(self) -> None:
        self.threads, self.other = self.other, self.threads


def adaptive_threads(stream: Iterable[Progress]) -> Iterator[Progress]:
    """Passes the stream on, sets torch's number of threads between steps, and resets it at the end.

    The number of threads changes results in their last bits, so this is for trainings with a budget in seconds.
    """
    most = torch.get_num_threads()
    if most == 1:
        yield from stream
        return
    count, images = ThreadCount(most), 0
    torch.set_num_threads(count.threads)
    try:
        for progress in stream:
            if progress.step <= WARM_UP or progress.validation is not None:
                count.restart()
            else:
                torch.set_num_threads(count.after(progress.images - images))
            images = progress.images
            yield progress
    finally:
        torch.set_num_threads(most)
