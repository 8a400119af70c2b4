"""Pixels that do not fit into memory lie in a file without a name, unchanged, and nothing stays behind."""

import errno
import os
import tempfile

import numpy as np
import pytest

from n2n.reading import spool


@pytest.fixture
def small(monkeypatch):
    """As little memory as makes every array go to a file."""
    monkeypatch.setattr(spool, "IN_MEMORY", 100)
    monkeypatch.setattr(spool, "SEGMENT", 4096)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_arrays_come_back_unchanged_and_read_only(small, rng, dtype):
    arrays = [rng.integers(0, 100, (int(size), 7, 3)).astype(dtype) for size in rng.integers(1, 500, 40)]
    keeper = spool.Spool()
    kept = [keeper.keep(array.transpose(2, 0, 1)) for array in arrays]
    assert all((one == other.transpose(2, 0, 1)).all() for one, other in zip(kept, arrays))
    assert not any(array.flags.writeable for array in kept) and any(map(spool.is_mapped, kept))


def test_a_small_set_needs_no_file(rng):
    assert not spool.is_mapped(spool.Spool().keep(rng.random((3, 50, 50))))


def test_what_is_mapped_already_is_not_copied(tmp_path, rng):
    np.save(tmp_path / "x.npy", rng.random((4, 9, 9)))
    array = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.shares_memory(spool.Spool().keep(array[1:]), array)


def test_room_can_be_filled(small):
    place = spool.room((100, 50), np.int32)
    place[...] = np.arange(50)
    assert spool.is_mapped(place) and place.sum() == 100 * 49 * 25


def test_no_file_is_left(small, tmp_path, monkeypatch, rng):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = spool.Spool().keep(rng.random((50, 50)))
    assert kept.size and list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_with_the_way_out(small, monkeypatch, rng):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(OSError, match=r"is full, and .* set TMPDIR"):
        spool.Spool().keep(rng.random((50, 50)))
