"""Gradio's own routes, asked for what they do not have: files in every spelling, pages for developers, proxies."""

import os
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from .crafted import HARMLESS, REFUSED, Crafted
from .requests_calls import CALL, ENVIRONMENT, paths
from .traps import Traps

API = "/gradio_api"
SERVED = ("/static/", "/assets/", "/svelte/", f"{API}/custom_component/file/client/component/", f"{API}/file/")
CLIMBS = ("../" * 30, "..%2f" * 30, "%2e%2e/" * 30, "%252e%252e%252f" * 30, "..%5c" * 30, "....//" * 30, "..;/" * 30,
          "%c0%ae%c0%ae/" * 30, "..%00/" * 30, "/", "//", "%2f", "%5c%5c", "C:/", "~root/")  # fmt: skip
FORBIDDEN = {
    "vibe-edit": {"prompt": "x"}, "undo-vibe-edit": {"hash": "../../x"}, "vibe-code/": {"code": "import os"},
    "vibe-starter-queries": {},
}  # fmt: skip
HIDDEN = (
    "/monitoring", "/monitoring/summary", "/monitoring/x/dashboard", "/docs", "/redoc", "/openapi.json",
    "/run-history",
    f"{API}/run-history/buckets", f"{API}/run-history/records", f"{API}/runs", f"{API}/vibe-code",
    "/login/huggingface",
    f"{API}/profiling/summary", f"{API}/profiling/traces", f"{API}/mcp/sse", f"{API}/mcp/", "/.env", "/.git/config",
    "/demo/app.py", "/server-status", "/metrics", "/debug", "/pwa_icon/99999999", "/pwa_icon/-1", "/login",
    "/wp-login.php",
)  # fmt: skip
OPEN = (
    "/theme.css?v=../../../etc/passwd", f"{API}/theme.css?v=/etc/passwd", f"{API}/openapi.json", f"{API}/info",
    f"{API}/info?page=../../etc/passwd", "/config?page=../../etc/passwd", "/config?deep_link=../../../../etc/passwd",
    "/config?deep_link=%2fetc%2fpasswd", "/?deep_link=../../../../etc/passwd", "/?view=api&__theme=../../etc/passwd",
    f"{API}/deep_link?session_hash=../../etc", f"{API}/deep_link?session_hash=stranger", f"{API}/token", f"{API}/user",
    f"{API}/app_id", f"{API}/login_check", f"{API}/queue/status", f"{API}/startup-events", "/robots.txt",
    "/manifest.json",
    f"{API}/upload_progress?upload_id=../../x", f"{API}/queue/data?session_hash=nobody", f"{API}/queue/data",
    f"{CALL}denoise/nobody", f"{CALL}denoise/..%2f..%2fx", f"{API}/stream/s/r/0/playlist.m3u8",
    f"{API}/stream/s/r/0/..%2f..%2fx.png", f"{API}/stream/..%2f/..%2f/0/playlist-file",
    f"{API}/stream/s/r/99999/1.aac",
    "/favicon.ico", "/%00", "/%ff%fe", "/" + "x" * 60_000, "//127.0.0.1/config", "/?" + "a=b&" * 20_000,
)  # fmt: skip


def files(root: Path, victim: Path, secret: Path, traps: Traps) -> Iterator[Crafted]:
    """/gradio_api/file= with every path, and the secret in every spelling."""
    for said, path in paths(victim, secret, traps).items():
        if len(path) < 60_000 and not said.startswith("the victim"):  # who knows a result's address may fetch it
            yield Crafted.get(f"file: {said}", f"{API}/file={urllib.parse.quote(path)}", REFUSED)
    plain = str(secret)
    spellings = {
        "slashes encoded": plain.replace("/", "%2f"), "slashes encoded twice": plain.replace("/",
        "%252f"),
        "all encoded": "".join(f"%{byte:02x}" for byte in plain.encode()), "backslashes": plain.replace("/", "\\"),
        "climbing from the folder": f"{root}/{os.path.relpath(secret, root)}",
        "climbing encoded": f"{root}/{os.path.relpath(secret, root)}".replace("..", "%2e%2e"),
        "climbing from a part of the name": f"{root}x/..{plain}", "with a query": f"{plain}?x=.png",
        "with a fragment": f"{plain}%23.png", "with a semicolon": f"{plain};.png", "with a NUL": f"{plain}%00",
        "in another file": f"{victim}/..{plain}", "in quotes": f'"{plain}"', "after a host": f"localhost{plain}",
        "as a variable": f"$PWD/{os.path.relpath(secret)}", "in capitals": plain.upper(),
    }  # fmt: skip
    for said, path in spellings.items():
        yield Crafted.get(f"file, {said}", f"{API}/file={path}", REFUSED)
        yield Crafted.get(f"file of old, {said}", f"{API}/file/{path}", REFUSED)
    ranged = Crafted.get("file: a part of the secret", f"{API}/file={plain}", REFUSED, Range="bytes=0-99")
    yield ranged
    yield Crafted.get("file: the old route", f"/file={plain}", REFUSED)
    yield Crafted("file: its head", "HEAD", f"{API}/file={plain}", expects=REFUSED)
    yield Crafted("file: a POST", "POST", f"{API}/file={plain}", expects=REFUSED)
    yield Crafted.get("file: the folder of visitors", f"{API}/file={root}", REFUSED)
    yield Crafted.get("file: the victim's folder", f"{API}/file={victim.parent}/", REFUSED)
    yield Crafted.get("file: a range that lies", f"{API}/file={root}/nothing.png", REFUSED, Range="bytes=9-1")


