"""A service: denoisings for the page and for programs, each in its turn, in a worker with limits."""

import asyncio

from .. import settings
from ..jobs.line import Line
from ..jobs.workers import Workers
from ..server import gpu
from ..server.sessions import Visits
from ..work import denoise
from ..work.denoise import Order, Outcome


class Denoisings:
    """The line of those who wait for a denoising, and the workers that do it."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._line = Line(settings.limits().denoisings, settings.limits().queue, settings.limits().each_denoisings)
        self._workers = Workers(settings.limits().job_bytes)

    async def denoise(self, session: str, order: Order) -> Outcome:
        """Carries out an order. Raises Full, Failed, or ValueError with what is wrong with the order."""
        with self._visits.held(self._visits.fresh(session, "denoised")) as folder:
            seconds = settings.limits().denoise_seconds
            async with self._line.turn(session, seconds):
                if gpu.is_lent():
                    return await asyncio.to_thread(gpu.lent, denoise.fulfil, order, folder)
                return await self._workers.run(denoise.fulfil, order, folder, seconds=seconds)

    async def warm_up(self) -> None:
        """Starts a worker before it is needed."""
        if not gpu.is_lent():
            await self._workers.run(denoise.warm_up, seconds=settings.limits().check_seconds)
