"""Error messages for visitors: one sentence, without the folders of this server, and not too long."""

import re

from .. import settings
from .visitor_folders import PREFIX

NO_MEMORY = "this takes more memory than there is; bring less, or something smaller"
UNFORESEEN = "something went wrong here that nobody foresaw; try again, or tell who runs this page"
LONGEST = 500  # letters
QUOTED = re.compile(r"'(?:/|[A-Za-z]:\\)(?:[^'/\\]+[/\\])*(?=[^'/\\]*')")  # a path in quotes may hold blanks
BARE = re.compile(r"(?<![\w.:/'])(?:/|[A-Za-z]:\\)(?:[^\s'\"/\\]+[/\\])+")


def _ours() -> str:
    """A pattern of the folders that the demo writes to."""
    return rf"{re.escape(str(settings.folder()))}(?![^/'\s])(/{PREFIX}\w+)?(/[^/']+(?=/))*/?"


def to_sentence(problem: Exception | str) -> str:
    """The message of a problem in one line, with the names of files but without their folders."""
    if isinstance(problem, MemoryError):
        return NO_MEMORY
    line = " ".join(str(problem)[: 20 * LONGEST].split())
    for pattern, replacement in ((_ours(), ""), (QUOTED, "'"), (BARE, "")):
        line = re.sub(pattern, replacement, line)
    line = line.replace("''", "what you brought")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
