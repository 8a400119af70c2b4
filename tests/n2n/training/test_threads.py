"""The number of threads, on a computer that the tests make up."""

import torch

from n2n.training.threads import ThreadCount, adaptive_threads


class Computer:
    """A clock, how fast steps of 16 pairs go with each number of threads, and how much of a core one thread gets."""

    def __init__(self, speed, share=1.0):
        self.speed, self.seconds = speed, 0.0
        self.count = ThreadCount(2, now=lambda: self.seconds, used=lambda: share * self.seconds)

    def train(self, seconds):
        """Pairs shown in so many seconds."""
        shown, end, threads = 0, self.seconds + seconds, self.count.threads
        while self.seconds < end:
            self.seconds += 16 / self.speed[threads]
            shown, threads = shown + 16, self.count.after(16)
        return shown


def test_cores_of_one_s_own_are_all_used():
    computer = Computer({2: 280, 1: 170})
    assert computer.train(60) > 0.95 * 280 * 60
    assert computer.count.threads == 2


def test_where_two_threads_crawl_one_trains():
    assert Computer({2: 20, 1: 90}).train(60) > 0.9 * 90 * 60


def test_where_a_step_of_two_threads_takes_half_a_minute_nine_tenths_of_the_time_one_trains():
    assert Computer({2: 0.5, 1: 8}).train(900) > 0.85 * 8 * 900


def test_two_are_not_even_tried_where_one_has_no_core_of_its_own():
    computer = Computer({2: 0.1, 1: 4}, share=0.4)
    assert computer.train(120) > 0.99 * 4 * 120 and 2 not in computer.count.speed


def test_what_changes_meanwhile_is_noticed_within_seconds():
    computer = Computer({2: 280, 1: 170})
    computer.train(20)
    computer.speed = {2: 20, 1: 90}
    assert computer.train(10) > 0.8 * 90 * 10
    computer.speed = {2: 280, 1: 170}
    computer.train(12)
    assert computer.count.threads == 2


def test_torch_has_its_threads_back_at_the_end():
    before = torch.get_num_threads()
    stream = adaptive_threads(iter([]))
    assert list(stream) == [] and torch.get_num_threads() == before
