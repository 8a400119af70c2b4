"""Jobs here and on the nodes of a cluster: the same in every way, and what only a cluster does."""

import asyncio
import os
import time
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import psutil
import pytest
import torch
from clusters import Cluster
from receiving import all_of, failure
from short_training import SHORT, save
from work_on_nodes import allocating, copying, count, counting_on, deaf, own, pids, raising, slow_to_stop, threads

from demo import settings
from demo.jobs import engine
from demo.jobs.engine import Places
from demo.jobs.job import warm_up
from demo.jobs.line import Line
from demo.jobs.queue import QueuedJob
from demo.jobs.remote import Moved
from demo.work.train import BEST, TrainingResult, learn
from n2n import Progress
from n2n.nets.weights import load
from n2n.training import last_path

pytestmark = pytest.mark.slow
NODES, HERE, CLUSTER = 3, "here", "cluster"
WAIT = 60  # seconds, for what takes a few
MEMORY = 2**29
STEPS = 800


@pytest.fixture(scope="module")
def cluster():
    one = Cluster(NODES)
    yield one
    one.close()


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The demo's folder; jobs start warm."""
    monkeypatch.setattr(settings, "folder", lambda: tmp_path)
    warm_up().join()
    return tmp_path


def use(address, monkeypatch):
    """Has jobs run at an address, once all nodes are ready."""
    monkeypatch.setattr(settings, "cluster", lambda: settings.Cluster(address, 1.0))
    monkeypatch.setenv("N2N_JOB_GB", str(MEMORY / 2**30))
    settings.limits.cache_clear()
    places = Places()
    asyncio.run(places.look())
    return places


@pytest.fixture
def places(cluster, root, monkeypatch):
    yield use(cluster.address, monkeypatch)
    settings.limits.cache_clear()


@pytest.fixture(params=[HERE, CLUSTER])
def anywhere(request, root):
    """Both engines, one after the other."""
    if request.param == CLUSTER:
        request.getfixturevalue("places")
    return request.param


def job(work, *arguments, seconds=60.0, memory=MEMORY):
    return engine.start(work, *arguments, seconds=seconds, memory=memory)


def until(started, wanted):
    """Receives until there is an item as wanted."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        for item in started.received():
            if wanted(item):
                return item
        time.sleep(0.01)
    raise TimeoutError


def is_gone(pid, seconds=WAIT):
    end = time.monotonic() + seconds
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_what_is_yielded_arrives_in_order_and_whole(anywhere):
    assert all_of(job(count, 300)) == list(count(None, 300))
    assert all_of(job(count, 5, 3_000_000)) == list(count(None, 5, 3_000_000))


def test_an_error_in_the_work_is_told_in_its_own_words(anywhere):
    assert failure(job(raising, ValueError("12 is odd"))) == "12 is odd"


def test_work_that_is_asked_to_stop_ends_by_itself(anywhere):
    started = job(pids)
    pid = until(started, lambda item: True)
    started.stop()
    assert all_of(started)[-1] == "stopped" and is_gone(pid)


def test_work_gets_the_patience_that_it_is_stopped_with(anywhere):
    started = job(slow_to_stop)
    until(started, lambda item: True)
    started.stop(60.0)
    assert all_of(started)[-1] == "and all is kept"


def test_work_that_does_not_stop_is_killed_without_a_failure(anywhere):
    started = job(deaf)
    pid = until(started, lambda item: True)
    started.stop()
    assert all_of(started) == [] and is_gone(pid)


def test_work_that_takes_too_long_is_ended_and_told(anywhere):
    assert "longer than the 0.5 seconds" in failure(job(deaf, seconds=0.5))


def test_work_that_needs_too_much_memory_is_told_so(anywhere):
    assert "more than the 0.25 GB" in failure(job(allocating, 2**29, memory=2**28))


def test_files_lie_below_the_demos_folder_wherever_they_were_written(anywhere, root):
    source, folder = root / "upload.txt", root / "run"
    source.write_text("noise ")
    folder.mkdir()
    (told,) = all_of(job(copying, source, folder))
    assert told == {
        "copy": folder / "deeper" / "copy.txt",
        "as text": f"{folder}/deeper/copy.txt",
        "there": str(source),
    }
    assert told["copy"].read_text() == "noise noise "


def _learnt_here(files, folder, chosen, like):
    """A training in this process, by one thread, in the precision of another one (found out by trial)."""
    folder.mkdir()
    recipe = replace(chosen.recipe, precision=str(load(like.last)[1].recipe["precision"]))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    *_, result = learn(lambda: False, files, folder, replace(chosen, recipe=recipe))
    torch.set_num_threads(before)
    return result


def test_a_training_learns_the_same(anywhere, root):
    folder, data = root / "job", save(root / "pairs.npz", np.random.default_rng(0))
    folder.mkdir()
    *_, result = all_of(job(learn, [data], folder, SHORT, memory=2**31))
    plain = _learnt_here([data], root / "plain", SHORT, result)
    assert isinstance(result, TrainingResult) and result.weights.is_relative_to(folder)
    one, other = (load(learnt.last)[0] for learnt in (result, plain))
    assert all(torch.allclose(one[name], other[name], atol=1e-5) for name in one)


def test_jobs_are_spread_and_the_line_counts_the_places(places, cluster):
    assert places.room == (NODES, NODES) and places.jobs() == NODES
    started = [job(pids) for _ in range(NODES)]
    found = [until(one, lambda item: True) for one in started]
    stations = {psutil.Process(pid).parent().parent().pid for pid in found}
    for one in started:
        one.end()
    assert len(stations) == NODES


def test_a_job_has_the_threads_of_its_place(places):
    assert all_of(job(threads)) == ["1"]


def test_a_path_of_this_machine_alone_is_refused(places, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "file.txt"
    assert f"'{elsewhere}' lies on this machine alone" in failure(job(copying, elsewhere, elsewhere))


def node_of(pid, cluster):
    """The loopback address of the node on which a process runs."""
    ancestors = {parent.pid for parent in psutil.Process(pid).parents()}
    return next(host for host, node in cluster.nodes.items() if node.pid in ancestors)


def lose(pid, cluster):
    """Kills the node of a process; a new one comes where it was not the head."""
    host = node_of(pid, cluster)
    assert host != "127.0.0.2"
    cluster.kill(host)


def test_a_job_whose_node_is_lost_goes_on_elsewhere_from_what_it_had_sent(places, cluster, root):
    folder = root / "run"
    folder.mkdir()
    blocker = _on_the_head(cluster)
    started = job(counting_on, folder, 60)
    _, pid = until(started, lambda item: item[0] == 20)
    blocker.end()
    lose(pid, cluster)
    cluster.add()
    items = all_of(started)
    moved = next(place for place, item in enumerate(items) if isinstance(item, Moved))
    steps = [step for step, _ in items[moved + 1 :]]
    assert "lost" in items[moved].sentence
    assert steps == list(range(steps[0], 61)) and 1 < steps[0] <= 22


def _on_the_head(cluster):
    """A job that keeps the head's place, so that the next one goes to another node."""
    held = []
    while True:
        held.append(job(pids))
        if node_of(until(held[-1], lambda item: True), cluster) == "127.0.0.2":
            for other in held[:-1]:
                other.end()
            return held[-1]


