"""Workers: one piece of work after the other, in a process that is replaced when it misbehaves."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress

import psutil
import pytest
import work_for_workers as work

from demo.jobs import workers
from demo.jobs.processes import Failed
from demo.jobs.workers import Workers

MEMORY = 2**28


def run(*calls, seconds=20.0, memory=MEMORY):
    """What comes of these calls of (work, arguments …), one after the other; failures as they are."""

    async def all_of():
        mine, results = Workers(memory), []
        for call in calls:
            try:
                results.append(await mine.run(*call, seconds=seconds))
            except (Failed, ValueError) as problem:
                results.append(problem)
        return results

    return asyncio.run(all_of())


def test_work_is_done_in_another_process_the_same_each_time():
    pids = run((work.pid,), (work.pid,), (work.pid,))
    assert len(set(pids)) == 1 and pids[0] != os.getpid()


def test_an_error_is_told_in_its_own_words_and_the_worker_lives_on():
    before, problem, after = run((work.pid,), (work.refusing, "12 is odd"), (work.pid,))
    assert isinstance(problem, ValueError) and str(problem) == "12 is odd" and before == after


@pytest.mark.parametrize("signal_number, words", [(signal.SIGSEGV, "Segmentation"), (signal.SIGKILL, "memory")])
def test_a_worker_that_crashes_is_replaced(signal_number, words):
    before, problem, after = run((work.pid,), (work.crashing, signal_number), (work.pid,))
    assert isinstance(problem, Failed) and words in str(problem) and before != after


@pytest.mark.parametrize("slow", [work.sleeping, work.holding_the_interpreter])
def test_work_that_takes_too_long_is_ended_and_told(slow):
    began = time.monotonic()
    problem, after = run((slow,), (work.pid,), seconds=0.5)
    assert "longer than the 0.5 seconds" in str(problem) and isinstance(after, int)
    assert time.monotonic() - began < 15


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory cannot be limited")
def test_work_that_needs_too_much_memory_is_told_so_and_its_worker_replaced():
    before, problem, after = run((work.pid,), (work.allocating, 2 * MEMORY), (work.pid,))
    assert "0.25 GB" in str(problem) and before != after


def test_a_worker_that_was_killed_while_it_had_nothing_to_do_is_replaced_unnoticed():
    async def killed():
        mine = Workers(MEMORY)
        first = await mine.run(work.pid, seconds=20)
        os.kill(first, signal.SIGKILL)
        with suppress(psutil.NoSuchProcess):
            psutil.Process(first).wait(10)
        return first, await mine.run(work.pid, seconds=20)

    first, second = asyncio.run(killed())
    assert first != second


def test_the_loop_breathes_while_work_is_done():
    async def breaths():
        mine, count = Workers(MEMORY), 0
        await mine.run(work.pid, seconds=20)
        task = asyncio.create_task(mine.run(work.napping, 0.3, seconds=20))
        while not task.done():
            await asyncio.sleep(0.01)
            count += 1
        return count

    assert asyncio.run(breaths()) > 10


def test_workers_that_nobody_holds_end():
    mine = Workers(MEMORY)
    pid = asyncio.run(mine.run(work.pid, seconds=20))
    del mine
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_who_does_not_wait_any_more_leaves_no_work_behind():
    async def given_up():
        mine = Workers(MEMORY)
        pid = await mine.run(work.pid, seconds=20)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(mine.run(work.sleeping, seconds=20), 0.1)
        return pid

    pid = asyncio.run(given_up())
    assert not psutil.pid_exists(pid)


def test_the_answer_is_looked_for_often_enough_that_nobody_notices():
    assert workers.INTERVAL < 0.02
