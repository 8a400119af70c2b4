"""Orders of one page that come faster than they are carried out."""

import asyncio

import pytest

from demo import settings
from demo.jobs.workers import Workers
from demo.server.visitor_folders import VisitorFolders
from demo.service.denoise import Denoisings
from demo.work.denoise import Order

WEAK, STRONG = (Order(sample="coins", noise="gaussian", level=level) for level in (10.0, 25.0))


@pytest.fixture
def denoise(tmp_path):
    """What comes of these orders of (session, order), all asked for at once."""

    def all_of(*orders):
        async def asked():
            desk = Denoisings(VisitorFolders(tmp_path / "root"), Workers(settings.limits().job_bytes))
            return await asyncio.gather(*(desk.denoise_newest(*order) for order in orders), return_exceptions=True)

        return asyncio.run(asked())

    return all_of


def test_only_the_newest_order_of_a_page_is_answered(denoise):
    *before, last, other = denoise(("anna", STRONG), ("anna", STRONG), ("anna", WEAK), ("ben", STRONG))
    assert before == [None, None]
    assert last.table[0][2] > other.table[0][2] + 5  # less noise was added


def test_a_newest_order_that_fails_says_why(denoise):
    before, problem, other = denoise(("anna", WEAK), ("anna", Order(sample="a ship")), ("ben", WEAK))
    assert before is None and isinstance(problem, ValueError) and other.rows
