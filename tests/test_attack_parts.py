"""The hostile files and requests themselves: many, all different, the same every time, small, quickly made."""

import base64
import hashlib
import http.server
import io
import json
import socket
import threading
import time
import urllib.parse
from collections import Counter

import numpy as np
import pytest
from attack_parts.files import CANARY, hostile_files
from attack_parts.requests import HARMLESS, REFUSED, Crafted, crafted_requests, leaked
from attack_parts.seen import pattern, secret_png
from attack_parts.send import Reply, done, send, shows
from PIL import Image

MEGABYTE = 2**20


def digests():
    """Name, digest and size of every file; none is kept."""
    return [(file.name, hashlib.sha256(file.data).hexdigest(), len(file.data)) for file in hostile_files()]


@pytest.fixture(scope="module")
def made():
    """The digests, and the seconds of work that they took."""
    begun = time.process_time()
    return digests(), time.process_time() - begun


def test_there_are_many_files_and_no_two_are_alike(made):
    files, _ = made
    assert len(files) >= 320
    assert len({name for name, _, _ in files}) == len(files)
    assert [digest for digest, count in Counter(digest for _, digest, size in files if size).items() if count > 1] == []


def test_the_files_are_the_same_every_time(made):
    assert digests() == made[0]


def test_the_files_are_small_and_quickly_made(made):
    files, seconds = made
    sizes = [size for _, _, size in files]
    assert sum(sizes) < 120 * MEGABYTE and max(sizes) < 12 * MEGABYTE
    assert sum(size > 2 * MEGABYTE for size in sizes) <= 6
    assert seconds < 20


def test_making_them_runs_none_of_them(made):
    assert not CANARY.exists()


@pytest.fixture
def crafted(tmp_path):
    """The requests for a disk that has a secret, and another visitor's file."""
    root, secret = tmp_path / "root", tmp_path / "secret.png"
    victim = root / "visit-1" / "victim.png"
    victim.parent.mkdir(parents=True)
    for place, file in enumerate((secret, victim)):
        file.write_bytes(secret_png(place, f"mark {place} of the test"))
    return crafted_requests(root, victim, secret)


def test_there_are_many_requests_and_no_two_are_alike(crafted):
    assert len(crafted) >= 220
    assert len({request.description for request in crafted}) == len(crafted)
    assert len({(request.method, request.path, request.headers, request.body) for request in crafted}) == len(crafted)
    assert {request.expects for request in crafted} == {HARMLESS, REFUSED}


@pytest.mark.parametrize("before", range(4))
def test_a_leak_is_seen_in_every_spelling(before):
    mark = b"a mark/with+signs \xe9\x00 and words"
    answer = bytes(before) + mark + b"after"
    written = (
        answer,
        base64.b64encode(answer),
        base64.urlsafe_b64encode(answer),
        urllib.parse.quote(answer).encode(),
        urllib.parse.quote(answer, safe="").encode(),
        json.dumps(answer.decode("latin-1")).encode(),
        answer.hex().encode(),
    )
    assert all(leaked(each, [b"another mark", mark]) for each in written)
    assert not any(leaked(each, [b"another mark"]) for each in written)


def test_a_picture_of_the_secret_is_seen_small_noisy_and_in_base64(rng):
    secret = pattern(3)
    noisy = Image.fromarray((secret * 0.5 + rng.normal(40, 20, secret.shape)).clip(0, 255).astype(np.uint8))
    file = io.BytesIO()
    noisy.resize((48, 48)).save(file, "PNG")
    for body in (b"before" + file.getvalue() + b"after", b'"' + base64.b64encode(file.getvalue()) + b'"'):
        assert shows(secret, body)
        assert not shows(pattern(4), body)
    assert not shows(secret, b"no picture \x89PNG\r\n\x1a\n cut off")


def test_nothing_is_sent_to_another_machine():
    for address in ("http://192.0.2.1:80", "http://localhost:80", "http://127.0.0.1", "http://127.0.0.1@192.0.2.1:80"):
        with pytest.raises(ValueError, match="not this machine"):
            send(address, Crafted.get("anything", "/"))


class Answering(http.server.BaseHTTPRequestHandler):
    """A server as Gradio is: a call is queued, its events are streamed, and name a file."""

    def do_POST(self):
        self.server.seen = self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b'{"event_id": "ab12"}')

    def do_GET(self):
        named = {"path": "/x/result 1.png", "url": "http://127.0.0.1:1/gradio_api/file=/x/y"}
        events = f"event: complete\ndata: {json.dumps([named])}\n\n".encode()
        answers = {
            "/gradio_api/call/denoise/ab12": events,
            "/gradio_api/file=/x/result%201.png": b"the file",
            "/gradio_api/file=/x/y": b"the other file",
            "/config": b'{"dependencies": [{"api_name": "denoise", "id": 29}]}',
        }
        self.answer(answers.get(self.path, b"nothing"))

    def answer(self, body):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def answering():
    """The address of such a server, and the server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", server
        server.shutdown()


def test_a_call_is_followed_to_its_files(answering):
    address, server = answering
    body = {"data": ["http://127.0.0.1:@port@/", "@fn:denoise"]}
    request = Crafted.json("a call", "/gradio_api/call/denoise", body, headers=(("Host", "evil.example"),))
    reply = send(address, request, 5)
    _, headers, sent = server.seen
    assert reply.status == 200 and not reply.cut
    assert b"the file" in reply.body and b"the other file" in reply.body
    assert headers["Host"] == "evil.example"
    assert json.loads(sent)["data"] == [f"{address}/", 29]


def test_a_function_that_the_page_lacks_is_not_taken_for_refused(answering):
    with pytest.raises(KeyError, match="nobody"):
        send(answering[0], Crafted.queued("a call", "nobody", []), 5)


@pytest.mark.parametrize(
    ("path", "status", "body", "good"),
    [
        ("/gradio_api/call/check", 200, b'{"event_id": "1"}\nevent: complete\ndata: [1]\n\n', True),
        ("/gradio_api/call/check", 200, b'{"event_id": "1"}\nevent: error\ndata: {}\n\n', False),
        ("/gradio_api/queue/join", 200, b'data: {"msg":"process_completed","success":true}', True),
        ("/gradio_api/queue/join", 200, b'data: {"msg":"process_starts","success":true}', False),
        ("/gradio_api/queue/join", 200, b'data: {"msg":"process_completed","success":false}', False),
        ("/gradio_api/run/check", 200, b"{}", True),
        ("/gradio_api/run/check", 500, b"{}", False),
    ],
)
def test_a_call_that_was_answered_is_told_from_one_that_was_not(path, status, body, good):
    assert done(Crafted.json("a call", path, {}), Reply(status, body=body)) == good


def test_an_answer_that_never_comes_is_cut():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reply = send(f"http://127.0.0.1:{silent.getsockname()[1]}", Crafted.get("anything", "/"), 0.2)
    assert reply.cut and reply.status == 0 and reply.seconds < 5
