"""Files of the page's own that a browser may keep for good: whatever changes gets a new address."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


def version(*contents: bytes) -> str:
    """A part of an address that is another one for other contents."""
    return hashlib.sha256(b"".join(contents)).hexdigest()[:16]


def route(path: str, content: bytes, media_type: str) -> Route:
    """Answers at this path, which begins without a slash, with this content."""

    async def send(_: Request) -> Response:
        return Response(content, media_type=media_type, headers=HEADERS)

    return Route(f"/{path}", send)
