"""The page's scripts as a browser asks for them."""

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.widgets import scripts
from demo.widgets.live_region import make_live_region
from demo.widgets.sheets import read_sheets
from demo.widgets.strip import make_strip
from demo.widgets.viewer import make_viewer

FILES = sorted(Path(scripts.__file__).parent.glob("*.js"))
IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+\.js)";$', re.MULTILINE)
ALL = pytest.mark.parametrize("script", FILES, ids=lambda path: path.name)


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=scripts.routes()))


@ALL
def test_a_script_is_sent_but_for_comments_and_blanks_as_javascript_that_a_browser_may_keep(client, script):
    answer = client.get(f"/{scripts.base_path()}/{script.name}")
    code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", script.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.sub(r"\s", "", answer.text) == re.sub(r"\s", "", code)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


def test_scripts_and_style_sheets_together_are_small():
    sheets = [read_sheets(path.name).encode() for path in FILES[0].parent.glob("*.css")]
    assert sum(map(len, [*scripts.read_scripts().values(), *sheets])) <= 60_000


@pytest.mark.parametrize("name", ["scripts.py", "viewer.css", "", "../app.py", "%2e%2e/app.py", "none.js"])
def test_nothing_else_is_sent(client, name):
    assert client.get(f"/{scripts.base_path()}/{name}").status_code == 404


@ALL
def test_what_a_script_imports_another_exports(script):
    source = script.read_text(encoding="utf-8")
    found = IMPORT.findall(source)
    assert len(found) == len(re.findall(r"^import\b", source, re.MULTILINE))
    for names, file in found:
        exporting = script.with_name(file).read_text(encoding="utf-8")
        assert set(names.split(", ")) <= set(re.findall(r"^export (?:function|const) (\w+)", exporting, re.MULTILINE))


@pytest.mark.parametrize("component", [make_viewer(), make_strip([]), make_live_region()])
def test_a_component_starts_a_script_that_is_sent(client, component):
    place = re.search(r'new URL\("([^"]+)"', component.js_on_load)[1]
    assert "export function start(" in client.get(place).text


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("number_fields", "actOnEnter"),
        ("projector", "project"),
        ("projector", "arrive"),
        ("address", "keepRun"),
        ("address", "runOfAddress"),
    ],
)
def test_an_event_calls_a_function_that_its_script_exports(client, name, function):
    code = scripts.call(name, function)
    place = re.search(r'new URL\("([^"]+)"', code)[1]
    assert f"export function {function}(" in client.get(place).text and f"module.{function}(...inputs)" in code


@ALL
def test_a_page_fetches_each_script_before_it_is_needed(script):
    places = re.findall(r'href="([^"]+)"', "".join(scripts.preloads()))
    assert f"{scripts.base_path()}/{script.name}" in places
