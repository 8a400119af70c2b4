"""The demo's limits, read from the environment when they are asked for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo import settings
from demo.settings import Access, Limits

ROOT = Path(__file__).parents[2]
SPINS, RECONNECT = "GOMP_SPINCOUNT", "RAY_gcs_rpc_server_reconnect_timeout_s"
PREPARED = """
import json, os
from demo import app, environment
before = dict(os.environ)
environment.prepare()
print(json.dumps([before, dict(os.environ)]))
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """Nothing is set from outside."""
    for name in os.environ:
        if name.startswith(("N2N_", "GRADIO_", "SPACE")):
            monkeypatch.delenv(name)
    settings.folder.cache_clear()
    yield
    settings.folder.cache_clear()


@pytest.mark.parametrize("text", ["many", "0", "-3", "nan", "inf", "0.5", "2.5"])
def test_a_wrong_number_is_refused_with_its_variable(text, monkeypatch):
    monkeypatch.setenv("N2N_QUEUE", text)
    with pytest.raises(ValueError, match=f"N2N_QUEUE is '{text}'.*above 0"):
        Limits()


@pytest.mark.parametrize(
    ("kind", "variable"), [(Access, "GRADIO_SERVER_PORT"), (Access, "N2N_PORT"), (Limits, "N2N_MEGAPIXELS")]
)
def test_other_variables_are_named_too(kind, variable, monkeypatch):
    monkeypatch.setenv(variable, "many")
    with pytest.raises(ValueError, match=f"{variable} is 'many'"):
        kind()


def test_values_come_from_the_environment(monkeypatch):
    given = {"QUEUE": "7", "MEGAPIXELS": "0.5", "FILE_MINUTES": "2.5", "UPLOAD_MB": "3", "HOST": "0.0.0.0"}
    for name, text in given.items():
        monkeypatch.setenv(f"N2N_{name}", text)
    limits = Limits()
    assert (limits.queue, limits.pixels, limits.file_seconds) == (7, 500_000, 150)
    assert (limits.upload_bytes, Access().host) == (3 * 1024 * 1024, "0.0.0.0")


def test_a_variable_that_is_empty_is_as_one_that_is_not_there(monkeypatch):
    access, limits = Access(), Limits()
    for name in ("N2N_QUEUE", "N2N_HOSTS", "GRADIO_SERVER_PORT"):
        monkeypatch.setenv(name, "")
    assert (Access(), Limits()) == (access, limits)


def test_the_port_of_a_space_is_taken_unless_ours_is_set(monkeypatch):
    assert Access().port == 7860
    monkeypatch.setenv("GRADIO_SERVER_PORT", "9000")
    assert Access().port == 9000
    monkeypatch.setenv("N2N_PORT", "9001")
    assert Access().port == 9001


def test_nobody_else_can_open_the_demo_unless_asked_for():
    assert Access().host == "127.0.0.1"


def test_the_folder_can_be_chosen(tmp_path, monkeypatch):
    assert settings.folder().is_absolute()
    settings.folder.cache_clear()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    assert settings.folder() == tmp_path


def test_all_files_are_gone_within_an_hour():
    assert Limits().file_seconds + Limits().sweep_seconds < 3600


@pytest.mark.parametrize(("space", "spins"), [("me/n2n", "1000"), ("", "10000")])
def test_the_environment_is_written_only_when_it_is_prepared(space, spins):
    known = {name: text for name, text in os.environ.items() if name not in (SPINS, RECONNECT)} | {"SPACE_ID": space}
    command = [sys.executable, "-c", PREPARED]
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=True)
    before, after = json.loads(done.stdout)
    assert {name: after[name] for name in after if after[name] != before.get(name)} == {
        "GRADIO_TEMP_DIR": str(settings.folder()),
        SPINS: spins,
        RECONNECT: "15",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), before.get("PYTHONPATH")))),
    }
    assert all(before.get(name) == text for name, text in known.items())
