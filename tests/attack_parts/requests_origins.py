"""Requests that another page makes a visitor's browser send, and uploads under names that climb."""

from collections.abc import Iterator
from pathlib import Path

from .crafted import BOUNDARY, REFUSED, Crafted
from .requests_calls import CALL, META

ORIGINS = (
    "http://evil.example", "https://evil.example", "http://evil.example:@port@", "null", "file://",
    "http://localhost.evil.example",
    "http://localhost:@port@.evil.example", "http://localhost@evil.example", "http://127.0.0.1@evil.example",
    "http://127.0.0.1:@port@@evil.example", "http://127.0.0.1.evil.example", "http://evil.example/127.0.0.1",
    "http://evil.example#localhost", "http://evil.example?localhost", "http://evil.example\\@localhost",
    "http://xlocalhost",
    "http://localhost%00.evil.example", "http://localhost,evil.example", "http://127.0.0.1:1@evil.example:80",
    "evil.example",
    "chrome-extension://abcdef", "http://2130706433.evil.example", "http://[::1].evil.example",
    "http://LOCALHOST.evil.example",
    "javascript:localhost", "data:,localhost", "http://localhost.:80@evil.example", "http://sub.evil.example:443",
)  # fmt: skip
HOSTS = (
    "evil.example", "evil.example:@port@", "localhost.evil.example", "localhost@evil.example",
    "127.0.0.1.evil.example:@port@",
    "127.0.0.1:@port@@evil.example", "rebind.evil.example:@port@", "7f000001.rbndr.us", "127.0.0.1.nip.io:@port@",
    "a" * 5000,
    "127.0.0.1:@port@/evil", "evil.example#127.0.0.1", "evil.example, 127.0.0.1", "xn--localhst-59a",
    "localhost\\@evil.example",
)  # fmt: skip
FORWARDED = {
    "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript", "X-Forwarded-For": "127.0.0.1",
    "Forwarded": "host=evil.example;proto=https", "X-Original-URL": "/etc/passwd", "X-Rewrite-URL": "/monitoring",
    "X-Real-IP": "127.0.0.1", "X-Gradio-Server": "http://127.0.0.1:@port@/", "X-Gradio-User": "app",
    "x-zerogpu-token": "t",
    "Authorization": "Basic YWRtaW46YWRtaW4=", "Cookie": "access-token-unsecure=1; access-token=../../etc/passwd",
    "Referer": "http://evil.example/", "Upgrade": "websocket", "Expect": "100-continue",
    "Accept-Language": "../../etc/passwd",
}  # fmt: skip
TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "")  # without a preflight
CLIMBING = (
    "../../x.png", "../" * 30 + "tmp/evil.png", "/etc/evil.png", "/tmp/evil.png", "..\\..\\evil.png", "C:\\evil.png",
    "x\0.png",
    "..", ".", "", "/", "a/../../b.png", "%2e%2e%2fevil.png", "~/evil.png", "CON", "x.png/", "x.png\n.exe",
    "\u202egnp.html",
    "evil.html", "evil.svg", "evil.js", "evil.png\\..\\..\\x", "{visits}", "\ud800.png", "\x7f\x1b[2J.png",
    "🜏" * 90 + ".png",
)  # fmt: skip


def origins(secret: Path) -> Iterator[Crafted]:
    """Foreign pages that call, upload, ask and look."""
    file = {"data": [{"path": str(secret), "meta": META}]}
    for origin in ORIGINS:
        headers = (("Origin", origin),)
        yield Crafted.json(f"call from {origin}", f"{CALL}denoise", file, REFUSED, headers)
        yield Crafted.upload(f"upload from {origin}", "x.png", b"foreign", REFUSED, headers)
    for kind in TYPES:
        headers = (("Origin", "http://evil.example"), ("Content-Type", kind))
        yield Crafted(f"call as {kind or 'nothing'}", "POST", f"{CALL}denoise", headers, b'{"data": []}', REFUSED)
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for origin in ORIGINS[:6]:
        headers = (("Origin", origin), *asked.items())
        yield Crafted(f"preflight from {origin}", "OPTIONS", f"{CALL}denoise", headers)
        yield Crafted.get(f"config for {origin}", "/config", Origin=origin)
    two = (("Origin", "http://127.0.0.1:@port@"), ("origin", "http://evil.example"))
    yield Crafted.json("call from two origins", f"{CALL}denoise", file, REFUSED, two)
    site = (("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"), ("Origin", "http://evil.example"))
    yield Crafted.json("call from another site", f"{CALL}denoise", file, REFUSED, site)


