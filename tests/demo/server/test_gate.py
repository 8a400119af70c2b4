"""Who may ask the server, for what, how much and how slowly; a bare app stands behind the gate."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.exceptions import HTTPException

from demo.server import gate
from demo.server.gate import Gate, Guard
from demo.settings import Access

SUM = "ab" * 32


async def app(scope, receive, send):
    """Reads all that comes, then says ok."""
    if scope["path"] == "/breaks":
        raise KeyError("an odd request")
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.disconnect":
        raise OSError("the client has gone")
    if scope["path"] == "/gradio_api/run/predict":
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    if scope["path"] == "/breaks-off":
        raise RuntimeError("begun already") from HTTPException(404)
    await send({"type": "http.response.body", "body": b"ok"})


class Disk(SimpleNamespace):
    """One that is full, or is not."""

    def refusal(self, coming):
        return "the disk is full" if coming > self.free else None

    def arrived(self, count):
        self.free -= count  # below 0: more came than it holds


def ask(path="/", method="GET", parts=(b"",), root=Path("/nowhere"), free=10**6, pause=0.0, **headers):
    """Status, headers and body of the answer; `pause` seconds before each part of the body."""
    disk, sent = Disk(free=free, root=root), []
    given = {"host": "127.0.0.1:7860"} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), each.encode("latin-1")) for name, value in given.items() for each in value.split("|")]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "server": ("192.0.2.7", 7860)}
    left = list(parts)

    async def receive():
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    asyncio.run(Gate(Guard(app, disk), disk, Access())(scope, receive, send))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "localhost.", "[::1]:7860", "192.0.2.7:7860"]
)
def test_this_machine_is_known_by_its_names_and_the_address_that_was_asked(host):
    assert ask(host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7860",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "192.0.2.8",
        "",
        "a b",
        "[::1",
    ],
)
def test_any_other_name_is_refused(host):
    status, _, body = ask(host=host)
    assert status == 421 and "N2N_HOSTS" in json.loads(body)["detail"]


def test_a_setting_adds_names_and_sites(monkeypatch):
    monkeypatch.setenv("N2N_HOSTS", "lab.example")
    assert ask(host="lab.example")[0] == 200
    assert ask(origin="https://lab.example")[0] == 200


def test_a_space_is_known_by_its_own_name_and_by_addresses_within(monkeypatch):
    monkeypatch.setenv("SPACE_HOST", "me-n2n.hf.space")
    assert ask(host="me-n2n.hf.space", origin="https://me-n2n.hf.space")[0] == 200
    assert ask(host="10.1.2.3:7860")[0] == 200
    assert ask(host="evil.example")[0] == 421


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:9999",
        "http://127.0.0.1:7860@evil.example",
        "file://",
        "http://[::1",
    ],
)
def test_other_sites_are_refused_and_not_allowed_to_read(method, origin):
    status, headers, _ = ask(method=method, origin=origin)
    assert status == 403 and "access-control-allow-origin" not in headers


def test_its_own_pages_may_ask_and_two_origins_are_one_too_many():
    assert ask(origin="http://127.0.0.1:7860")[0] == 200
    assert ask(origin="http://127.0.0.1:7860|http://evil.example")[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        *("/gradio_api/dev/reload", "/gradio_api/vibe-edit", "/gradio_api/vibe-code/"),
        *("/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/file=https://x.example/a"),
        *("/gradio_api/openapi.json", "/openapi.json", "/docs", "/monitoring/summary"),
    ],
)
def test_what_nobody_needs_here_is_not_there(path):
    assert ask(path)[0] == 404


@pytest.mark.parametrize(
    ("path", "status"), [("", 200), ("/", 200), ("/sse", 404), ("/schema", 404), ("/messages/", 404)]
)
def test_the_tools_of_agents_are_there_if_they_are_wanted(path, status, monkeypatch):
    assert ask(f"/gradio_api/mcp{path}")[0] == 404
    monkeypatch.setenv("N2N_MCP", "1")
    assert ask(f"/gradio_api/mcp{path}")[0] == status


def test_the_description_of_the_endpoints_is_there_if_it_is_wanted(monkeypatch):
    monkeypatch.setenv("N2N_OPENAPI", "1")
    assert ask("/gradio_api/openapi.json")[0] == 200


def test_files_are_served_from_the_demos_own_folders_only(tmp_path):
    upload = tmp_path / SUM / "a.png"
    upload.parent.mkdir()
    upload.write_bytes(b"pixels")
    (tmp_path / "loose.png").write_bytes(b"pixels")
    asked = [upload, tmp_path / "loose.png", "/etc/hostname", f"{upload.parent}/../{SUM}/a.png"]
    assert [ask(f"/gradio_api/file={path}", root=tmp_path)[0] for path in asked] == [200, 404, 404, 404]


def test_every_answer_carries_the_headers_that_keep_a_page_to_itself():
    for answer in (ask(), ask(host="evil.example"), ask("/breaks")):
        assert answer[1]["x-content-type-options"] == "nosniff"
        assert answer[1]["referrer-policy"] == "no-referrer"
        assert "default-src 'self'" in answer[1]["content-security-policy"]


def test_what_breaks_the_app_is_the_askers_mistake_and_no_traceback():
    status, _, body = ask("/breaks")
    assert status == 400 and "does not fit" in json.loads(body)["detail"]


def test_a_stream_that_there_is_not_ends():
    assert ask("/breaks-off") == (200, ask("/breaks-off")[1], b"")


def test_what_a_program_did_wrong_is_told_as_its_mistake():
    assert ask("/gradio_api/run/predict", "POST")[0] == 422


def test_what_does_not_arrive_in_time_is_not_waited_for(limit):
    limit(arrive_seconds=0.05)
    status, _, body = ask("/gradio_api/upload", "POST", parts=(b"a", b"b"), pause=0.2)
    assert status == 408 and b"in time" in body


def test_more_than_the_disk_takes_is_refused_before_it_comes_and_while_it_comes():
    for parts, length in (((b"",), "11"), ((b"12345678", b"90123"), "0")):
        status, headers, body = ask("/gradio_api/upload", "POST", parts=parts, free=10, content_length=length)
        assert (status, body) == (507, b"the disk is full") and headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("headers", [{"x": "a" * 100_000}, {"x": "|".join("a" * 300)}])
def test_endless_headers_are_refused(headers):
    assert ask(**headers)[0] == 431


def test_the_names_of_this_machine_are_no_wildcards():
    names = gate.names_of_this_machine(Access(host="127.0.0.1"))
    assert "" not in names and "0.0.0.0" not in names
