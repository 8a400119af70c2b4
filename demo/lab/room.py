"""The answers of a class, counted for each room and forgotten after some hours, or when the server ends."""

import hashlib
import secrets
import time
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
LONGEST = 20  # letters and digits of a room's name
ROOMS, CASES, VISITORS = 100, 30, 150  # kept at most: rooms, cases of each, answers to each
SHARED = 60  # answers to a case from one address at most: a class behind one router, and no more
SECONDS = 8 * 3600.0  # after its last answer that a room is forgotten


class Voter(NamedTuple):
    """Who answers: a page that is open or a browser, and the address that it asks from."""

    name: str
    address: str = ""


@dataclass
class _Room:
    used: float  # when the last answer came
    # By case and visitor: the answer, oldest first. A visitor is a hash of the address, then one of the name.
    cases: dict[str, dict[tuple[bytes, bytes], str]] = field(default_factory=dict)


def cleaned(room: str) -> str:
    """The name of a room in a form that all spellings share: no blanks, lower case; "" for none.

    Raises ValueError naming what is allowed.
    """
    name = "".join(unicodedata.normalize("NFKC", room).lower().split())
    if name and (len(name) > LONGEST or not name.isalnum()):
        raise ValueError(f"the room is '{room[:40]}'; allowed: up to {LONGEST} letters and digits, for example 7b")
    return name


class Tally:
    """Counts one answer for each visitor and case. Any thread may call it; `now` returns seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now, self.key = now, secrets.token_bytes(32)
        self.rooms: dict[str, _Room] = {}  # the one that was used last comes last
        self.lock = Lock()

    def add(self, room: str, case: str, voter: Voter, answer: str, allowed: Collection[str]) -> None:
        """Records a visitor's answer, which replaces an earlier one. Answers without a room are not counted.

        Raises ValueError for a name or an answer that is not allowed.
        """
        name = cleaned(room)
        if answer not in allowed:
            raise ValueError(f"the answer is '{answer[:40]}'; allowed: {', '.join(allowed)}")
        if not name:
            return
        who = self._hash(voter.address), self._hash(voter.name)  # nobody can be recognized by it
        with self.lock:
            self._forget()
            kept = self.rooms.pop(name, None) or _Room(0.0)
            kept.used = self.now()
            answers = kept.cases.pop(case, {})
            answers.pop(who, None)
            same = [other for other in answers if other[0] == who[0]]
            for oldest in same[: max(0, len(same) - SHARED + 1)]:
                del answers[oldest]
            _put(answers, who, answer, VISITORS)
            _put(kept.cases, case, answers, CASES)
            _put(self.rooms, name, kept, ROOMS)

    def counts(self, room: str, case: str, allowed: Collection[str]) -> dict[str, int]:
        """How often each answer was given in a room, in the order of `allowed`.

        Raises ValueError for a name that is not allowed.
        """
        name = cleaned(room)
        with self.lock:
            self._forget()
            answers = list(self.rooms[name].cases.get(case, {}).values()) if name in self.rooms else []
        return {answer: answers.count(answer) for answer in allowed}

    def wipe(self, room: str) -> None:
        """Forgets all answers of a room. Raises ValueError for a name that is not allowed."""
        name = cleaned(room)
        with self.lock:
            self.rooms.pop(name, None)

    def _hash(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(errors="replace"), key=self.key, digest_size=16).digest()

    def _forget(self) -> None:
        """Drops the rooms in which nobody has answered for too long."""
        oldest = self.now() - SECONDS
        self.rooms = {name: kept for name, kept in self.rooms.items() if kept.used > oldest}


def _put(entries: dict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Appends an entry, and drops the first where there are more than `most`."""
    entries[key] = value
    if len(entries) > most:
        del entries[next(iter(entries))]