def hosts() -> Iterator[Crafted]:
    """Names that are not this server's: what a name that was turned to this machine looks like."""
    for host in HOSTS:
        yield Crafted.get(f"host {host[:40]}", "/config", REFUSED, Host=host)
        origin = (("Host", host), ("Origin", f"http://{host}"))
        yield Crafted.json(f"call to host {host[:40]}", f"{CALL}denoise", {"data": []}, REFUSED, origin)
    yield Crafted.get("host of nothing", "/config", REFUSED, Host="")
    yield Crafted.get("two hosts", "/config", REFUSED, host="evil.example")
    for name, value in FORWARDED.items():
        yield Crafted.get(f"header {name}", "/config", **{name: value})
    yield Crafted.get("a header of 100 kB", "/config", REFUSED, X="y" * 100_000)
    yield Crafted(
        "3000 headers", "GET", "/config", tuple((f"X-{place}", "y") for place in range(3000)), expects=REFUSED
    )
    yield Crafted("a header in two lines", "GET", "/config", (("X", "y\r\n z"),))
    yield Crafted("a header without a name", "GET", "/config", (("", "y"),), expects=REFUSED)
    yield Crafted("a header with NUL", "GET", "/config", (("X", "y\0z"),), expects=REFUSED)


def uploads(picture: bytes) -> Iterator[Crafted]:
    """Uploads under names that climb, and forms that lie."""
    for name in CLIMBING:
        yield Crafted.upload(f"upload as {name[:40]!r}", name, picture)
    yield Crafted.upload("upload under a name of 5 MB", "x" * 5 * 2**20 + ".png", picture)
    kind = (("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),)
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="x.png"\r\n\r\nx'.encode()
    forms = {
        "no end": part, "nothing": b"", "no parts": f"--{BOUNDARY}--\r\n".encode(),
        "another boundary": b"--other\r\n\r\nx\r\n--other--",
        "no file": part.replace(b'; filename="x.png"', b"") + f"\r\n--{BOUNDARY}--\r\n".encode(),
        "1500 files": (part + b"\r\n") * 1500 + f"--{BOUNDARY}--\r\n".encode(),
        "a megabyte of blanks": b"\r\n" * 500_000,
        "2000 headers": part[:-5] + b"\r\nX: y" * 2000 + f"\r\n\r\nx\r\n--{BOUNDARY}--".encode(),
        "two names": part.replace(b'"x.png"', b'"x.png"; filename="../../y.png"') + f"\r\n--{BOUNDARY}--\r\n".encode(),
        "a name in another language": part.replace(b'filename="x.png"', b"filename*=UTF-8''..%2f..%2fevil.png")
        + f"\r\n--{BOUNDARY}--\r\n".encode(),
    }  # fmt: skip
    for said, form in forms.items():
        yield Crafted(f"form of {said}", "POST", "/gradio_api/upload", kind, form)
    other = (("Content-Type", "application/json"),)
    yield Crafted("upload of JSON", "POST", "/gradio_api/upload", other, b'{"files": ["/etc/passwd"]}', REFUSED)
    yield Crafted("upload of no type", "POST", "/gradio_api/upload", (), part, REFUSED)
    long = (("Content-Type", "multipart/form-data; boundary=" + "b" * 9000),)
    yield Crafted("a boundary of 9000 letters", "POST", "/gradio_api/upload", long, part)
    none = (("Content-Type", "multipart/form-data"),)
    yield Crafted("no boundary", "POST", "/gradio_api/upload", none, part, REFUSED)
