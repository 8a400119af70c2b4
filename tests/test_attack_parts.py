"""The hostile files and requests themselves: many, all different, the same every time, small, quickly made."""

import hashlib
import time
from collections import Counter

import pytest
from attack_parts.files import CANARY, hostile_files

MEGABYTE = 2**20


def digests():
    """Name, digest and size of every file; none is kept."""
    return [(file.name, hashlib.sha256(file.data).hexdigest(), len(file.data)) for file in hostile_files()]


@pytest.fixture(scope="module")
def made():
    """The digests, and the seconds that they took."""
    begun = time.monotonic()
    return digests(), time.monotonic() - begun


def test_there_are_many_files_and_no_two_are_alike(made):
    files, _ = made
    assert len(files) >= 320
    assert len({name for name, _, _ in files}) == len(files)
    assert [digest for digest, count in Counter(digest for _, digest, size in files if size).items() if count > 1] == []


def test_the_files_are_the_same_every_time(made):
    assert digests() == made[0]


def test_the_files_are_small_and_quickly_made(made):
    files, seconds = made
    sizes = [size for _, _, size in files]
    assert sum(sizes) < 120 * MEGABYTE and max(sizes) < 12 * MEGABYTE
    assert sum(size > 2 * MEGABYTE for size in sizes) <= 6
    assert seconds < 20


def test_making_them_runs_none_of_them(made):
    assert not CANARY.exists()
