"""The choice of threads, on a computer that the tests make up."""

import torch

from n2n.threads import Choice, chosen


class Computer:
    """A clock, and how fast steps of 16 pairs go with each number of threads."""

    def __init__(self, speed):
        self.speed, self.seconds = speed, 0.0
        self.choice = Choice(2, now=lambda: self.seconds)

    def train(self, seconds):
        """Pairs shown in so many seconds."""
        shown, end, threads = 0, self.seconds + seconds, self.choice.threads
        while self.seconds < end:
            self.seconds += 16 / self.speed[threads]
            shown, threads = shown + 16, self.choice.after(16)
        return shown


def test_cores_of_one_s_own_are_all_used():
    computer = Computer({2: 280, 1: 170})
    assert computer.train(60) > 0.95 * 280 * 60
    assert computer.choice.threads == 2


def test_where_two_threads_crawl_one_trains():
    assert Computer({2: 20, 1: 90}).train(60) > 0.9 * 90 * 60


def test_what_changes_meanwhile_is_noticed_within_seconds():
    computer = Computer({2: 280, 1: 170})
    computer.train(20)
    computer.speed = {2: 20, 1: 90}
    assert computer.train(10) > 0.8 * 90 * 10
    computer.speed = {2: 280, 1: 170}
    computer.train(12)
    assert computer.choice.threads == 2


def test_torch_has_its_threads_back_at_the_end():
    before = torch.get_num_threads()
    stream = chosen(iter([]))
    assert list(stream) == [] and torch.get_num_threads() == before
