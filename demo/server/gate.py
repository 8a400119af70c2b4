"""ASGI middleware between the network and the app: who may send requests, for what, how large and how slow."""

import asyncio
import ipaddress
import json
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import settings
from ..settings import Access
from . import intake
from .disk import Disk
from .messages import to_sentence

API = "/gradio_api"
# Routes for developers of Gradio, or for features that this app does not have.
CLOSED = re.compile(
    rf"{API}/(component_server|deep_link|dev/|process_recording|profiling|proxy=|run-history|runs|stream/)"
    rf"|{API}/(undo-)?vibe|/(docs|monitoring|redoc)"
)
TOOLS = re.compile(rf"{API}/mcp")
OPEN_TOOLS = re.compile(rf"{API}/mcp/?")
DESCRIPTIONS = re.compile(rf"({API})?/openapi.json")
UPLOAD = f"{API}/upload"
FILE = re.compile(rf"({API})?/file(=|/)")
ENDPOINT = re.compile(rf"{API}/(run|api)/")
MOST_HEADERS, MOST_LETTERS = 200, 2**15  # of a request
SCRIPTS = "'self' 'unsafe-inline' 'unsafe-eval'"  # Gradio's page has inline scripts, and evaluates components' code
POLICY = (
    f"default-src 'self'; script-src {SCRIPTS}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": POLICY,
}
STRANGER = (
    "this server does not go by that name; open it by its own address, or start it with N2N_HOSTS=NAME to allow another"
)
FOREIGN = "requests from other web sites are not answered here; N2N_HOSTS=NAME allows another"
NOTHING = "there is nothing here"
SLOW = "what was sent did not arrive in time; please send it again"
UNFIT = "what was sent does not fit this server; see “Use via API” at the foot of its page"


def names_of_this_machine(access: Access) -> frozenset[str]:
    """The names and addresses by which browsers on this machine, and in its network, reach it."""
    name = socket.gethostname().lower()
    own = {"localhost", "127.0.0.1", "::1", name, f"{name.partition('.')[0]}.local"}
    return frozenset({*own, *access.hosts, *access.space_hosts, access.host.lower()})


@dataclass
class Gate:
    """The outermost ASGI middleware: refuses requests from strangers, and for what is not served, with one sentence."""

    app: ASGIApp
    disk: Disk
    access: Access

    def __post_init__(self) -> None:
        self._names = names_of_this_machine(self.access)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = _Response(send)
        if scope["type"] == "http" and (refused := self._refused(scope)):
            await response.refuse(*refused, plain=_is_upload(scope))
        else:
            await self.app(scope, receive, response)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Status and sentence for a request that is refused; None for all others."""
        headers, path = Headers(scope=scope), scope["path"]
        if len(scope["headers"]) > MOST_HEADERS or sum(map(len, headers.values())) > MOST_LETTERS:
            return 431, UNFIT
        host = headers.get("host", "")
        if not self._is_own(host, scope):
            return 421, STRANGER
        if not all(self._is_same(origin, host) for origin in headers.getlist("origin")):
            return 403, FOREIGN
        file = FILE.match(path)
        if TOOLS.match(path) and not (self.access.mcp and OPEN_TOOLS.fullmatch(path)):
            return 404, NOTHING
        if CLOSED.match(path) or (DESCRIPTIONS.fullmatch(path) and not self.access.openapi):
            return 404, NOTHING
        if file and not intake.may_be_served(path[file.end() :], self.disk.root):
            return 404, NOTHING
        if _is_upload(scope) and (full := self.disk.refusal(_length(headers))):
            return 507, full
        return None

    def _is_own(self, host: str, scope: Scope) -> bool:
        """Whether the Host header names this machine, or the address that the request was sent to."""
        name = _name(host)
        address: str = (scope.get("server") or ("",))[0]
        return name in self._names or name == address or bool(self.access.space_hosts and _is_address(name))

    def _is_same(self, origin: str, host: str) -> bool:
        """Whether a request comes from a page of this server, or of a site that a setting allows."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or parts.username is not None:
            return False
        return parts.netloc.lower() == host.lower() or parts.hostname in self.access.hosts


def _is_upload(scope: Scope) -> bool:
    return bool(scope["method"] == "POST" and scope["path"].rstrip("/") == UPLOAD)


def _length(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 19 else 0


def _name(host: str) -> str:
    """The name in a Host header, in lower case, without its port; "" where there is none."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "").rstrip(".") if parts.netloc == host and parts.username is None else ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@dataclass
class Guard:
    """The innermost ASGI middleware: answers requests that arrive too slowly, or that the app cannot handle."""

    app: ASGIApp
    disk: Disk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        response = _Response(send, by_program=bool(ENDPOINT.match(scope["path"])))
        body = _RequestBody(receive, self.disk if _is_upload(scope) else None)
        try:
            await self.app(scope, body, response)
        except Exception as problem:  # from an unforeseen request; CheckedBlocks reports the app's own
            if not response.begun:
                print(f"demo: {scope['method']} {scope['path'][:80]}: {type(problem).__name__}", flush=True)
                refused = (507, str(body.full)) if body.full else (408, SLOW) if body.late else (400, UNFIT)
                await response.refuse(*refused, plain=body.disk is not None)
            elif isinstance(problem.__cause__ or problem, HTTPException):
                await response.end()  # a stream of events that does not exist
            else:
                raise


@dataclass
class _RequestBody:
    """The body of a request: it has to arrive in time, and is counted where it is an upload."""

    receive: Receive
    disk: Disk | None
    whole: bool = False
    late: bool = False
    full: str | None = None  # why no more is accepted

    async def __call__(self) -> Message:
        if self.whole:
            return await self.receive()
        try:
            message = await asyncio.wait_for(self.receive(), settings.limits().arrive_seconds)
        except TimeoutError:
            self.late, self.whole = True, True
            return {"type": "http.disconnect"}
        self.whole = not message.get("more_body", False)
        if self.disk:
            self.disk.arrived(len(message.get("body", b"")))
            self.full = self.disk.refusal(0)
            if self.full:
                raise OSError(self.full)
        return message


@dataclass
class _Response:
    """The response, with our headers added."""

    send: Send
    by_program: bool = False  # a program called an endpoint, and gets a status for its own mistakes
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            if self.by_program and message["status"] == 500:  # Gradio's status for every error
                message["status"] = 422
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
        await self.send(message)

    async def refuse(self, status: int, sentence: str, plain: bool = False) -> None:
        """Sends the sentence as JSON, or as plain text, which the page shows as it is after an upload."""
        text = to_sentence(sentence) if plain else json.dumps({"detail": to_sentence(sentence)}, ensure_ascii=False)
        headers = {
            "Content-Type": "text/plain; charset=utf-8" if plain else "application/json",
            "Content-Length": str(len(text.encode())),
            "Connection": "close",
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self({"type": "http.response.start", "status": status, "headers": raw})
        await self.end(text.encode())

    async def end(self, body: bytes = b"") -> None:
        await self({"type": "http.response.body", "body": body})
