"""How many threads train: all of them on cores of one's own, one where others keep the cores busy.

Threads share a step of some milliseconds and wait for each other many times in it. Where another program holds one of
the cores, they wait for its turn to end, and a training crawls at a tenth of what a single thread does.
"""

import time
from collections.abc import Callable, Iterable, Iterator

import torch

from .train import Progress

WINDOW = 0.5  # seconds over which a speed is measured
HOLD = 20  # windows for which the better number is kept before the other is tried again
DOUBT = 0.6  # of its own speed, under which a number of threads is doubted at once
WARM_UP = 3  # steps that are slower than those that follow


class Choice:
    """Chooses between one thread and `most`, told after every step how many pairs it showed."""

    def __init__(self, most: int, now: Callable[[], float] = time.perf_counter) -> None:
        self.now, self.threads, self.other = now, most, 1
        self.speed: dict[int, float] = {}  # pairs a second of the numbers tried
        self.held = 0  # windows since both were tried
        self.restart()

    def after(self, pairs: int) -> int:
        """The number of threads for the next step."""
        self.shown += pairs
        seconds = self.now() - self.began
        if seconds >= WINDOW:
            self._decide(self.shown / seconds)
            self.restart()
        return self.threads

    def restart(self) -> None:
        """Begins a window."""
        self.began, self.shown = self.now(), 0

    def _decide(self, speed: float) -> None:
        if len(self.speed) == 2:  # the better one is held
            self.held += 1
            if self.held < HOLD and speed >= DOUBT * self.speed[self.threads]:
                return
            self.speed, self.held = {}, 0
        self.speed[self.threads] = speed
        if self.other not in self.speed or self.speed[self.other] > speed:
            self.threads, self.other = self.other, self.threads


def chosen(stream: Iterable[Progress]) -> Iterator[Progress]:
    """Passes the stream on, setting torch's number of threads between steps; at the end it is what it was.

    Which numbers come out depends on it in the last bits, so it suits trainings that end by seconds.
    """
    most = torch.get_num_threads()
    if most == 1:
        yield from stream
        return
    choice, images = Choice(most), 0
    try:
        for progress in stream:
            if progress.step <= WARM_UP or progress.validation is not None:
                choice.restart()
            else:
                torch.set_num_threads(choice.after(progress.images - images))
            images = progress.images
            yield progress
    finally:
        torch.set_num_threads(most)
