"""The disk that uploads lie on."""

import os
import time
from types import SimpleNamespace

import pytest

from demo import settings
from demo.server import disk
from demo.server.disk import Disk


@pytest.fixture
def here(tmp_path):
    return Disk(tmp_path)


def upload(root, letter, age, size=1000):
    """An upload that was last used so many seconds ago."""
    folder = root / (letter * 64)
    folder.mkdir()
    (folder / "a.png").write_bytes(bytes(size))
    then = time.time() - age
    os.utime(folder, (then, then))
    return folder


def test_an_upload_goes_when_it_was_not_used_for_too_long(here, tmp_path):
    old = upload(tmp_path, "a", settings.limits().file_seconds + 5)
    kept = upload(tmp_path, "b", settings.limits().file_seconds - 60)
    here.sweep()
    assert (old.exists(), kept.exists()) == (False, True)


def test_what_was_never_finished_goes_soon(here, tmp_path):
    given_up, arriving = tmp_path / "tmpx1y2", tmp_path / "tmpz3"
    for path, age in ((given_up, settings.limits().unfinished_seconds + 5), (arriving, 1)):
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age,) * 2)
    here.sweep()
    assert (given_up.exists(), arriving.exists()) == (False, True)


def test_where_the_total_is_passed_the_uploads_used_longest_ago_make_room(here, tmp_path, limit):
    limit(disk_bytes=3000)
    folders = [upload(tmp_path, letter, age) for letter, age in (("a", 300), ("b", 200), ("c", 100), ("d", 0))]
    here.sweep()
    assert [folder.exists() for folder in folders] == [False, False, True, True]


def test_other_folders_are_left_alone(here, tmp_path):
    for name in ("visit-1", "shared", "photographs"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, 0))
    here.sweep()
    assert len(list(tmp_path.iterdir())) == 3


def test_more_than_the_total_is_refused_in_words(here, tmp_path, limit):
    limit(disk_bytes=3000)
    upload(tmp_path, "a", 0, size=2000)
    here.sweep()
    assert here.refusal(500) is None
    assert "as many uploads as it can" in here.refusal(1500)
    here.arrived(900)
    assert "try again" in here.refusal(500)
    here.sweep()  # counts what is really there
    assert here.refusal(500) is None


def test_uploads_leave_some_of_the_disk_to_the_work_at_hand(here, monkeypatch):
    free = settings.limits().free_bytes + 1000
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    assert here.refusal(900) is None
    assert "nearly full" in here.refusal(1100)


def test_a_file_of_two_names_counts_once(tmp_path):
    (tmp_path / "a").write_bytes(bytes(500))
    os.link(tmp_path / "a", tmp_path / "b")
    assert disk.size(tmp_path) == 500
