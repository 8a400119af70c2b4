"""What people call pictures that belong together: words for roles, numbers, and the names that copies get."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from ..data import CLEAN_NAMES, SOURCE_NAMES, TARGET_NAMES

WORDS = {
    **dict.fromkeys(("source", "src", "noisy", "noise", "input", "low", "lq", "even", "first", "l"), "source"),
    **dict.fromkeys(("target", "tgt", "odd", "second"), "target"),
    **dict.fromkeys(
        ("clean", "targetclean", "gt", "groundtruth", "truth", "average", "averaged", "avg", "mean"), "clean"
    ),
    **dict.fromkeys(("reference", "ref", "hq", "high", "h"), "clean"),
}
HIGH = ("high", "h")  # a clean picture of low noise, or a noisy one of high ISO
LETTERS = ("h", "l")  # that are a role only where both of them stand
COMPOUND = re.compile(r"(ground|target)[ _-]?(truth|clean)", re.IGNORECASE)
WORD = re.compile(r"\d+|[A-Z]+(?![a-z])|[A-Z]?[^\WA-Z\d_]+|[A-Z]+")  # also those of camelCase
ENDINGS = sorted({*SOURCE_NAMES, *TARGET_NAMES, *CLEAN_NAMES, "test"} - {*"abxy"}, key=len, reverse=True)
# The ending of a file name, which tells the shots of a scene apart; a single letter must not follow another one.
SHOT = re.compile(rf"^(.*?)[ _-]?(\d+|(?<![a-z])[abxy]|{'|'.join(ENDINGS)})$")
# How Windows, macOS and browsers call a second file of one name.
COPY = re.compile(r"^(.*?)(?: ?\(\d+\)| -? ?(?:copy|kopie|copie|copia)(?: \d+| \(\d+\))?)$", re.IGNORECASE)

Key = tuple[str, ...]


def words_of(name: str) -> tuple[str, ...]:
    """'0001_NOISY_Srgb10' → ('0001', 'noisy', 'srgb', '10')"""
    return tuple(word.lower() for word in WORD.findall(COMPOUND.sub(r"\1\2", name)))


def in_order(path: PurePath) -> tuple[tuple[int, int | str], ...]:
    """A key by which names are sorted as people count: 2 before 10."""
    parts = re.split(r"(\d+)", str(path).lower())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts)


def roles_in(names: Iterable[str], numbered: bool = False) -> list[tuple[str | None, Key]]:
    """For each name the role that a word in it stands for, and the other words of it, by which it finds its partner.

    Words that all names share say nothing. With `numbered`, a number that touches the word belongs to it: noisy1.
    """
    every = [words_of(name) for name in names]
    shared = set.intersection(*map(set, every)) if every else set()
    letters = {word for words in every for word in words} >= set(LETTERS)
    return [_role_in(name, words, shared, letters, numbered) for name, words in zip(names, every)]


def _role_in(name: str, words: Key, shared: set[str], letters: bool, numbered: bool) -> tuple[str | None, Key]:
    places = [
        place
        for place, word in enumerate(words)
        if word in WORDS and word not in shared and (letters or word not in LETTERS)
    ]
    if not places:
        return None, words
    place = places[-1]
    word, end = words[place], place + 1
    if numbered and re.search(rf"{word}\d", name, re.IGNORECASE) and words[end : end + 1]:
        word, end = word + words[end], end + 1
    return word if end > place + 1 else WORDS[word], words[:place] + words[end:]


def role_of_label(label: str | None) -> str:
    """'noisy2' → 'source', None → 'source', 'clean' → 'clean'"""
    return WORDS.get((label or "source").rstrip("0123456789"), "source")


def clean_among(names: Iterable[str]) -> list[str]:
    """The names that say, by a word that not all of them have, that the picture is a clean one."""
    listed = list(names)
    return [name for name, (role, _) in zip(listed, roles_in(listed)) if role == "clean"]


def varying(names: list[str]) -> list[int]:
    """The places of words in which names of one form differ; empty where their forms do."""
    every = [words_of(name) for name in names]
    if len({len(words) for words in every}) > 1:
        return []
    return [place for place, words in enumerate(zip(*every)) if len(set(words)) > 1]


def form_of(name: str) -> str:
    """'frame_0012' → 'frame_#'"""
    return re.sub(r"\d+", "#", name.lower())


def last_number(name: str) -> int | None:
    """'source001' → 1"""
    found = re.findall(r"\d+", name)
    return int(found[-1]) if found else None


def are_unique(keys: Iterable[object]) -> bool:
    """Whether no key stands twice."""
    return all(count == 1 for count in Counter(keys).values())


def listed(names: Iterable[object], most: int = 3) -> str:
    """'a, b, c …', the first few."""
    every = [str(name) for name in names]
    return ", ".join(every[:most]) + (" …" if len(every) > most else "")