def assert_equal(one, other):
    assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_training_whose_node_is_lost_goes_on_from_its_checkpoint_bit_for_bit(places, cluster, root):
    chosen = replace(SHORT, recipe=replace(SHORT.recipe, steps=STEPS, evaluations=20))
    data, folder = save(root / "pairs.npz", np.random.default_rng(0)), root / "job"
    folder.mkdir()
    blocker = _on_the_head(cluster)
    started = job(learn, [data], folder, chosen, seconds=300, memory=2**31)
    until(started, lambda item: last_path(folder / BEST).exists())
    blocker.end()
    cluster.kill(max(set(cluster.nodes) - {"127.0.0.2"}, key=lambda host: _work_of(cluster.nodes[host])))
    cluster.add()
    items = all_of(started)
    moved = next(place for place, item in enumerate(items) if isinstance(item, Moved))
    steps = [item.step for item in items[moved:] if isinstance(item, Progress)]
    assert steps == list(range(steps[0], STEPS + 1)) and steps[0] > 1
    plain = _learnt_here([data], root / "plain", chosen, items[-1])
    assert_equal(load(items[-1].last)[0], load(plain.last)[0])
    assert_equal(load(items[-1].weights)[0], load(plain.weights)[0])


def _work_of(node):
    """Seconds that the busiest process of a node computes in one."""
    processes = node.children(recursive=True)
    before = [sum(process.cpu_times()[:2]) for process in processes]
    time.sleep(1)
    return max(sum(process.cpu_times()[:2]) - used for process, used in zip(processes, before) if process.is_running())


async def left():
    """A visitor's job, from which they turn away."""
    queued = QueuedJob(Line(1, 5, 2), "anna", pids, limit=60, expected=1)
    async with aclosing(queued.results()) as results:
        async for items in results:
            if items:
                return items[0]
    return None


def test_a_job_ends_where_its_visitor_leaves_it_is_ended_or_its_front_dies(places):
    ended, killed = job(deaf), job(pids)
    seen = [until(started, lambda item: True) for started in (ended, killed)]
    ended.end()
    os.kill(killed.pid, 9)
    found = [asyncio.run(left()), *seen]  # a node is told of none, and misses all at about the same time
    assert all(is_gone(pid) for pid in found)
    killed.end()


def test_sixty_visitors_get_their_own_results_beside_four_trainings(places, root):
    data = save(root / "pairs.npz", np.random.default_rng(0))
    line, quick = Line(places.jobs, 60, 2, share=0.75), Line(places.checks, 60, 2, share=0.125)

    async def visit(number):
        folder = root / f"visitor-{number}"
        folder.mkdir()
        if number < 4:
            queued = QueuedJob(line, str(number), learn, [data], folder, SHORT, limit=60, expected=2)
        else:
            queued = QueuedJob(quick, str(number), own, folder, f"token {number}", limit=60, expected=1)
        return [item async for items in queued.results() for item in items]

    async def all_visits():
        return await asyncio.gather(*map(visit, range(60)))

    found = asyncio.run(all_visits())
    assert all(items[-1].weights.is_relative_to(root / f"visitor-{number}") for number, items in enumerate(found[:4]))
    told = [items[-1].read_text() for items in found[4:]]
    assert told == [f"token {number}" for number in range(4, 60)]


def test_a_job_waits_for_a_node_to_be_ready_and_is_told_when_the_head_is_lost_and_runs_when_it_is_back(
    root, monkeypatch
):
    cluster = Cluster(1)
    try:
        monkeypatch.setattr(settings, "cluster", lambda: settings.Cluster(cluster.address, 1.0))
        early = job(count, 3)
        use(cluster.address, monkeypatch)
        assert all_of(early) == list(count(None, 3))
        started = job(pids)
        until(started, lambda item: True)
        cluster.kill("127.0.0.2")
        assert "cluster cannot be reached" in failure(started)
        cluster.start_head()
        use(cluster.address, monkeypatch)
        assert all_of(job(count, 3)) == list(count(None, 3))
    finally:
        cluster.close()
        settings.limits.cache_clear()
