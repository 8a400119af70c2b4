"""Denoisings for the page and for programs: each takes its turn, in a worker of its own memory, within its time."""

import asyncio

from .. import settings
from ..jobs.line import Line
from ..jobs.workers import Workers
from ..server import gpu
from ..server.visitor_folders import VisitorFolders
from ..work import denoise
from ..work.denoise import Order, Outcome


class Denoisings:
    """Where denoisings are done: the line for them, and the workers."""

    def __init__(self, folders: VisitorFolders) -> None:
        self._folders = folders
        self._line = Line(settings.limits().denoisings, settings.limits().queue, settings.limits().visitor_denoisings)
        self._workers = Workers(settings.limits().job_bytes)

    async def denoise(self, session: str, order: Order) -> Outcome:
        """What comes of an order. Raises Full, Failed, or ValueError with what is wrong with it."""
        with self._folders.in_use(self._folders.new(session, "denoised")) as folder:
            seconds = settings.limits().denoise_seconds
            async with self._line.turn(session, seconds):
                if gpu.is_lent():
                    return await asyncio.to_thread(gpu.run_on_gpu, denoise.fulfil, order, folder)
                return await self._workers.run(denoise.fulfil, order, folder, seconds=seconds)

    async def warm_up(self) -> None:
        """Starts a worker before it is needed."""
        if not gpu.is_lent():
            await self._workers.run(denoise.warm_up, seconds=settings.limits().check_seconds)
