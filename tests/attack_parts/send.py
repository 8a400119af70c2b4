"""Sends a crafted request to a server on this very machine, as it is written, and reads all that comes of it."""

import functools
import json
import re
import socket
import time
import urllib.parse
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse

from .crafted import Crafted
from .seen import secret_png, shows

__all__ = ["Reply", "call", "done", "functions", "own_picture", "send", "shows", "upload"]

LOOPBACK = "127.0.0.1"
MOST = 64 * 2**20  # bytes that are read of one answer
MOST_LOOKED_AT = 4 * 2**20  # bytes in which names are looked for
FOLLOWED = 16  # files that are fetched of those that an answer names
NAMED = re.compile(rb'"(?:path|url|src|href)"\s*:\s*("(?:[^"\\]|\\.)*")|/gradio_api/(file=[^"\'\\<>\s]+)')
FUNCTION = re.compile(rb'"@fn:(\w+)"')


@dataclass(frozen=True)
class Reply:
    """What came back; `status` 0 means that the connection was closed without an answer, or that none came in time."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""  # with the stream of a queued call, and the files that it names, behind it
    seconds: float = 0.0
    problem: str = ""  # of reading it, in words
    cut: bool = False  # it had not ended when the time was over


def send(address: str, crafted: Crafted, timeout: float = 30.0) -> Reply:
    """Sends it, follows the events of a queued call to their end, and fetches the files that are named in them.

    `address` is "http://127.0.0.1:PORT"; others are refused with ValueError.
    """
    port, begun = _port(address), time.monotonic()
    until = begun + timeout
    reply = _exchange(port, _written(address, crafted), until)
    bodies, cut = [reply.body], reply.cut
    if stream := _events(crafted, reply):
        told = _exchange(port, _get(port, stream), until)
        bodies.append(told.body)
        cut = cut or told.cut
    seconds = time.monotonic() - begun
    for place in _named(b"\n".join(bodies), crafted):
        bodies.append(_exchange(port, _get(port, place), time.monotonic() + timeout).body)
    return Reply(reply.status, reply.headers, b"\n".join(bodies), seconds, reply.problem, cut)


def upload(address: str, name: str, data: bytes, timeout: float = 60.0) -> Reply:
    """Uploads a file under a name that may be none."""
    return send(address, Crafted.upload(f"upload {name[:40]!r}", name, data), timeout)


def call(address: str, endpoint: str, data: list, timeout: float = 60.0) -> Reply:
    """Calls an endpoint as a program does."""
    return send(address, Crafted.json(endpoint, f"/gradio_api/call/{endpoint}", {"data": data}), timeout)


def done(crafted: Crafted, reply: Reply) -> bool:
    """Whether a call of a function came to a good end: what it was given was read."""
    if "/run/" in crafted.path:
        return reply.status == 200
    finished = (part for part in reply.body.split(b"\n") if b'"process_completed"' in part)
    return b"event: complete" in reply.body or any(b'"success":true' in part for part in finished)


def _port(address: str) -> int:
    parts = urllib.parse.urlsplit(address)
    if parts.hostname != LOOPBACK or not parts.port:
        raise ValueError(f"'{address}' is not this machine; allowed: http://{LOOPBACK}:PORT")
    return parts.port


def _written(address: str, crafted: Crafted) -> bytes:
    """The request's bytes, with the server's address and the numbers of its functions put in."""
    port = _port(address)
    body = crafted.body.replace(b"@port@", str(port).encode())
    if b"@mine@" in body:
        body = body.replace(b"@mine@", json.dumps(own_picture(address))[1:-1].encode())
    body = FUNCTION.sub(lambda found: str(functions(address)[found[1].decode()]).encode(), body)
    headers = {"Host": f"{LOOPBACK}:{port}"} | dict(crafted.headers) | {"Connection": "close"}
    if crafted.method not in ("GET", "HEAD") and "Transfer-Encoding" not in headers:
        headers.setdefault("Content-Length", str(len(body)))
    lines = [f"{crafted.method} {crafted.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    head = "\r\n".join(lines).replace("@port@", str(port))
    return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


@functools.lru_cache(maxsize=8)
def functions(address: str) -> dict[str, int]:
    """The numbers of the server's functions by their names, as its page is told."""
    told = json.loads(_exchange(_port(address), _get(_port(address), "/config"), time.monotonic() + 30).body)
    return {each["api_name"]: each["id"] for each in told["dependencies"] if each["api_name"]}


