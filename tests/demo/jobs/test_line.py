"""The line of those who wait for a turn."""

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from demo.jobs import line as lines
from demo.jobs.line import Full, Line

ANY = 99


@pytest.fixture
def clock(monkeypatch):
    """Sets the time by hand."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(lines, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def test_those_in_line_have_their_turns_in_order():
    line = Line(places=2, capacity=3, each=ANY)
    tickets = [line.join(who, 10) for who in "abcde"]
    assert [line.ahead(ticket) for ticket in tickets] == [0, 0, 1, 2, 3]
    line.leave(tickets[1])
    assert [line.ahead(ticket) for ticket in tickets[2:]] == [0, 1, 2]


def test_the_line_moves_up_when_there_are_more_places():
    places = 1
    line = Line(lambda: places, capacity=3, each=ANY)
    first, second, third = (line.join(who, 10) for who in "abc")
    places = 2
    assert [line.ahead(ticket) for ticket in (first, second, third)] == [0, 0, 1] and second.begun.is_set()


def test_fewer_places_take_nobodys_turn():
    places = 2
    line = Line(lambda: places, capacity=3, each=ANY)
    first, second, third = (line.join(who, 10) for who in "abc")
    places = 1
    line.leave(first)
    assert [line.ahead(ticket) for ticket in (second, third)] == [0, 1]


def test_one_who_waits_may_leave_and_a_second_time_does_nothing():
    line = Line(places=1, capacity=2, each=ANY)
    first, second, third = (line.join(who, 10) for who in "abc")
    line.leave(second)
    line.leave(second)
    assert (line.ahead(first), line.ahead(third)) == (0, 1)
    with pytest.raises(ValueError):
        line.ahead(second)


def test_a_full_line_says_so_until_somebody_leaves():
    line = Line(places=1, capacity=1, each=ANY)
    first, second = line.join("first", 10), line.join("second", 10)
    with pytest.raises(Full, match="try again"):
        line.join("third", 10)
    line.leave(first)
    assert line.ahead(second) == 0
    assert line.ahead(line.join("third", 10)) == 1


def test_one_visitor_holds_only_so_many_tickets():
    line = Line(places=1, capacity=10, each=2)
    mine = [line.join("me", 10) for _ in range(2)]
    with pytest.raises(Full, match="you have 2"):
        line.join("me", 10)
    line.join("another", 10)
    line.leave(mine[0])
    assert line.join("me", 10)


def test_everybodys_first_turn_comes_before_anybodys_second():
    line = Line(places=1, capacity=20, each=4)
    owners = "aaaabbc"
    tickets = [line.join(owner, 10) for owner in owners]
    order = sorted(range(len(owners)), key=lambda place: line.ahead(tickets[place]))
    assert "".join(owners[place] for place in order) == "abcabaa"


def test_who_goes_first_goes_before_all_who_wait():
    line = Line(places=1, capacity=1, each=ANY)
    at_work, waiting = line.join("a", 10), line.join("b", 10)
    teacher = line.join("teacher", 10, first=True)
    assert [line.ahead(ticket) for ticket in (at_work, teacher, waiting)] == [0, 1, 2]


@pytest.mark.parametrize(("places", "expected"), [(1, [0, 10, 40, 45]), (2, [0, 0, 10, 15]), (3, [0, 0, 0, 5])])
def test_the_wait_is_what_those_ahead_take(places, expected, clock):
    line = Line(places, capacity=4, each=ANY)
    tickets = [line.join(str(seconds), seconds) for seconds in (10, 30, 5, 7)]
    assert np.allclose([line.wait(ticket) for ticket in tickets], expected)


def test_the_clock_of_a_turn_starts_with_the_turn(clock):
    line = Line(places=1, capacity=4, each=ANY)
    first, _, third = (line.join(who, 10) for who in "abc")
    clock.seconds += 10
    line.leave(first)
    clock.seconds += 4
    assert line.wait(third) == 6.0
    clock.seconds += 20
    assert line.wait(third) == 0.0


def test_the_wait_tells_what_turns_take_and_not_what_was_said(clock):
    line = Line(places=1, capacity=9, each=ANY)
    for _ in range(5):
        ticket = line.join("earlier", 10)
        clock.seconds += 17  # each took 7 seconds more
        line.leave(ticket)
    line.join("a", 10)
    second, third = line.join("b", 20), line.join("c", 10)
    assert (line.wait(second), line.wait(third)) == (17.0, 44.0)


def test_a_turn_lasts_as_long_as_its_block_even_if_that_fails():
    async def two():
        line, seen = Line(1, 5, ANY), []

        async def work(name):
            async with line.turn(name, 1):
                seen.append(f"{name} begins")
                await asyncio.sleep(0.01)
                seen.append(f"{name} ends")
                raise ValueError(name)

        await asyncio.gather(*map(work, "ab"), return_exceptions=True)
        return seen

    assert asyncio.run(two()) == ["a begins", "a ends", "b begins", "b ends"]
