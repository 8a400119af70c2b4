"""The teacher's key, and who tries to guess it."""

import asyncio
import time

import pytest

from demo.server.teacher_key import WHILE, WRONG, TeacherKey

KEY = "sésame"


def tried(*keys, address="10.0.0.1", keeper=None):
    """What comes of these keys, one after the other."""
    keeper = keeper or TeacherKey(KEY, now=lambda: 0.0, pause=0)
    return [asyncio.run(keeper.matches(given, address)) for given in keys]


@pytest.mark.parametrize(
    ("key", "given", "held"),
    [("", "", False), ("", "open", False), ("sésame", "sésame", True), ("sésame", "sesame", False), ("a", "", False)],
)
def test_the_teacher_is_who_has_the_key(key, given, held):
    assert tried(given, keeper=TeacherKey(key, pause=0)) == [held]


def test_after_some_wrong_keys_not_even_the_right_one_is_looked_at_for_a_while():
    now = [0.0]
    keeper = TeacherKey(KEY, now=lambda: now[0], pause=0)
    assert tried(*"a" * WRONG, KEY, keeper=keeper) == [False] * (WRONG + 1)
    now[0] = WHILE + 1
    assert tried(KEY, keeper=keeper) == [True]


def test_who_guesses_does_not_shut_out_others():
    keeper = TeacherKey(KEY, now=lambda: 0.0, pause=0)
    tried(*"a" * 99, address="10.0.0.66", keeper=keeper)
    assert tried(KEY, address="10.0.0.1", keeper=keeper) == [True]


def test_pages_without_a_key_are_no_guesses():
    keeper = TeacherKey(KEY, now=lambda: 0.0, pause=0)
    assert tried(*[""] * 99, KEY, keeper=keeper)[-1]


def test_the_answer_to_a_wrong_key_takes_its_time():
    began = time.monotonic()
    tried("wrong", keeper=TeacherKey(KEY, pause=0.2))
    assert time.monotonic() - began >= 0.2
