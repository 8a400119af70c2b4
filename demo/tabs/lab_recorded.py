"""The pictures of recorded runs, which the server sends from their archives."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..lab import recordings
from ..lab.experiments import EXPERIMENTS
from ..widgets import kept

PATH = "recorded"


def recorded_picture(key: str, file: Path) -> str:
    """Where a browser gets a picture of an experiment's recorded run, relative to the page."""
    return f"{PATH}/{key}/{file.name}"


def routes() -> list[Route]:
    """One route for all; a picture is named after its contents, so that a browser may keep it for good."""

    async def send(request: Request) -> Response:
        key, name = request.path_params["key"], request.path_params["name"]
        try:
            content = recordings.picture(key, name) if key in EXPERIMENTS else None
        except (KeyError, OSError):
            content = None
        if content is None or not name.endswith(".webp"):
            return Response("there is no such picture", status_code=404, media_type="text/plain")
        return Response(content, media_type="image/webp", headers=kept.HEADERS)

    return [Route(f"/{PATH}/{{key}}/{{name}}", send)]
