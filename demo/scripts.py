"""The page's own scripts: ES modules that the server sends as they are, and the line that starts a component's."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FILES = sorted(Path(__file__).parent.glob("*.js"))
VERSION = hashlib.sha256(b"".join(path.read_bytes() for path in FILES)).hexdigest()[:16]
PLACE = f"scripts/{VERSION}"  # other scripts have other addresses: a browser may keep each for ever
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


def routes() -> list[Route]:
    """One route for each script, for the `app_kwargs` of whatever serves a page with these components."""
    return [_route(path) for path in FILES]


def _route(path: Path) -> Route:
    async def send(_: Request) -> Response:
        return FileResponse(path, media_type="text/javascript", headers=HEADERS)

    return Route(f"/{PLACE}/{path.name}", send)


def preloads() -> list[str]:
    """A line for the head of the page for each script: all arrive while Gradio itself starts."""
    return [f'<link rel="modulepreload" href="{PLACE}/{path.name}" />' for path in FILES]


def start(name: str) -> str:
    """The `js_on_load` of a gr.HTML: hands the component to the function `start` of the module `name`.js.

    The address is relative to the page's, which may lie below a path of a proxy.
    """
    address = f'new URL("{PLACE}/{name}.js", document.baseURI)'
    return f"import({address}).then((module) => module.start({{ element, props, trigger, watch }}));"
