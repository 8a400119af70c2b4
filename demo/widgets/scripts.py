"""The page's own scripts: ES modules that the server sends as they are, and the line that starts a component's."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SCRIPTS = {path.name: path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.js"))}
VERSION = hashlib.sha256(b"".join(SCRIPTS.values())).hexdigest()[:16]
PLACE = f"scripts/{VERSION}"  # changed scripts have new addresses, so that a browser may keep each of them for good
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


def routes() -> list[Route]:
    """One route for each script, for the `app_kwargs` of whatever serves a page with these components."""
    return [_route(name, source) for name, source in SCRIPTS.items()]


def _route(name: str, source: bytes) -> Route:
    async def send(_: Request) -> Response:
        return Response(source, media_type="text/javascript", headers=HEADERS)

    return Route(f"/{PLACE}/{name}", send)


def preloads() -> list[str]:
    """A line for the head of the page for each script: all arrive while Gradio itself starts."""
    return [f'<link rel="modulepreload" href="{PLACE}/{name}" />' for name in SCRIPTS]


def start(name: str) -> str:
    """The `js_on_load` of a gr.HTML: hands the component to the function `start` of the module `name`.js.

    The address is relative to the page's, which may lie below a path of a proxy.
    """
    address = f'new URL("{PLACE}/{name}.js", document.baseURI)'
    return f"import({address}).then((module) => module.start({{ element, props, trigger, watch }}));"