@functools.lru_cache(maxsize=8)
def own_picture(address: str) -> str:
    """Where the server put a picture that was uploaded to it. Raises ValueError where it takes none."""
    reply = upload(address, "mine.png", secret_png(1, "mine"))
    try:
        return json.loads(reply.body.partition(b"\n")[0])[0]
    except (ValueError, LookupError):
        raise ValueError(f"the server took no picture: {reply.status} {reply.body[:200]!r}") from None


def _get(port: int, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n".encode()


def _exchange(port: int, request: bytes, until: float) -> Reply:
    """One request and its answer, to its end or to a moment."""
    begun, parts, answer, problem, cut = time.monotonic(), [], None, "", False
    try:
        with socket.create_connection((LOOPBACK, port), _left(until)) as connection:
            _push(connection, request, until)
            answer = HTTPResponse(connection, method=request.split(b" ", 1)[0].decode())
            answer.begin()
            while sum(map(len, parts)) < MOST:
                connection.settimeout(_left(until))
                if not (part := answer.read1(2**16)):
                    break
                parts.append(part)
    except TimeoutError:
        cut, problem = True, "not over in time"
    except (OSError, HTTPException, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
    status, headers = (answer.status, dict(answer.getheaders())) if answer and answer.headers else (0, {})
    return Reply(status, headers, b"".join(parts), time.monotonic() - begun, problem, cut)


def _push(connection: socket.socket, request: bytes, until: float) -> None:
    """Sends all of it; a server that has heard enough may close before, and its answer is still read."""
    connection.settimeout(_left(until))
    try:
        connection.sendall(request)
    except (BrokenPipeError, ConnectionResetError):
        return


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _events(crafted: Crafted, reply: Reply) -> str | None:
    """Where the events of a call that was queued are told."""
    if reply.status != 200 or b"event_id" not in reply.body:
        return None
    with_id = re.search(rb'"event_id":\s*"(\w+)"', reply.body)
    if with_id and "/call/" in crafted.path:
        return f"{crafted.path.partition('?')[0].rstrip('/')}/{with_id[1].decode()}"
    session = re.search(rb'"session_hash":\s*"([\w-]+)"', crafted.body)
    return f"/gradio_api/queue/data?session_hash={session[1].decode()}" if session else None


def _named(body: bytes, crafted: Crafted) -> list[str]:
    """Paths on this server of the files that an answer names, each once; not those that the request named itself."""
    asked = urllib.parse.unquote(crafted.path) + urllib.parse.unquote(
        crafted.body[:MOST_LOOKED_AT].decode("utf-8", "replace")
    )
    places: dict[str, None] = {}
    for quoted, served in NAMED.findall(body[:MOST_LOOKED_AT]):
        try:
            word = json.loads(quoted) if quoted else f"/gradio_api/{served.decode()}"
        except ValueError:
            continue
        if "/gradio_api/" in word:
            word = word[word.index("/gradio_api/") :]
        elif word.startswith("/"):
            word = f"/gradio_api/file={urllib.parse.quote(word)}"
        else:
            continue
        file = urllib.parse.unquote(word).partition("file=")[2]
        if file and file in asked:
            continue
        places[urllib.parse.quote(word, safe="/=%?&:@!$'()*+,;~#[]")] = None
    return list(places)[:FOLLOWED]
