"""The teacher's key, which nobody can find by guessing."""

import asyncio
import hmac
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WRONG, WHILE = 5, 60.0  # wrong keys from one address within so many seconds, after which all are rejected
PAUSE = 1.0  # seconds until a wrong key is answered
ADDRESSES = 10_000  # remembered


class TeacherKey:
    """Compares keys with the teacher's; "" matches nothing. For one event loop only; `now` returns seconds."""

    def __init__(self, key: str, now: Callable[[], float] = time.monotonic, pause: float = PAUSE) -> None:
        self._key = key.encode(errors="surrogateescape")
        self._now, self._pause = now, pause
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()  # times in seconds, by address

    async def matches(self, key: str, address: str) -> bool:
        """Whether this is the teacher's key; never, where none is set."""
        if not self._key or not key:
            return False
        wrong = self._wrong.setdefault(address, deque(maxlen=WRONG))
        if len(wrong) == WRONG and self._now() - wrong[0] < WHILE:
            return False
        if hmac.compare_digest(key.encode(errors="replace"), self._key):
            return True
        wrong.append(self._now())
        self._wrong.move_to_end(address)
        while len(self._wrong) > ADDRESSES:
            self._wrong.popitem(last=False)
        await asyncio.sleep(self._pause)
        return False
