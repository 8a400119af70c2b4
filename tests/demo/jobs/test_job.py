import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest
import torch
from receiving import all_of, failure
from work_for_jobs import (
    allocating,
    count,
    deaf,
    exiting,
    failing_after_stop,
    holding_the_interpreter,
    its_priority,
    many_small,
    raising,
    shot,
    slow_to_stop,
    until_stopped,
    with_children,
)

from demo import settings
from demo.jobs import job as jobs
from demo.jobs import processes
from demo.jobs.job import Job, watch
from demo.jobs.processes import Failed

ROOT = Path(__file__).parents[3]
WAIT = 20  # seconds, for what takes none


def with_torch(stop, size):
    yield torch.ones(size).sum().item()


def tensors(stop):
    yield torch.arange(10)


def job(work, *arguments, seconds=60.0, memory=2**30):
    return Job(work, *arguments, seconds=seconds, memory=memory)


def first_of(started):
    while not (items := started.received()):
        time.sleep(0.005)
    return items[0]


def children():
    return {child.pid for child in psutil.Process().children(recursive=True)}


def is_gone(pid):
    """Waits for it; a zombie that only the system can bury is gone, too."""
    for _ in range(100 * WAIT):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def in_another_python(script, work):
    """A program that starts a job and then runs the script."""
    start = f"""
import multiprocessing
from demo.jobs import job as jobs
from work_for_jobs import *
multiprocessing.set_forkserver_preload(["demo.jobs.job"])
started = jobs.Job({work}, seconds=60, memory=2**30)
"""
    return subprocess.Popen(
        [sys.executable, "-c", start + script],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module", autouse=True)
def _warm():
    jobs.warm_up().join()


def test_what_is_yielded_arrives_in_order():
    assert all_of(job(count, 3000)) == list(count(None, 3000))


def test_large_items_arrive_whole():
    assert all_of(job(count, 20, 3_000_000)) == list(count(None, 20, 3_000_000))


def test_a_tensor_outlives_the_process_that_made_it():
    assert torch.equal(all_of(job(tensors))[0], torch.arange(10))


@pytest.mark.parametrize("error", [ValueError("12 is odd"), OSError("no\nsuch disk"), ZeroDivisionError("by 0")])
def test_an_error_in_the_work_is_told_in_its_own_words(error):
    assert failure(job(raising, error)) == " ".join(str(error).split())


def test_what_arrived_before_a_failure_is_delivered_first():
    with job(raising, ValueError("no")) as started:
        assert first_of(started) == "at work"
        assert not started.done
        with pytest.raises(Failed):
            first_of(started)
        assert started.done


def test_an_error_that_nobody_foresaw_is_told_with_its_kind_and_its_traceback_goes_to_the_log():
    told, log = in_another_python(
        """
try:
    while not started.done:
        started.received()
except jobs.Failed as failed:
    print(failed)""",
        "raising, KeyError('weights')",
    ).communicate()
    assert "KeyError: 'weights'" in told
    assert "Traceback" in log


@pytest.mark.parametrize(
    ("work", "words"),
    [((exiting,), "exit status 3"), ((shot, signal.SIGSEGV), "Segmentation"), ((shot, signal.SIGKILL), "memory")],
)
def test_a_crash_is_told_and_leaves_no_process(work, words):
    before = children()
    assert words in failure(job(*work))
    assert children() == before


def test_work_that_is_asked_to_stop_ends_by_itself():
    started = job(until_stopped)
    first_of(started)
    started.stop()
    assert all_of(started)[-1] == "stopped"
    assert not started.killed


def test_work_that_needs_longer_to_stop_gets_the_patience_it_is_stopped_with():
    started = job(slow_to_stop)
    first_of(started)
    started.stop(60.0)
    assert all_of(started)[-1] == "and all is kept"
    assert not started.killed


@pytest.mark.parametrize("work", [deaf, holding_the_interpreter])
def test_work_that_does_not_stop_is_killed_without_a_failure(work):
    before, started = children(), job(work)
    first_of(started)
    started.stop()
    assert all_of(started) == []
    assert started.killed
    assert children() == before


def test_work_that_does_not_stop_is_killed_even_if_nobody_looks():
    with job(deaf) as started:
        started.stop()
        assert is_gone(started.pid)


def test_a_failure_after_the_stop_is_told():
    started = job(failing_after_stop)
    first_of(started)
    started.stop()
    assert failure(started) == "the disk is full"


def test_ending_ends_and_a_second_time_does_nothing():
    started = job(deaf)
    started.end()
    started.end()
    started.stop()
    assert not psutil.pid_exists(started.pid)
    assert started.done
    assert started.received() == []


def test_ending_takes_the_children_of_the_work_along():
    with job(with_children) as started:
        grandchild = first_of(started)
    assert is_gone(grandchild)


def test_a_job_that_nobody_holds_ends():
    started = job(deaf)
    pid = started.pid
    del started
    assert not psutil.pid_exists(pid)


def test_work_that_takes_too_long_is_ended_and_told():
    before = children()
    assert "longer than the 0.5 seconds" in failure(job(deaf, seconds=0.5))
    assert children() == before


def test_work_that_takes_too_long_is_ended_even_if_nobody_looks():
    with job(holding_the_interpreter, seconds=0.1) as started:
        assert is_gone(started.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory cannot be limited")
@pytest.mark.parametrize("work", [(allocating, 2**29), (many_small, 500_000), (with_torch, 2**27)])
def test_work_that_needs_too_much_memory_is_told_so(work):
    assert "more than the 0.25 GB" in failure(job(*work, memory=2**28))


def test_what_every_process_has_from_the_start_does_not_count_as_its_memory():
    assert all_of(job(with_torch, 2**24, memory=2**27)) == [2**24]


def test_a_job_leaves_no_file_descriptor():
    before = psutil.Process().num_fds()
    for work in [*[(count, 5)] * 14, *[(exiting,)] * 3, *[(raising, ValueError("no"))] * 3]:
        with job(*work) as started:
            first_of(started)
    with pytest.raises((AttributeError, TypeError)):
        job(count, lambda: None)
    assert psutil.Process().num_fds() == before


def test_a_job_does_not_wait_for_a_child_that_stands_still():
    with job(count, 100, 3_000_000) as started:
        first_of(started)
        os.kill(started.pid, signal.SIGSTOP)
        assert len([started.received() for _ in range(100)]) == 100


def test_work_waits_when_nobody_receives():
    with job(count, 10**6) as started:
        first_of(started)
        time.sleep(0.5)
        assert len(started.received()) <= jobs.QUEUED


def test_control_c_in_the_terminal_does_not_reach_the_work():
    with job(until_stopped) as started:
        first_of(started)
        assert os.getpgid(started.pid) == started.pid != os.getpgid(0)
        os.kill(started.pid, signal.SIGINT)
        started.stop()
        assert all_of(started)[-1] == "stopped"


def test_work_gives_way_to_the_server():
    assert all_of(job(its_priority)) == [min(19, os.getpriority(os.PRIO_PROCESS, 0) + settings.NICENESS)]


def test_a_parent_that_dies_takes_its_jobs_along():
    with in_another_python("print(started.pid, flush=True); started._listener.join()", "deaf") as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    assert is_gone(pid)


def test_jobs_end_where_the_program_ends():
    with in_another_python("print(started.pid)", "deaf") as parent:
        assert is_gone(int(parent.stdout.readline()))
    assert parent.returncode == 0


def test_watching_yields_everything_in_order():
    async def watched():
        return [item async for items in watch(job(count, 100), 0.01) for item in items]

    assert asyncio.run(watched()) == list(count(None, 100))


def test_watching_raises_what_failed():
    async def watched():
        return [items async for items in watch(job(raising, ValueError("12 is odd")), 0.01)]

    with pytest.raises(Failed, match="12 is odd"):
        asyncio.run(watched())


def test_a_job_that_sends_nothing_lets_its_watcher_breathe():
    async def watched():
        async with aclosing(watch(job(deaf), 0.01)) as stream:
            return [await anext(stream) for _ in range(50)][-1]

    assert asyncio.run(watched()) == []


def test_closing_the_watch_ends_the_process():
    async def watched(started):
        async with aclosing(watch(started, 0.01)) as stream:
            await anext(stream)

    started = job(deaf)
    asyncio.run(watched(started))
    assert not psutil.pid_exists(started.pid)


def test_cancelling_the_watcher_ends_the_process():
    async def watched(started):
        return [items async for items in watch(started, 0.01)]

    started = job(deaf)
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(watched(started), 0.1))
    assert not psutil.pid_exists(started.pid)


def test_a_child_imports_neither_gradio_nor_torch_for_the_machinery():
    script = "import sys, demo.jobs.job; sys.exit(bool({'gradio', 'torch', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_the_main_module_is_not_among_what_is_preloaded():
    assert "__main__" not in processes.PRELOADED
