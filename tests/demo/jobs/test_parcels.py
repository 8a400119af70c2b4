import os
import time
from pathlib import Path

import pytest

from demo.jobs import parcels
from demo.jobs.parcels import PROJECT, Shelf, pack, unpack
from demo.work.rows import url
from n2n.cluster import Parcel


@pytest.fixture
def roots(tmp_path):
    """Here, and on another machine."""
    here, there = tmp_path / "here", tmp_path / "there"
    for root in (here, there):
        root.mkdir()
    return here, there


def age(file, seconds):
    then = time.time() - seconds
    os.utime(file, (then, then))


def test_paths_below_the_root_arrive_below_the_others(roots):
    here, there = roots
    value = {"file": here / "a" / "b.png", "text": f"{here}/c.png", "plain": "c.png", "relative": Path("d.png")}
    data, named = pack(value, here)
    assert unpack(data, there) == value | {"file": there / "a" / "b.png", "text": f"{there}/c.png"}
    assert named == [here / "a" / "b.png", here / "c.png"]


def test_the_address_of_a_picture_arrives_as_that_of_the_others(roots):
    here, there = roots
    data, named = pack({"src": url(here / "a b.png")}, here)
    assert unpack(data, there) == {"src": url(there / "a b.png")} and named == [here / "a b.png"]


def test_a_file_of_the_project_is_the_others_own(roots):
    assert unpack(pack(PROJECT / "weights", roots[0])[0], roots[1]) == PROJECT / "weights"


def test_any_other_path_is_refused_by_its_name(roots):
    with pytest.raises(ValueError, match="'/etc/passwd' lies on this machine alone"):
        pack([Path("/etc/passwd")], roots[0])


def test_a_file_travels_once_and_again_when_it_has_changed(roots):
    here, there = roots
    (here / "folder").mkdir()
    file, sender, receiver = here / "folder" / "a.txt", Shelf(here), Shelf(there)
    for text in ("one", "another"):
        file.write_text(text)
        (sent,) = sender.changed([here / "folder"])
        receiver.receive(sent)
        assert (there / "folder" / "a.txt").read_text() == text
        assert list(sender.changed([here / "folder"])) == []


def test_what_was_received_is_not_sent_back(roots):
    shelf = Shelf(roots[0])
    shelf.receive(Parcel("a.txt", b"one"))
    assert list(shelf.changed([roots[0]])) == []


def test_a_damaged_file_is_refused_and_nothing_is_written(roots):
    parcel = Parcel("a.txt", b"one")
    parcel._data = b"two"
    with pytest.raises(ValueError, match=r"'a.txt' changed on its way"):
        Shelf(roots[0]).receive(parcel)
    assert list(roots[0].iterdir()) == []


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "folder/../../outside.txt"])
def test_a_file_that_would_lie_elsewhere_is_refused(roots, name):
    with pytest.raises(ValueError, match="would not lie below"):
        Shelf(roots[0]).receive(Parcel(name, b""))


def test_a_file_that_is_being_written_waits_until_it_is_still(roots):
    file, shelf = roots[0] / "growing.log", Shelf(roots[0])
    file.write_text("one")
    assert list(shelf.changed([file], writing=False)) == []
    age(file, 2 * parcels.STILL)
    assert [sent.data for sent in shelf.changed([file], writing=False)] == [b"one"]


def test_a_file_that_is_never_still_is_sent_all_the_same(roots, monkeypatch):
    file, shelf = roots[0] / "growing.log", Shelf(roots[0])
    file.write_text("one")
    assert list(shelf.changed([file], writing=False)) == []
    monkeypatch.setattr(parcels, "LONGEST", 0.0)
    assert len(list(shelf.changed([file], writing=False))) == 1
