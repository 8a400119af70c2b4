"""A service: denoisings for the page and for programs, each in its turn, in a worker with limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from .. import settings
from ..jobs.line import Line
from ..jobs.workers import Workers
from ..server import gpu
from ..server.visitor_folders import VisitorFolders
from ..work import denoise
from ..work.denoise import Order, Outcome


class Denoisings:
    """The line of those who wait for a denoising, and the workers that do it."""

    def __init__(self, folders: VisitorFolders, workers: Workers) -> None:
        self._folders = folders
        self._line = Line(settings.limits().denoisings, settings.limits().queue, settings.limits().visitor_denoisings)
        self._workers = workers
        self._newest: dict[str, Order] = {}  # the order of each page that came last, while it is under way

    async def denoise(self, session: str, order: Order, keeper: str = "") -> Outcome:
        """Carries out an order in the turn of a session; its files are the `keeper`'s where they are not the session's.

        Raises Full, Failed, or ValueError with what is wrong with the order.
        """
        async with self._turn(session, keeper or session) as folder:
            return await self._fulfil(order, folder)

    async def denoise_newest(self, session: str, order: Order) -> Outcome | None:
        """The same for a page, which shows its newest order only: None where another has come meanwhile. Drafts are
        answered in any case.
        """
        if order.draft:
            return await self.denoise(session, order)
        self._newest[session] = order
        try:
            async with self._turn(session, session) as folder:
                outcome = await self._fulfil(order, folder) if self._is_newest(session, order) else None
            return outcome if self._is_newest(session, order) else None
        finally:
            if self._newest.get(session) is order:
                del self._newest[session]

    def _is_newest(self, session: str, order: Order) -> bool:
        """Whether no later order of the page is under way."""
        return self._newest.get(session, order) is order

    @asynccontextmanager
    async def _turn(self, session: str, keeper: str) -> AsyncIterator[Path]:
        """The turn of a session, with a folder of the keeper's for its files."""
        with self._folders.in_use(self._folders.new(keeper, "denoised")) as folder:
            async with self._line.turn(session, settings.limits().denoise_seconds):
                yield folder

    async def _fulfil(self, order: Order, folder: Path) -> Outcome:
        if gpu.is_lent():
            return await asyncio.to_thread(gpu.run_on_gpu, denoise.fulfil, order, folder)
        return await self._workers.run(denoise.fulfil, order, folder, seconds=settings.limits().denoise_seconds)

    async def warm_up(self) -> None:
        """Starts a worker before it is needed."""
        if not gpu.is_lent():
            await self._workers.run(denoise.warm_up, seconds=settings.limits().check_seconds)
