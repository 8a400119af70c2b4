"""The one way in: uploads and nothing else."""

import os

import pytest

from demo.server.intake import REFUSED, Refused, admit, admit_all, may_be_served

SUM = "0123456789abcdef" * 4


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root" / SUM).mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def upload(root):
    path = root / SUM / "shot 1.png"
    path.write_bytes(b"pixels")
    return path


def test_an_upload_is_let_in(upload, root):
    assert admit(str(upload), root) == upload


def test_the_age_of_an_upload_counts_from_its_last_use(upload, root):
    os.utime(upload.parent, (0, 0))
    admit(str(upload), root)
    assert upload.parent.stat().st_mtime > 1e9


def strangers(root):
    """Paths that are no uploads, by what they are."""
    (root / SUM / "folder").mkdir()
    (root / SUM / "link.png").symlink_to("/etc/hostname")
    os.link(root / SUM / "shot 1.png", root / "loose.png")
    (root / ("f" * 64)).symlink_to(root / SUM)
    visit = root / "visit-0a1b" / "denoised-1"
    visit.mkdir(parents=True)
    (visit / "0-noisy.png").write_bytes(b"pixels")
    os.mkfifo(root / SUM / "fifo")
    return {
        "a file of the system": "/etc/hostname",
        "a device": "/dev/zero",
        "a FIFO": str(root / SUM / "fifo"),
        "a link": str(root / SUM / "link.png"),
        "a folder that is a link": str(root / ("f" * 64) / "shot 1.png"),
        "a folder": str(root / SUM / "folder"),
        "the folder of an upload": str(root / SUM),
        "a file that is not there": str(root / SUM / "other.png"),
        "a visitor's file": str(visit / "0-noisy.png"),
        "beside the uploads": str(root / "loose.png"),
        "a way round": str(root / SUM / ".." / SUM / "shot 1.png"),
        "a relative path": os.path.relpath(root / SUM / "shot 1.png"),
        "another root": str(root.parent / SUM / "shot 1.png"),
        "a web address": "http://127.0.0.1/x.png",
        "a file address": f"file://{root / SUM / 'shot 1.png'}",
        "a NUL": f"{root / SUM}/shot\0.png",
        "far too long": "/" + "a" * 5_000_000,
        "nothing": "",
        "None": None,
        "a number": 7,
        "a list": [str(root / SUM / "shot 1.png")],
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_everything_else_gets_one_and_the_same_answer(upload, root):
    for what, path in strangers(root).items():
        with pytest.raises(Refused) as refused:
            admit(path, root)
        assert str(refused.value) == REFUSED, what


def test_files_are_cleared_however_deep_they_lie(upload, root):
    sent = [3, "text", {"value": [{"path": str(upload), "url": "http://evil.example/x", "meta": {"_type": "x"}}]}]
    assert admit_all(sent, root) == [3, "text", {"value": [{"path": str(upload), "meta": {"_type": "x"}}]}]


@pytest.mark.parametrize(
    "file", [{"path": "/etc/hostname"}, {"url": "data:image/png;base64,AA"}, {"path": None}, {"path": {}}]
)
def test_a_file_that_is_no_upload_is_refused_with_or_without_gradios_mark(file, root):
    for sent in (file, file | {"meta": {"_type": "gradio.FileData"}}):
        with pytest.raises(Refused):
            admit_all([[sent]], root)


def test_what_names_no_file_stays_as_it_is(root):
    assert admit_all([1, None, "a", {"b": [2.5, True]}], root) == [1, None, "a", {"b": [2.5, True]}]


def test_served_is_what_was_made_for_a_visitor_or_came_from_one(upload, root):
    found = strangers(root)
    own = {"a visitor's file"}
    assert may_be_served(str(upload), root)
    assert {what for what, path in found.items() if isinstance(path, str) and may_be_served(path, root)} == own
