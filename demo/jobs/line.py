"""The line of those who wait for a turn: fair between visitors, and honest about the wait."""

import asyncio
import heapq
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median

from .errors import Full

REMEMBERED = 20  # turns that ended, from which is known how much longer they take than was said


@dataclass(eq=False)
class Ticket:
    """One turn in a Line: whose, how many seconds it is said to take, when it began (on the monotonic clock)."""

    owner: str
    seconds: float
    first: bool = False  # goes before all who wait
    began: float | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """Who waits for a turn: `places` have theirs at once, at most `capacity` wait, and at most `each` tickets are one
    visitor's. Everybody's first turn comes before anybody's second, in the order of arrival. Of one event loop only.
    """

    def __init__(self, places: int, capacity: int, each: int) -> None:
        self._places, self._capacity, self._each = places, capacity, each
        self._turns: list[Ticket] = []
        self._waiting: list[Ticket] = []  # in the order of arrival
        self._beyond: deque[float] = deque(maxlen=REMEMBERED)  # seconds that turns took beyond what was said

    def join(self, owner: str, seconds: float, first: bool = False) -> Ticket:
        """A ticket for a turn of so many seconds, `first` before all who wait. Raises Full."""
        mine = sum(ticket.owner == owner for ticket in (*self._turns, *self._waiting))
        if mine >= self._each:
            raise Full(f"you have {mine} at work or waiting here already, and no more can; wait until one has ended")
        if not first and len(self._waiting) >= self._capacity:
            raise Full(f"{self._capacity} wait already, and no more can; please try again in some minutes")
        ticket = Ticket(owner, seconds, first)
        self._waiting.append(ticket)
        self._advance()
        return ticket

    @asynccontextmanager
    async def turn(self, owner: str, seconds: float) -> AsyncIterator[None]:
        """Waits for one's turn, which lasts until the block ends. Raises Full."""
        ticket = self.join(owner, seconds)
        try:
            await ticket.begun.wait()
            yield
        finally:
            self.leave(ticket)

    def ahead(self, ticket: Ticket) -> int:
        """How many turns must end before this one begins; 0: it is its turn. Raises ValueError if it has left."""
        return 0 if ticket in self._turns else 1 + self._order().index(ticket)

    def wait(self, ticket: Ticket) -> float:
        """Seconds until its turn, as far as those ahead take as long as turns took lately. Raises ValueError if it has
        left."""
        if not self.ahead(ticket):
            return 0.0
        now, beyond = time.monotonic(), median(self._beyond) if self._beyond else 0.0
        free = [max(0.0, other.seconds + beyond - (now - other.began)) for other in self._turns]
        heapq.heapify(free)
        for other in self._order()[: self.ahead(ticket) - 1]:
            heapq.heapreplace(free, free[0] + max(0.0, other.seconds + beyond))
        return free[0]

    def crowded(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    def leave(self, ticket: Ticket) -> None:
        """Ends its turn, or its waiting; does nothing the second time."""
        if ticket in self._turns:
            self._turns.remove(ticket)
            self._beyond.append(time.monotonic() - ticket.began - ticket.seconds)
        elif ticket in self._waiting:
            self._waiting.remove(ticket)
        self._advance()

    def _order(self) -> list[Ticket]:
        """Those who wait, in the order of their turns."""
        held = Counter(ticket.owner for ticket in self._turns)
        ranks = {}
        for place, ticket in enumerate(self._waiting):
            ranks[ticket] = (not ticket.first, held[ticket.owner], place)
            held[ticket.owner] += 1
        return sorted(self._waiting, key=ranks.get)

    def _advance(self) -> None:
        while self._waiting and len(self._turns) < self._places:
            ticket = self._order()[0]
            self._waiting.remove(ticket)
            self._turns.append(ticket)
            ticket.began = time.monotonic()
            ticket.begun.set()
