"""Trainings that go on whoever looks, and are found again by their address."""

import asyncio
import os
import time
from contextlib import aclosing

import numpy as np
import pytest
from short_training import save

from demo import settings
from demo.jobs.errors import PROBLEMS
from demo.jobs.line import Line
from demo.server.visitor_folders import VisitorFolders
from demo.service import trainings
from demo.service.trainings import Trainings
from n2n import Noise2Noise


@pytest.fixture
def desk(tmp_path):
    """Trainings with one place, and an upload of small pairs."""
    folders = VisitorFolders(tmp_path / "root")
    data = save(tmp_path / "pairs.npz", np.random.default_rng(0))
    return Trainings(folders, Line(1, 5, 2)), (str(data),), folders


def training_settings(seconds=2.0):
    return trainings.make_settings(seconds, "fast", 3, None)


async def watched(known, training, least=0):
    """Watches to the end, or until so many steps were made."""
    async with aclosing(known.watch("anna", training)) as steps:
        async for step in steps:
            if least and step.run.progress and step.run.progress.step >= least:
                return


def test_a_training_goes_on_when_nobody_looks_and_is_found_with_its_curves(desk):
    known, uploaded, _ = desk

    async def gone_and_back():
        training = await known.begin("anna", uploaded, training_settings(4.0))
        await watched(known, training, least=1)
        seen = training.run.progress.step
        await asyncio.sleep(1.5)  # a reload, a lost network
        again = known.find(training.token)
        await watched(known, again)
        return seen, again

    seen, training = asyncio.run(gone_and_back())
    assert training.over and training.run.progress.step > seen
    assert training.run.history.measurements and training.run.result
    assert Noise2Noise.load(training.files[0]).net.config.width == 3


def test_nobody_finds_a_training_without_its_token(desk):
    known, uploaded, _ = desk

    async def begun():
        training = await known.begin("anna", uploaded, training_settings())
        other = await known.begin("ben", uploaded, training_settings())
        await watched(known, training)
        await watched(known, other)
        return training.token, other.token

    tokens = asyncio.run(begun())
    assert len(set(tokens)) == 2 and all(len(token) >= 22 for token in tokens)  # 128 bits
    for token in ("", "anna", tokens[0][:-1], tokens[0] + "A"):
        with pytest.raises(ValueError, match="not here any more"):
            known.find(token)


def test_what_nobody_watches_is_stopped_and_keeps_what_was_learnt(desk, monkeypatch):
    monkeypatch.setattr(settings, "GRACE_SECONDS", 1.0)
    monkeypatch.setattr(settings, "FINISH_SECONDS", 120.0)  # a busy machine ends its last step late
    known, uploaded, _ = desk

    async def left():
        training = await known.begin("anna", uploaded, training_settings(300.0))
        await watched(known, training, least=1)
        began = time.monotonic()
        await training.task
        return training, time.monotonic() - began

    training, seconds = asyncio.run(left())
    assert seconds < 120 and training.run.result.stopped and training.files


def test_a_training_that_is_stopped_gets_the_time_to_finish(desk, monkeypatch):
    monkeypatch.setattr(settings, "STOP_SECONDS", 0.0)
    known, uploaded, _ = desk

    async def stopped():
        training = await known.begin("anna", uploaded, training_settings(300.0))
        await watched(known, training, least=1)
        training.stop()
        await training.task
        return training

    training = asyncio.run(stopped())
    assert training.run.result.stopped and training.files and training.problem is None


def test_it_goes_on_under_the_same_address(desk):
    known, uploaded, _ = desk

    async def continued():
        first = await known.begin("anna", uploaded, training_settings())
        with pytest.raises(ValueError, match="still at work"):
            known.go_on("anna", first.token, 2.0)
        await watched(known, first)
        steps = first.run.progress.step
        second = known.go_on("anna", first.token, 2.0)
        await watched(known, second)
        return first.token == second.token, steps, second.run.progress.step

    same, before, after = asyncio.run(continued())
    assert same and after > before


def test_the_upload_may_go_once_the_training_is_begun(desk):
    known, uploaded, _ = desk

    async def without():
        blocking = await known.begin("ben", uploaded, training_settings())
        training = await known.begin("anna", uploaded, training_settings())
        os.unlink(uploaded[0])
        await watched(known, blocking)
        await watched(known, training)
        return training

    assert asyncio.run(without()).run.result


def test_an_upload_that_is_gone_is_told_before_anything_is_begun(desk):
    known, _, folders = desk
    with pytest.raises(ValueError, match=r"'gone\.npz' is not here any more.*55 minutes"):
        asyncio.run(known.begin("anna", (str(folders.root / "gone.npz"),), training_settings()))


def test_what_went_wrong_is_told_to_who_watches(desk, tmp_path):
    known, _, _ = desk
    (tmp_path / "flat.npz").write_bytes(b"no arrays")

    async def failing():
        await watched(known, await known.begin("anna", (str(tmp_path / "flat.npz"),), training_settings()))

    with pytest.raises(PROBLEMS, match=r"flat\.npz"):
        asyncio.run(failing())


@pytest.mark.parametrize("start", ["/etc/passwd", "weights/course.safetensors", "none such", "../course"])
def test_only_built_in_models_are_started_from(start):
    with pytest.raises(ValueError, match=r"there are no weights.*allowed: course"):
        trainings.make_settings(5, "fast", 24, start)
