"""The line of visitors who wait for a turn: fair between them, with an honest estimate of the wait."""

import asyncio
import heapq
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median

from .errors import Full

REMEMBERED = 20  # ended turns, from which the line learns how much longer turns take than expected


@dataclass(eq=False)
class Ticket:
    """A place in a Line: whose it is, and how many seconds its turn is expected to take."""

    owner: str
    seconds: float
    first: bool = False  # goes before all who wait
    begun: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """A queue with `places` turns at once, at most `capacity` waiting tickets, and at most `each` tickets per visitor.

    Everybody's first turn comes before anybody's second, in the order of arrival. `places` may be a function, where
    machines come and go. A turn takes a `share` of a place of a cluster. For one event loop only.
    """

    def __init__(self, places: int | Callable[[], int], capacity: int, each: int, share: float = 1.0) -> None:
        self._places = places if callable(places) else lambda: places
        self._capacity, self._each, self.share = capacity, each, share
        self._turns: dict[Ticket, float] = {}  # when each turn began, on the monotonic clock
        self._waiting: list[Ticket] = []  # in the order of arrival
        self._overruns: deque[float] = deque(maxlen=REMEMBERED)  # seconds that turns took beyond those expected

    def join(self, owner: str, seconds: float, first: bool = False) -> Ticket:
        """A ticket for a turn of so many seconds; with `first` it goes before all who wait. Raises Full."""
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
        """Waits for a turn, which lasts until the block ends. Raises Full."""
        ticket = self.join(owner, seconds)
        try:
            await ticket.begun.wait()
            yield
        finally:
            self.leave(ticket)

    def ahead(self, ticket: Ticket) -> int:
        """How many turns must end before this one begins, 0 once it has. Raises ValueError if the ticket has left."""
        self._advance()  # there may be more places than there were
        return 0 if ticket in self._turns else 1 + self._order().index(ticket)

    def wait(self, ticket: Ticket) -> float:
        """Seconds until its turn, if those ahead overrun as turns did lately. Raises ValueError if it has left."""
        if not self.ahead(ticket):
            return 0.0
        now, overrun = time.monotonic(), median(self._overruns) if self._overruns else 0.0
        free = [max(0.0, other.seconds + overrun - (now - began)) for other, began in self._turns.items()]
        heapq.heapify(free)
        for other in self._order()[: self.ahead(ticket) - 1]:
            heapq.heapreplace(free, free[0] + max(0.0, other.seconds + overrun))
        return free[0]

    def crowded(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    def leave(self, ticket: Ticket) -> None:
        """Ends the turn of a ticket, or its waiting; may be called twice."""
        began = self._turns.pop(ticket, None)
        if began is not None:
            self._overruns.append(time.monotonic() - began - ticket.seconds)
        elif ticket in self._waiting:
            self._waiting.remove(ticket)
        self._advance()

    def _order(self) -> list[Ticket]:
        """The waiting tickets in the order of their turns."""
        tickets = Counter(ticket.owner for ticket in self._turns)
        ranks = {}
        for place, ticket in enumerate(self._waiting):
            ranks[ticket] = (not ticket.first, tickets[ticket.owner], place)
            tickets[ticket.owner] += 1
        return sorted(self._waiting, key=ranks.__getitem__)

    def _advance(self) -> None:
        while self._waiting and len(self._turns) < self._places():
            ticket = self._order()[0]
            self._waiting.remove(ticket)
            self._turns[ticket] = time.monotonic()
            ticket.begun.set()
