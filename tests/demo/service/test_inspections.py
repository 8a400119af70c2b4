"""Uploads that are inspected, until a training begins."""

import asyncio
from contextlib import aclosing

import numpy as np
import pytest
from short_training import save

from demo.jobs.line import Line
from demo.server.visitor_folders import VisitorFolders
from demo.service.inspections import Inspections


@pytest.fixture
def desk(tmp_path):
    """Inspections with one place, and an upload of small pairs."""
    data = save(tmp_path / "pairs.npz", np.random.default_rng(0))
    return Inspections(VisitorFolders(tmp_path / "root"), Line(1, 5, 2)), (str(data),)


async def looked_at(inspections, uploaded, session, found):
    async with aclosing(inspections.inspect(session, uploaded)) as steps:
        async for findings in steps:
            found.append(findings)


def test_an_inspection_that_is_left_says_so_last_and_has_ended_then(desk):
    inspections, uploaded = desk
    left, others = [], []

    async def leave():
        looking = asyncio.gather(
            looked_at(inspections, uploaded, "anna", left), looked_at(inspections, uploaded, "ben", others)
        )
        while not left:
            await asyncio.sleep(0.01)
        await inspections.leave("anna")
        before = len(left)
        await looking
        return before

    assert asyncio.run(leave()) == len(left)
    assert [findings.left for findings in left] == [False] * (len(left) - 1) + [True]
    assert left[-1].speed is None
    assert others[-1].speed and not any(findings.left for findings in others)
