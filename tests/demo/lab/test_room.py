"""The class's answers: counted once for each visitor, bounded, and forgotten."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.lab import room
from demo.lab.room import Tally

WORDS = {"a": "A", "b": "B"}


class Clock:
    """A time that the tests set."""

    seconds = 0.0

    def __call__(self):
        return self.seconds


def test_answers_are_counted_in_the_order_of_the_words():
    tally, given = Tally(), ["b", "a", "b", "b"]
    for visitor, answer in enumerate(given):
        tally.add("7b", "cat", str(visitor), answer)
    count = Counter(given)
    assert tally.summary("7b", "cat", WORDS) == f"In room 7b: A {count['a']}, B {count['b']}"


def test_a_second_answer_replaces_the_first():
    tally = Tally()
    for answer in "aab":
        tally.add("7b", "cat", "one visitor", answer)
    assert tally.summary("7b", "cat", WORDS) == "In room 7b: A 0, B 1"


def test_rooms_and_cases_are_counted_apart():
    tally = Tally()
    tally.add("7b", "cat", "x", "a")
    assert tally.summary("7c", "cat", WORDS) == tally.summary("7b", "page", WORDS) == ""


@pytest.mark.parametrize("written", ["7B", " 7b ", "7 b", "７b"])
def test_a_room_is_found_however_people_write_it(written):
    tally = Tally()
    tally.add(written, "cat", "x", "a")
    assert tally.summary("7b", "cat", WORDS) == "In room 7b: A 1, B 0"


@pytest.mark.parametrize("written", ["", "  "])
def test_a_room_without_a_name_is_not_counted(written):
    tally = Tally()
    tally.add(written, "cat", "x", "a")
    assert tally.summary(written, "cat", WORDS) == "" and not tally.rooms


@pytest.mark.parametrize("written", ["<b>", "7-b", "a" * (room.LONGEST + 1), "7b\0"])
def test_other_names_are_refused_naming_what_is_allowed(written):
    for call in (lambda: Tally().add(written, "cat", "x", "a"), lambda: Tally().summary(written, "cat", WORDS)):
        with pytest.raises(ValueError, match=f"allowed: up to {room.LONGEST} letters and digits"):
            call()


def test_letters_of_every_language_make_a_name():
    assert room.cleaned("Ä" * room.LONGEST) == "ä" * room.LONGEST


def test_of_too_many_rooms_the_one_unused_for_longest_is_forgotten():
    tally = Tally()
    for number in range(room.ROOMS):
        tally.add(f"r{number}", "cat", "x", "a")
    tally.add("r0", "cat", "y", "a")
    tally.add("new", "cat", "x", "a")
    assert tally.summary("r1", "cat", WORDS) == "" and tally.summary("r0", "cat", WORDS) == "In room r0: A 2, B 0"
    assert len(tally.rooms) == room.ROOMS


def test_cases_and_visitors_are_bounded_and_the_newest_stay():
    tally = Tally()
    for number in range(room.VISITORS + 1):
        tally.add("7b", "cat", str(number), "b" if number == room.VISITORS else "a")
    assert tally.summary("7b", "cat", WORDS) == f"In room 7b: A {room.VISITORS - 1}, B 1"
    for number in range(room.CASES):
        tally.add("7b", f"case {number}", "x", "a")
    assert tally.summary("7b", "cat", WORDS) == "" and tally.summary("7b", "case 0", WORDS)


def test_a_room_is_forgotten_some_hours_after_its_last_answer():
    clock = Clock()
    tally = Tally(clock)
    tally.add("7b", "cat", "x", "a")
    clock.seconds = room.SECONDS - 1
    tally.add("7b", "cat", "y", "a")
    clock.seconds = 2 * room.SECONDS - 2
    assert tally.summary("7b", "cat", WORDS) == "In room 7b: A 2, B 0"
    clock.seconds = 2 * room.SECONDS
    assert tally.summary("7b", "cat", WORDS) == "" and not tally.rooms


def test_a_visitor_is_not_kept_in_clear():
    tally = Tally()
    tally.add("7b", "cat", "secret session", "a")
    (who,) = tally.rooms["7b"].cases["cat"]
    assert b"secret" not in who and len(who) == 16


def test_answers_from_many_threads_are_all_counted():
    tally = Tally()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda visitor: tally.add("7b", "cat", str(visitor), "ab"[visitor % 2]), range(100)))
    assert tally.summary("7b", "cat", WORDS) == "In room 7b: A 50, B 50"
