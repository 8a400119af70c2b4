"""Serves the app: starts it, also on a busy machine, and keeps it open for everybody."""

import asyncio
import os
import stat
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from uvicorn import Server

from . import settings
from .app import App
from .content import emblems, for_agents
from .jobs import job
from .jobs.errors import Failed
from .server import tools
from .server.gate import Gate, Guard
from .tabs import idea, lab_recorded
from .widgets import scripts
from .widgets.theme import make_theme, page_css

if sys.platform != "win32":
    import resource

TRIES = 5  # attempts to start
LEAST_FILES = 4096  # open at once, below which there is a warning
LEAST_KEY = 12  # letters of a teacher's key, below which it can be guessed


class CannotStart(Exception):
    """The server cannot be started; the message says why, and what to do."""


def check_folder(folder: Path) -> None:
    """Raises CannotStart unless the demo can write to this folder, and no other user of the computer can."""
    another = "set GRADIO_TEMP_DIR to another folder"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except OSError as error:
        raise CannotStart(f"the temporary folder '{folder}' cannot be made ({error.strerror}); {another}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(f"nothing can be written to the temporary folder '{folder}'; {another}")
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o022):
        raise CannotStart(f"the temporary folder '{folder}' is open to other users of this computer; {another}")


def serve(app: App, in_browser: bool = False) -> None:
    """Serves until Ctrl-C. Raises OSError where the port cannot be used, CannotStart."""
    raise_open_file_limit()
    if app.access.mcp:
        try:
            tools.check_installed()
        except ValueError as missing:
            raise CannotStart(str(missing)) from None
    _launch(app, in_browser)
    job.warm_up()
    app.places.watch()
    threading.Thread(target=_warm_up, args=(app,), name="warm-up", daemon=True).start()
    threading.Thread(target=_close_stalled, args=(app.blocks.server,), name="close-stalled", daemon=True).start()
    app.blocks.block_thread()


def _warm_up(app: App) -> None:
    with suppress(Failed, ValueError):  # the first visitor sees the error; or the server ends already
        asyncio.run(app.denoisings.warm_up())


def _launch(app: App, in_browser: bool) -> None:
    """Starts the server. Gradio checks that it answers, which on a busy machine can take several attempts."""
    for attempt in range(1, TRIES + 1):
        if app.access.mcp:  # a new one for each attempt: it can be started once only
            app.blocks.mcp_server_obj, app.blocks.mcp_server = tools.Tools(app.blocks, app.disk), True
        try:
            app.blocks.launch(
                server_name=app.access.host,
                server_port=app.access.port,
                inbrowser=in_browser,
                theme=make_theme(),
                css=page_css(),
                favicon_path=emblems.ICON,
                max_file_size=settings.limits().upload_bytes,
                max_threads=settings.THREADS,
                state_session_capacity=settings.limits().sessions,
                footer_links=["api"],
                run_history=False,
                mcp_server=False,  # Gradio's own, which reads any file of this machine
                enable_monitoring=False,
                ssr_mode=False,
                show_error=False,
                prevent_thread_lock=True,
                app_kwargs={
                    "routes": [*scripts.routes(), *idea.routes(), *lab_recorded.routes(), for_agents.route()],
                    "middleware": [Middleware(Guard, disk=app.disk)],
                    "lifespan": partial(_gated, app=app),
                },
                _frontend=False,  # or it gives up after three seconds
            )
        except (httpx.HTTPError, ValueError) as error:
            app.blocks.close(verbose=False)
            if attempt == TRIES:
                raise CannotStart(
                    f"the server was started, but does not answer ({error}); is this computer busy?"
                ) from error
            print(f"demo: the server does not answer yet; trying again ({attempt} of {TRIES - 1})", flush=True)
            time.sleep(attempt)
        else:
            return


@asynccontextmanager
async def _gated(served: Starlette, app: App) -> AsyncIterator[None]:
    """Puts the gate before Gradio's own middleware, which would answer strangers that they may ask."""
    inner = served.middleware_stack or served.build_middleware_stack()
    served.middleware_stack = Gate(inner, app.disk, app.access)
    async with AsyncExitStack() as stack:
        if app.blocks.mcp_server_obj:
            await stack.enter_async_context(app.blocks.mcp_server_obj.lifespan(served))
        yield


def raise_open_file_limit() -> None:
    """Lets the process open as many files and connections as the system allows; prints a warning where that is few."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = settings.FILES if hard == resource.RLIM_INFINITY else min(settings.FILES, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < LEAST_FILES:
        print(f"demo: this system allows {most} open files and connections; for a large class, raise `ulimit -n`")


def key_warning(key: str) -> str | None:
    """A warning about a teacher's key that can be guessed."""
    if key and len(key) < LEAST_KEY:
        return f"the teacher's key has {len(key)} letters; take {LEAST_KEY} or more, so that nobody guesses it"
    return None


def _close_stalled(server: Server) -> None:
    """Closes connections on which no whole request arrives in time; uvicorn itself would wait for ever."""
    waiting: dict[tuple[int, int], float] = {}  # start on the monotonic clock, by connection and its latest request
    while True:
        now, before, waiting = time.monotonic(), waiting, {}
        for connection in list(server.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                key = id(connection), id(cycle)
                waiting[key] = before.get(key, now)
                if now - waiting[key] > settings.limits().arrive_seconds:
                    connection.loop.call_soon_threadsafe(connection.transport.close)
        time.sleep(settings.limits().arrive_seconds / 6)
