"""A request as a stranger writes it, by hand rather than with a browser."""

import json
import zlib
from dataclasses import dataclass

JOIN = "/gradio_api/queue/join"
BOUNDARY = "----attack"
REFUSED, HARMLESS = "refused", "harmless"  # 4xx; anything without a leak and without a 5xx


@dataclass(frozen=True)
class Crafted:
    """A request. In path, headers and body `@port@` stands for the server's port; in the body `"@fn:NAME"` stands for
    the number of a function, and `@mine@` for the path of a picture that the stranger has uploaded himself.
    """

    description: str
    method: str
    path: str  # as it goes over the wire, query included
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    expects: str = HARMLESS
    foreign: bool = (
        False  # it names what is not the caller's: a good answer (`send.done`) has read it, whatever it shows
    )

    @classmethod
    def get(cls, description: str, path: str, expects: str = HARMLESS, **headers: str) -> "Crafted":
        """A GET."""
        return cls(description, "GET", path, tuple(headers.items()), b"", expects)

    @classmethod
    def json(
        cls,
        description: str,
        path: str,
        content: object,
        expects: str = HARMLESS,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> "Crafted":
        """A POST of JSON; bytes go as they are."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return cls(description, "POST", path, (("Content-Type", "application/json"), *headers), body, expects)

    @classmethod
    def queued(cls, description: str, function: str, data: list, **more: object) -> "Crafted":
        """A function put into the queue as the page does it, in a session of its own."""
        session = f"stranger{zlib.crc32(description.encode()):08x}"
        body = {"data": data, "fn_index": f"@fn:{function}", "session_hash": session} | more
        return cls.json(description, JOIN, body)

    @classmethod
    def upload(
        cls,
        description: str,
        name: str,
        data: bytes,
        expects: str = HARMLESS,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> "Crafted":
        """A form with one file; of the name only what would end it is escaped, as browsers do."""
        told = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").encode("utf-8", "surrogatepass")
        head = b'Content-Disposition: form-data; name="files"; filename="' + told + b'"\r\n'
        form = f"--{BOUNDARY}\r\n".encode() + head + b"Content-Type: application/octet-stream\r\n\r\n"
        body = form + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        return cls(description, "POST", "/gradio_api/upload", (kind, *headers), body, expects)
