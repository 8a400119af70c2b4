"""A service: denoisings for the page and for programs, each in its turn, in a worker with limits."""

import asyncio
from contextlib import AbstractAsyncContextManager
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
        self._newest: dict[str, object] = {}  # the order of each page that came last, while it is under way

    async def denoise(self, session: str, order: Order, keeper: str = "") -> Outcome:
        """Carries out an order in the turn of a session; its files are the `keeper`'s where they are not the session's.

        Raises Full, Failed, or ValueError with what is wrong with the order.
        """
        with self._folders.in_use(self._folders.new(keeper or session, "denoised")) as folder:
            async with self._turn(session):
                return await self._fulfil(order, folder)

    async def denoise_newest(self, session: str, order: Order) -> Outcome | None:
        """The same for a page, which shows the newest order only: None where another has come meanwhile."""
        mine = self._newest[session] = object()
        try:
            with self._folders.in_use(self._folders.new(session, "denoised")) as folder:
                async with self._turn(session):
                    if self._newest.get(session, mine) is not mine:
                        return None
                    outcome = await self._fulfil(order, folder)
            return outcome if self._newest.get(session, mine) is mine else None
        finally:
            if self._newest.get(session) is mine:
                del self._newest[session]

    def _turn(self, session: str) -> AbstractAsyncContextManager[None]:
        return self._line.turn(session, settings.limits().denoise_seconds)

    async def _fulfil(self, order: Order, folder: Path) -> Outcome:
        if gpu.is_lent():
            return await asyncio.to_thread(gpu.run_on_gpu, denoise.fulfil, order, folder)
        return await self._workers.run(denoise.fulfil, order, folder, seconds=settings.limits().denoise_seconds)

    async def warm_up(self) -> None:
        """Starts a worker before it is needed."""
        if not gpu.is_lent():
            await self._workers.run(denoise.warm_up, seconds=settings.limits().check_seconds)
