"""A request as a stranger writes it, by hand rather than with a browser."""

import base64
import json
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass

BOUNDARY = "----attack"
REFUSED, HARMLESS = "refused", "harmless"  # 4xx; anything without a leak and without a 5xx


@dataclass(frozen=True)
class Crafted:
    """A request. In path, headers and body `@port@` stands for the server's port; in the body `"@fn:NAME"` stands for
    the number of a function."""

    description: str
    method: str
    path: str  # as it goes over the wire, query included
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    expects: str = HARMLESS

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


def leaked(answer: bytes, marks: Sequence[bytes]) -> bool:
    """Whether an answer holds any of the marks: as it is, or in base64, or escaped for a URL or for JSON."""
    return any(form in answer for mark in marks for form in _forms(mark))


def _forms(mark: bytes) -> set[bytes]:
    """Every way in which the bytes of a mark may be written."""
    forms = {mark, urllib.parse.quote_from_bytes(mark).encode(), mark.hex().encode(), mark.hex().upper().encode()}
    forms.add(urllib.parse.quote_from_bytes(mark, safe="").encode())
    for encoding in ("utf-8", "latin-1"):
        try:
            word = mark.decode(encoding)
        except UnicodeDecodeError:
            continue
        forms |= {json.dumps(word)[1:-1].encode(), json.dumps(word, ensure_ascii=False)[1:-1].encode()}
    for shift in range(3):  # in base64 it depends on what comes before
        whole = base64.b64encode(bytes(shift) + mark)
        inner = whole[(0, 2, 3)[shift] :].rstrip(b"=")
        plain = inner if (len(mark) + shift) % 3 == 0 else inner[:-1]
        forms |= {plain, plain.replace(b"+", b"-").replace(b"/", b"_")}
    return {form for form in forms if len(form) >= 8}
