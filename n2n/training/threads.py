"""How many threads train: all of them on cores of one's own, one where others keep the cores busy.

Threads share a step of some milliseconds and wait for each other many times in it. Where another program holds one of
the cores, they wait for its turn to end, and a training crawls at a tenth, or a hundredth, of what one thread does. So
one thread begins; more are tried where that one has a core of its own, and the longer a trial that was lost took, the
longer nothing is tried again: trials cost little even where a step of many threads takes half a minute.
"""

import time
from collections.abc import Callable, Iterable, Iterator

import torch

from .loop import Progress

WINDOW = 0.5  # seconds over which a speed is measured
HOLD = 10.0  # seconds for which the better number is kept before the other is tried again
REST = 9.0  # the same, in times of what the trial took that was lost
ALONE = 0.8  # of the time that one thread is at work; where it gets less, more threads would wait for each other
DOUBT = 0.6  # of its own speed, under which a number of threads is doubted at once
WARM_UP = 3  # steps that are slower than those that follow


class Choice:
    """Chooses between one thread and `most`, told after every step how many pairs it showed."""

    def __init__(
        self, most: int, now: Callable[[], float] = time.perf_counter, used: Callable[[], float] = time.process_time
    ) -> None:
        """`now` and `used` tell seconds: that went by, and that this process's threads were at work, all together."""
        self.now, self.used = now, used
        self.threads, self.other = 1, most
        self.speed: dict[int, float] = {}  # pairs a second, as measured last, by threads
        self.trying, self.until = False, 0.0  # the other number was chosen just to try it; no trial before
        self.restart()

    def after(self, pairs: int) -> int:
        """The number of threads for the next step."""
        self.shown += pairs
        seconds = self.now() - self.began
        if seconds >= WINDOW:
            self._decide(self.shown / seconds, (self.used() - self.worked) / seconds, seconds)
            self.restart()
        return self.threads

    def restart(self) -> None:
        """Begins a window."""
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


def chosen(stream: Iterable[Progress]) -> Iterator[Progress]:
    """Passes the stream on, setting torch's number of threads between steps; at the end it is what it was.

    Which numbers come out depends on it in the last bits, so it suits trainings that end by seconds.
    """
    most = torch.get_num_threads()
    if most == 1:
        yield from stream
        return
    choice, images = Choice(most), 0
    torch.set_num_threads(choice.threads)
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
