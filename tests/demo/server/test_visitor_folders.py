"""Visitors' folders: apart from each other, secret, and gone in time."""

import os
import stat
import time

import pytest

from demo import settings
from demo.server.visitor_folders import PREFIX, VisitorFolders


@pytest.fixture
def folders(tmp_path):
    return VisitorFolders(tmp_path / "root")


def aged(folder, seconds):
    """Makes a folder look as if it was last used so long ago."""
    then = time.time() - seconds
    os.utime(folder, (then, then))


def test_two_visitors_have_two_folders_below_the_root(folders):
    one, other = folders.own("anna"), folders.own("ben")
    assert one != other and one.parent == other.parent == folders.root and one.is_dir() and other.is_dir()


def test_a_visitor_keeps_his_folder(folders):
    (folders.own("anna") / "a.png").touch()
    assert (folders.own("anna") / "a.png").exists()


def test_the_name_of_a_session_is_no_part_of_its_path(folders):
    assert "anna" not in str(folders.new("anna", "denoised").relative_to(folders.root))


def test_whoever_knows_the_session_cannot_tell_the_folder_without_the_key(folders):
    assert folders.own("anna") != VisitorFolders(folders.root).own("anna")
    assert len(folders.own("anna").name) - len(PREFIX) == 32  # hexadecimal digits, 128 bits


@pytest.mark.parametrize("session", ["../../etc", "a/b", "", "ü" * 1000])
def test_no_session_leads_out_of_the_root(folders, session):
    assert folders.own(session).resolve().parent == folders.root.resolve()


def test_only_the_owner_may_look_into_a_folder(folders):
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (folders.root, folders.own("anna"))]
    assert modes == [0o700, 0o700]


def test_of_earlier_runs_the_newest_stay(folders):
    runs = [folders.new("anna", "denoised", keep=2) for _ in range(5)]
    assert [run.exists() for run in runs] == [False, False, True, True, True]


def test_runs_of_another_kind_and_of_another_visitor_stay(folders):
    others = [folders.new("anna", "look"), folders.new("ben", "denoised")]
    for _ in range(5):
        folders.new("anna", "denoised")
    assert all(run.exists() for run in others)


def test_each_run_has_an_empty_folder_of_its_own(folders):
    runs = {folders.new("anna", "denoised", keep=50) for _ in range(20)}
    assert len(runs) == 20 and not any(list(run.iterdir()) for run in runs)


def test_a_folder_unused_for_too_long_goes_with_all_that_is_in_it(folders):
    (folders.new("anna", "denoised") / "a.png").touch()
    aged(folders.own("anna"), settings.limits().file_seconds + 1)
    folders.sweep()
    assert not list(folders.root.iterdir())


def test_a_folder_that_is_used_stays(folders):
    aged(folders.own("anna"), settings.limits().file_seconds + 1)
    kept = folders.own("anna")
    aged(folders.own("ben"), settings.limits().file_seconds - 10)
    folders.sweep()
    assert kept.exists() and len(list(folders.root.iterdir())) == 2


def test_folders_of_an_earlier_server_go_too(folders):
    aged(folders.own("anna"), settings.limits().file_seconds + 1)
    VisitorFolders(folders.root).sweep()
    assert not list(folders.root.iterdir())


def test_what_everybody_sees_stays(folders):
    shared = folders.shared("first")
    for folder in (shared, shared.parent):
        aged(folder, 10 * settings.limits().file_seconds)
    folders.sweep()
    assert shared.is_dir() and folders.shared("first") == shared


def test_after_a_visitor_has_left_his_files_go_when_the_grace_period_is_over(folders, monkeypatch):
    folder, now = folders.own("anna"), time.time()
    folders.leave("anna")
    for later, there in ((settings.GRACE_SECONDS - 10, True), (settings.GRACE_SECONDS + 10, False)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        folders.sweep()
        assert folder.exists() is there


def test_who_comes_back_within_the_grace_period_keeps_his_files(folders):
    folder = folders.own("anna")
    folders.leave("anna")
    folders.own("anna")
    assert time.time() - folder.stat().st_mtime < 60


@pytest.mark.parametrize("life", [settings.limits().file_seconds, settings.GRACE_SECONDS / 5])
def test_leaving_never_makes_files_live_longer(folders, limit, life):
    limit(file_seconds=life)
    folder = folders.own("anna")
    aged(folder, life - 10)
    used = folder.stat().st_mtime
    folders.leave("anna")
    assert folder.stat().st_mtime <= used


def test_who_never_had_a_folder_can_leave(folders):
    folders.leave("anna")
    assert not list(folders.root.iterdir())


def test_what_is_in_use_or_waits_stays_however_old(folders):
    run = folders.new("anna", "run")
    with folders.in_use(run):
        aged(folders.own("anna"), 10 * settings.limits().file_seconds)
        folders.sweep()
        assert run.exists()
    folders.sweep()
    assert run.exists()  # its age counts from the end of its use
    aged(folders.own("anna"), settings.limits().file_seconds + 1)
    folders.sweep()
    assert not run.exists()


def test_newer_runs_do_not_push_out_one_that_is_in_use(folders):
    with folders.in_use(folders.new("anna", "run")) as first:
        others = [folders.new("anna", "run") for _ in range(6)]
        assert first.exists() and [run.exists() for run in others].count(True) == 3


def test_a_visitor_who_leaves_takes_nothing_from_work_that_goes_on(folders):
    with folders.in_use(folders.new("anna", "run")) as run:
        folders.leave("anna")
        aged(folders.own("anna"), 10 * settings.limits().file_seconds)
        folders.sweep()
        assert run.exists()
