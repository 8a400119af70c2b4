"""The demo's limits, read in a process of their own as a server reads them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAM = """
import json, os
from demo import settings
found = {name: value for name, value in vars(settings).items() if name.isupper() and not name.startswith("_")}
print(json.dumps(found | {"environment": dict(os.environ)}, default=str))
"""


def start(**variables):
    """The settings under these environment variables: the finished process."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("N2N_", "GRADIO_"))}
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, cwd=ROOT, env=known | variables, capture_output=True, text=True, check=False)


def found(**variables):
    return json.loads(start(**variables).stdout)


@pytest.fixture(scope="module")
def defaults():
    return found()


@pytest.mark.parametrize("text", ["many", "0", "-3", "nan", "inf", "0.5", "2.5"])
def test_a_wrong_number_is_refused_with_its_variable(text):
    last = start(N2N_QUEUE=text).stderr.splitlines()[-1]
    assert "N2N_QUEUE" in last and f"'{text}'" in last and "above 0" in last


@pytest.mark.parametrize("variable", ["GRADIO_SERVER_PORT", "N2N_PORT", "N2N_MEGAPIXELS"])
def test_other_variables_are_named_too(variable):
    assert f"{variable} is 'many'" in start(**{variable: "many"}).stderr


def test_values_come_from_the_environment():
    values = found(N2N_QUEUE="7", N2N_MEGAPIXELS="0.5", N2N_FILE_MINUTES="2.5", N2N_UPLOAD_MB="3", N2N_HOST="0.0.0.0")
    assert (values["QUEUE"], values["PIXELS"], values["FILE_SECONDS"]) == (7, 500_000, 150)
    assert (values["UPLOAD_BYTES"], values["HOST"]) == (3 * 1024 * 1024, "0.0.0.0")


def test_a_variable_that_is_empty_is_as_one_that_is_not_there(defaults):
    assert found(N2N_QUEUE="", GRADIO_SERVER_PORT="")["QUEUE"] == defaults["QUEUE"]


def test_the_port_of_a_space_is_taken_unless_ours_is_set(defaults):
    ports = [found(GRADIO_SERVER_PORT="9000")["PORT"], found(GRADIO_SERVER_PORT="9000", N2N_PORT="9001")["PORT"]]
    assert (defaults["PORT"], ports) == (7860, [9000, 9001])


def test_nobody_else_can_open_the_demo_unless_asked_for(defaults):
    assert defaults["HOST"] == "127.0.0.1"


def test_gradio_is_told_where_to_write_and_to_stay_silent(defaults):
    told = defaults["environment"]
    assert told["GRADIO_TEMP_DIR"] == defaults["TEMPORARY"] and Path(defaults["TEMPORARY"]).is_absolute()
    assert told["GRADIO_ANALYTICS_ENABLED"] == "False"


def test_the_folder_can_be_chosen(tmp_path):
    assert found(GRADIO_TEMP_DIR=str(tmp_path))["TEMPORARY"] == str(tmp_path)


def test_all_files_are_gone_within_an_hour(defaults):
    assert defaults["FILE_SECONDS"] + defaults["SWEEP_SECONDS"] < 3600
