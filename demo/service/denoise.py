"""A service: denoisings for the page and for programs, each in its turn, in a worker with limits."""

import asyncio

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

    async def denoise(self, session: str, order: Order, keeper: str = "") -> Outcome:
        """Carries out an order in the turn of a session; its files are the `keeper`'s where they are not the session's.

        Raises Full, Failed, or ValueError with what is wrong with the order.
        """
        with self._folders.in_use(self._folders.new(keeper or session, "denoised")) as folder:
            seconds = settings.limits().denoise_seconds
            async with self._line.turn(session, seconds):
                if gpu.is_lent():
                    return await asyncio.to_thread(gpu.run_on_gpu, denoise.fulfil, order, folder)
                return await self._workers.run(denoise.fulfil, order, folder, seconds=seconds)

    async def warm_up(self) -> None:
        """Starts a worker before it is needed."""
        if not gpu.is_lent():
            await self._workers.run(denoise.warm_up, seconds=settings.limits().check_seconds)
