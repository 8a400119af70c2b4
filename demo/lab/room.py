"""The answers of a class, counted for each room and forgotten after some hours, or when the server ends."""

import hashlib
import secrets
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
LONGEST = 20  # letters and digits of a room's name
ROOMS, CASES, VISITORS = 100, 30, 150  # kept at most: rooms, cases of each, answers to each
SECONDS = 8 * 3600.0  # after its last answer that a room is forgotten


@dataclass
class _Room:
    used: float  # when the last answer came
    cases: dict[str, dict[bytes, str]] = field(default_factory=dict)  # by case, visitor: the answer; oldest first


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

    def add(self, room: str, case: str, visitor: str, answer: str) -> None:
        """Records a visitor's answer, which replaces an earlier one. Answers without a room are not counted.

        Raises ValueError for a name that is not allowed.
        """
        name = cleaned(room)
        if not name:
            return
        who = hashlib.blake2b(visitor.encode(), key=self.key, digest_size=16).digest()  # nobody can be recognized by it
        with self.lock:
            self._forget()
            kept = self.rooms.pop(name, None) or _Room(0.0)
            kept.used = self.now()
            answers = kept.cases.pop(case, {})
            answers.pop(who, None)
            _put(answers, who, answer, VISITORS)
            _put(kept.cases, case, answers, CASES)
            _put(self.rooms, name, kept, ROOMS)

    def summary(self, room: str, case: str, words: Mapping[str, str]) -> str:
        """'In room 7b: A 12, B 5', in the order of `words` (by answer); "" where nobody answered.

        Raises ValueError for a name that is not allowed.
        """
        name = cleaned(room)
        with self.lock:
            self._forget()
            answers = list(self.rooms[name].cases.get(case, {}).values()) if name in self.rooms else []
        counts = {answer: answers.count(answer) for answer in words}
        if not any(counts.values()):
            return ""
        return f"In room {name}: {', '.join(f'{words[answer]} {count}' for answer, count in counts.items())}"

    def _forget(self) -> None:
        """Drops the rooms in which nobody has answered for too long."""
        oldest = self.now() - SECONDS
        self.rooms = {name: kept for name, kept in self.rooms.items() if kept.used > oldest}


def _put(entries: dict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Appends an entry, and drops the first where there are more than `most`."""
    entries[key] = value
    if len(entries) > most:
        del entries[next(iter(entries))]
