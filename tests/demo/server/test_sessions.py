"""Visitors' folders: apart from each other, secret, and gone in time."""

import os
import stat
import time

import pytest

from demo import settings
from demo.server.sessions import PREFIX, Visits


@pytest.fixture
def visits(tmp_path):
    return Visits(tmp_path / "root")


def aged(folder, seconds):
    """Makes a folder look as if it was last used so long ago."""
    then = time.time() - seconds
    os.utime(folder, (then, then))


def test_two_visitors_have_two_folders_below_the_root(visits):
    one, other = visits.folder("anna"), visits.folder("ben")
    assert one != other and one.parent == other.parent == visits.root and one.is_dir() and other.is_dir()


def test_a_visitor_keeps_his_folder(visits):
    (visits.folder("anna") / "a.png").touch()
    assert (visits.folder("anna") / "a.png").exists()


def test_the_name_of_a_session_is_no_part_of_its_path(visits):
    assert "anna" not in str(visits.fresh("anna", "denoised").relative_to(visits.root))


def test_whoever_knows_the_session_cannot_tell_the_folder_without_the_key(visits):
    assert visits.folder("anna") != Visits(visits.root).folder("anna")
    assert len(visits.folder("anna").name) - len(PREFIX) == 32  # hexadecimal digits, 128 bits


@pytest.mark.parametrize("session", ["../../etc", "a/b", "", "ü" * 1000])
def test_no_session_leads_out_of_the_root(visits, session):
    assert visits.folder(session).resolve().parent == visits.root.resolve()


def test_only_the_owner_may_look_into_a_folder(visits):
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (visits.root, visits.folder("anna"))]
    assert modes == [0o700, 0o700]


def test_of_earlier_runs_the_newest_stay(visits):
    runs = [visits.fresh("anna", "denoised", keep=2) for _ in range(5)]
    assert [run.exists() for run in runs] == [False, False, True, True, True]


def test_runs_of_another_kind_and_of_another_visitor_stay(visits):
    others = [visits.fresh("anna", "look"), visits.fresh("ben", "denoised")]
    for _ in range(5):
        visits.fresh("anna", "denoised")
    assert all(run.exists() for run in others)


def test_each_run_has_an_empty_folder_of_its_own(visits):
    runs = {visits.fresh("anna", "denoised", keep=50) for _ in range(20)}
    assert len(runs) == 20 and not any(list(run.iterdir()) for run in runs)


def test_a_folder_unused_for_too_long_goes_with_all_that_is_in_it(visits):
    (visits.fresh("anna", "denoised") / "a.png").touch()
    aged(visits.folder("anna"), settings.limits().file_seconds + 1)
    visits.sweep()
    assert not list(visits.root.iterdir())


def test_a_folder_that_is_used_stays(visits):
    aged(visits.folder("anna"), settings.limits().file_seconds + 1)
    kept = visits.folder("anna")
    aged(visits.folder("ben"), settings.limits().file_seconds - 10)
    visits.sweep()
    assert kept.exists() and len(list(visits.root.iterdir())) == 2


def test_folders_of_an_earlier_server_go_too(visits):
    aged(visits.folder("anna"), settings.limits().file_seconds + 1)
    Visits(visits.root).sweep()
    assert not list(visits.root.iterdir())


def test_what_everybody_sees_stays(visits):
    shared = visits.shared("first")
    for folder in (shared, shared.parent):
        aged(folder, 10 * settings.limits().file_seconds)
    visits.sweep()
    assert shared.is_dir() and visits.shared("first") == shared


def test_after_a_visitor_has_left_his_files_go_when_the_grace_period_is_over(visits, monkeypatch):
    folder, now = visits.folder("anna"), time.time()
    visits.leave("anna")
    for later, there in ((settings.GRACE_SECONDS - 10, True), (settings.GRACE_SECONDS + 10, False)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        visits.sweep()
        assert folder.exists() is there


def test_who_comes_back_within_the_grace_period_keeps_his_files(visits):
    folder = visits.folder("anna")
    visits.leave("anna")
    visits.folder("anna")
    assert time.time() - folder.stat().st_mtime < 60


@pytest.mark.parametrize("life", [settings.limits().file_seconds, settings.GRACE_SECONDS / 5])
def test_leaving_never_makes_files_live_longer(visits, limit, life):
    limit(file_seconds=life)
    folder = visits.folder("anna")
    aged(folder, life - 10)
    used = folder.stat().st_mtime
    visits.leave("anna")
    assert folder.stat().st_mtime <= used


def test_who_never_had_a_folder_can_leave(visits):
    visits.leave("anna")
    assert not list(visits.root.iterdir())


def test_what_is_in_use_or_waits_stays_however_old(visits):
    run = visits.fresh("anna", "run")
    with visits.held(run):
        aged(visits.folder("anna"), 10 * settings.limits().file_seconds)
        visits.sweep()
        assert run.exists()
    visits.sweep()
    assert run.exists()  # its age counts from the end of its use
    aged(visits.folder("anna"), settings.limits().file_seconds + 1)
    visits.sweep()
    assert not run.exists()


def test_newer_runs_do_not_push_out_one_that_is_in_use(visits):
    with visits.held(visits.fresh("anna", "run")) as first:
        others = [visits.fresh("anna", "run") for _ in range(6)]
        assert first.exists() and [run.exists() for run in others].count(True) == 3


def test_a_visitor_who_leaves_takes_nothing_from_work_that_goes_on(visits):
    with visits.held(visits.fresh("anna", "run")) as run:
        visits.leave("anna")
        aged(visits.folder("anna"), 10 * settings.limits().file_seconds)
        visits.sweep()
        assert run.exists()
