"""How the server starts: where it cannot, one sentence says why."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demo import __main__, serve
from demo.serve import CannotStart, check_folder

ROOT = Path(__file__).parents[2]


def start(*arguments, **environment):
    """The finished process of a server that cannot start."""
    known = os.environ | environment
    return subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        cwd=ROOT,
        env=known,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("port", ["0", "99999", "-1", "http"])
def test_a_port_that_is_none_is_refused_in_a_sentence(port, capsys):
    with pytest.raises(SystemExit):
        __main__.main(["--port", port])
    assert f"the port is '{port}'; allowed: 1 to 65535" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.slow
def test_a_port_in_the_environment_that_is_none_is_refused_too():
    ended = start(N2N_PORT="99999")
    assert ended.returncode == 2 and "allowed: 1 to 65535" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_port_in_use_is_told_with_another(tmp_path):
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        ended = start("--port", str(port), GRADIO_TEMP_DIR=str(tmp_path / "files"))
    assert ended.returncode == 2 and f"Try --port {port + 1}" in ended.stderr and "Traceback" not in ended.stderr


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"cannot be made.*GRADIO_TEMP_DIR"):
        check_folder(tmp_path / "file")


def test_a_folder_that_others_can_write_to_is_refused(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(CannotStart, match="open to other users"):
        check_folder(tmp_path / "open")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives folders away")
def test_a_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "theirs").mkdir(mode=0o700)
    os.chown(tmp_path / "theirs", 12345, 12345)
    with pytest.raises(CannotStart, match="open to other users"):
        check_folder(tmp_path / "theirs")


def test_a_folder_that_is_not_there_is_made_for_its_owner_only(tmp_path):
    check_folder(tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o777 == 0o700


def test_as_many_files_may_be_open_as_the_system_allows(capsys):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        serve.raise_open_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("key", "warned"), [("", False), ("7b", True), ("a-long-one-2026", False)])
def test_a_key_that_can_be_guessed_is_warned_of(key, warned):
    assert bool(serve.key_warning(key)) is warned
