"""The class's answers: counted once for each visitor, bounded, and forgotten."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.lab import room
from demo.lab.room import Tally, Voter


def add(tally, room, case, name, answer, address="here"):
    """One answer; each name at an address of its own unless one is given."""
    tally.add(room, case, Voter(name, f"{address} {name}" if address == "here" else address), answer, "ab")


def counts(tally, room, case):
    return tuple(tally.counts(room, case, "ab").values())


class Clock:
    """A time that the tests set."""

    seconds = 0.0

    def __call__(self):
        return self.seconds


def test_answers_are_counted_in_the_order_of_the_words():
    tally, given = Tally(), ["b", "a", "b", "b"]
    for visitor, answer in enumerate(given):
        add(tally, "7b", "cat", str(visitor), answer)
    count = Counter(given)
    assert counts(tally, "7b", "cat") == (count["a"], count["b"])


def test_a_second_answer_replaces_the_first():
    tally = Tally()
    for answer in "aab":
        add(tally, "7b", "cat", "one visitor", answer)
    assert counts(tally, "7b", "cat") == (0, 1)


def test_rooms_and_cases_are_counted_apart():
    tally = Tally()
    add(tally, "7b", "cat", "x", "a")
    assert counts(tally, "7c", "cat") == counts(tally, "7b", "page") == (0, 0)


@pytest.mark.parametrize("written", ["7B", " 7b ", "7 b", "７b"])
def test_a_room_is_found_however_people_write_it(written):
    tally = Tally()
    add(tally, written, "cat", "x", "a")
    assert counts(tally, "7b", "cat") == (1, 0)


@pytest.mark.parametrize("written", ["", "  "])
def test_a_room_without_a_name_is_not_counted(written):
    tally = Tally()
    add(tally, written, "cat", "x", "a")
    assert counts(tally, written, "cat") == (0, 0) and not tally.rooms


@pytest.mark.parametrize("written", ["<b>", "7-b", "a" * (room.LONGEST + 1), "7b\0"])
def test_other_names_are_refused_naming_what_is_allowed(written):
    for call in (lambda: add(Tally(), written, "cat", "x", "a"), lambda: Tally().counts(written, "cat", "ab")):
        with pytest.raises(ValueError, match=f"allowed: up to {room.LONGEST} letters and digits"):
            call()


def test_letters_of_every_language_make_a_name():
    assert room.cleaned("Ä" * room.LONGEST) == "ä" * room.LONGEST


def test_of_too_many_rooms_the_one_unused_for_longest_is_forgotten():
    tally = Tally()
    for number in range(room.ROOMS):
        add(tally, f"r{number}", "cat", "x", "a")
    add(tally, "r0", "cat", "y", "a")
    add(tally, "new", "cat", "x", "a")
    assert counts(tally, "r1", "cat") == (0, 0) and counts(tally, "r0", "cat") == (2, 0)
    assert len(tally.rooms) == room.ROOMS


def test_cases_and_visitors_are_bounded_and_the_newest_stay():
    tally = Tally()
    for number in range(room.VISITORS + 1):
        add(tally, "7b", "cat", str(number), "b" if number == room.VISITORS else "a")
    assert counts(tally, "7b", "cat") == (room.VISITORS - 1, 1)
    for number in range(room.CASES):
        add(tally, "7b", f"case {number}", "x", "a")
    assert counts(tally, "7b", "cat") == (0, 0) and counts(tally, "7b", "case 0") == (1, 0)


def test_a_room_is_forgotten_some_hours_after_its_last_answer():
    clock = Clock()
    tally = Tally(clock)
    add(tally, "7b", "cat", "x", "a")
    clock.seconds = room.SECONDS - 1
    add(tally, "7b", "cat", "y", "a")
    clock.seconds = 2 * room.SECONDS - 2
    assert counts(tally, "7b", "cat") == (2, 0)
    clock.seconds = 2 * room.SECONDS
    assert counts(tally, "7b", "cat") == (0, 0) and not tally.rooms


def test_a_visitor_is_not_kept_in_clear():
    tally = Tally()
    add(tally, "7b", "cat", "secret session", "a")
    (who,) = tally.rooms["7b"].cases["cat"]
    assert b"secret" not in b"".join(who) and [len(part) for part in who] == [16, 16]


def test_a_browser_that_votes_a_thousand_times_counts_once():
    tally = Tally()
    for number in range(1000):
        add(tally, "7b", "cat", "one browser", "ab"[number % 2])
    assert counts(tally, "7b", "cat") == (0, 1)


def test_one_address_counts_as_no_more_than_a_class_and_takes_nobody_else_s_place():
    tally = Tally()
    add(tally, "7b", "cat", "a pupil", "a")
    for number in range(1000):
        add(tally, "7b", "cat", str(number), "b", address="one computer")
    assert counts(tally, "7b", "cat") == (1, room.SHARED)


def test_an_answer_that_is_not_offered_is_refused_naming_those_that_are():
    tally = Tally()
    with pytest.raises(ValueError, match="the answer is 'c'; allowed: a, b"):
        add(tally, "7b", "cat", "x", "c")
    assert not tally.rooms


def test_a_room_is_wiped_and_the_others_stay():
    tally = Tally()
    for name in ("7b", "7c"):
        add(tally, name, "cat", "x", "a")
    tally.wipe("7B")
    assert counts(tally, "7b", "cat") == (0, 0) and counts(tally, "7c", "cat") == (1, 0)


def test_answers_from_many_threads_are_all_counted():
    tally = Tally()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda visitor: add(tally, "7b", "cat", str(visitor), "ab"[visitor % 2]), range(100)))
    assert counts(tally, "7b", "cat") == (50, 50)