def served() -> Iterator[Crafted]:
    """The folders that are served, climbed out of."""
    for base in SERVED:
        for place, climb in enumerate(CLIMBS):
            yield Crafted.get(f"{base} climbing {place}", f"{base}{climb}etc/passwd", REFUSED)
        yield Crafted.get(f"{base} the environment", f"{base}{ENVIRONMENT}", REFUSED)


def proxies(secret: Path) -> Iterator[Crafted]:
    """The proxy and everything that fetches URLs, sent to this machine."""
    targets = {
        "here": f"http://127.0.0.1:@port@/gradio_api/file={secret}", "localhost": "http://localhost:@port@/config",
        "nobody": "http://0:@port@/config", "in hex": "http://0x7f000001:@port@/config",
        "in one number": "http://2130706433/",
        "version 6": "http://[::1]:@port@/config", "mapped": "http://[::ffff:127.0.0.1]:@port@/config",
        "the cloud": "http://169.254.169.254/latest/", "a user": "http://a@127.0.0.1:@port@/config",
        "a file": f"file://{secret}",
        "a space's name": "http://127.0.0.1:@port@/config?.hf.space", "another scheme": "gopher://127.0.0.1:@port@/x",
        "a name that turns": "http://localtest.me:@port@/config", "capitals": "HTTP://127.0.0.1:@port@/config",
        "no host": "http:///etc/passwd", "a port of nobody": "http://127.0.0.1:1/",
    }  # fmt: skip
    for said, url in targets.items():
        yield Crafted.get(f"proxy: {said}", f"{API}/proxy={url}", REFUSED)
        yield Crafted.get(f"file of a URL: {said}", f"{API}/file={url}", REFUSED)


def pages() -> Iterator[Crafted]:
    """What is for developers, for those who are logged in, or for nobody."""
    for path in HIDDEN:
        yield Crafted.get(f"page {path}", path, REFUSED)
    for path in OPEN:
        yield Crafted.get(f"page {path[:60]}", path)
    for name, body in FORBIDDEN.items():
        yield Crafted.json(f"page {name}", f"{API}/{name}", body, REFUSED)
    for place, function in enumerate(
        ("get_block_name", "preprocess", "postprocess", "__init__", "ls", "__class__", "launch")
    ):
        body = {"data": [ENVIRONMENT], "component_id": 8 + place % 3, "session_hash": "s", "fn_name": function}
        yield Crafted.json(f"component's {function}", f"{API}/component_server", body, REFUSED)
    for number in (-1, 10**9):
        body = {"data": [], "component_id": number, "session_hash": "s", "fn_name": "ls"}
        yield Crafted.json(f"component {number}", f"{API}/component_server", body, REFUSED)
    yield Crafted.json("login", "/login", b"username=a&password=b", REFUSED)
    yield Crafted.json("recording of JSON", f"{API}/process_recording", {"path": "/etc/passwd"}, REFUSED)
    yield Crafted.json("stream of nobody", f"{API}/stream/nobody", {"data": [ENVIRONMENT]})
    yield Crafted.json("stream closed", f"{API}/stream/nobody/close", {})
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "X" * 5000):
        yield Crafted(f"method {method[:9]}", method, "/config", expects=REFUSED)
    yield Crafted("a version of HTTP in the path", "GET", "/config HTTP/1.1\r\nX: y\r\n\r\nGET /x", expects=HARMLESS)
