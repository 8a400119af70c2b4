"""Serving the app: how it starts, on a machine with much to do as well, and what keeps it open for everybody."""

import asyncio
import os
import stat
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from uvicorn import Server

from . import settings
from .app import App
from .jobs import job
from .jobs.errors import Failed
from .server.gate import Gate, Guard
from .widgets import scripts
from .widgets.theme import CSS, theme

try:
    import resource
except ImportError:  # Windows
    resource = None

TRIES = 5  # to start
LEAST_FILES = 4096  # open at once, under which it is said
SHORT_KEY = 12  # letters, under which a teacher's key can be guessed


class Unusable(Exception):
    """The server cannot be started so; the message says why, and what to do."""


def check_folder(folder: Path) -> None:
    """Raises Unusable unless all that the demo writes can lie there, out of others' reach."""
    another = "set GRADIO_TEMP_DIR to another folder"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except OSError as error:
        raise Unusable(f"the temporary folder '{folder}' cannot be made ({error.strerror}); {another}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unusable(f"nothing can be written to the temporary folder '{folder}'; {another}")
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o022):
        raise Unusable(f"the temporary folder '{folder}' is open to other users of this computer; {another}")


def serve(app: App, in_browser: bool = False) -> None:
    """Serves until Ctrl-C. Raises OSError where the port cannot be used, Unusable."""
    raise_limit_of_files()
    _launch(app, in_browser)
    job.warm_up()
    threading.Thread(target=_warm_up, args=(app,), name="warm-up", daemon=True).start()
    threading.Thread(target=_patrol, args=(app.blocks.server,), name="patrol", daemon=True).start()
    app.blocks.block_thread()


def _warm_up(app: App) -> None:
    with suppress(Failed, ValueError):  # the first visitor is told; or the server ends already
        asyncio.run(app.denoisings.warm_up())


def _launch(app: App, in_browser: bool) -> None:
    """Gradio asks its own server whether it answers; on a busy machine that can take several tries."""
    for tried in range(1, TRIES + 1):
        try:
            app.blocks.launch(
                server_name=app.access.host,
                server_port=app.access.port,
                inbrowser=in_browser,
                theme=theme(),
                css=CSS,
                max_file_size=settings.limits().upload_bytes,
                max_threads=settings.THREADS,
                state_session_capacity=settings.limits().sessions,
                footer_links=["api"],
                run_history=False,
                enable_monitoring=False,
                ssr_mode=False,
                show_error=False,
                prevent_thread_lock=True,
                app_kwargs={
                    "routes": scripts.routes(),
                    "middleware": [Middleware(Guard, disk=app.disk)],
                    "lifespan": partial(_gated, app=app),
                },
                _frontend=False,  # does not give up after three seconds
            )
        except (httpx.HTTPError, ValueError) as error:
            app.blocks.close(verbose=False)
            if tried == TRIES:
                raise Unusable(
                    f"the server was started, but does not answer ({error}); is this computer busy?"
                ) from error
            print(f"demo: the server does not answer yet; trying again ({tried} of {TRIES - 1})", flush=True)
            time.sleep(tried)
        else:
            return


@asynccontextmanager
async def _gated(served: Starlette, app: App) -> AsyncIterator[None]:
    """Puts the gate before all that Gradio itself puts before the app: it would tell strangers that they may ask."""
    served.middleware_stack = Gate(served.middleware_stack, app.disk, app.access)
    yield


def raise_limit_of_files() -> None:
    """Lets the process have as many files and connections open as the system allows; says so where that is few."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = settings.FILES if hard == resource.RLIM_INFINITY else min(settings.FILES, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < LEAST_FILES:
        print(f"demo: this system allows {most} open files and connections; for a large class, raise `ulimit -n`")


def key_warning(key: str) -> str | None:
    """What is said of a teacher's key that can be guessed."""
    if key and len(key) < SHORT_KEY:
        return f"the teacher's key has {len(key)} letters; take {SHORT_KEY} or more, so that nobody guesses it"
    return None


def _patrol(server: Server) -> None:
    """Closes connections on which no whole request arrives; uvicorn itself would wait for ever."""
    waiting: dict[tuple[int, int], float] = {}  # since when, by connection and its latest request
    while True:
        now, before, waiting = time.monotonic(), waiting, {}
        for connection in list(server.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                place = id(connection), id(cycle)
                waiting[place] = before.get(place, now)
                if now - waiting[place] > settings.limits().arrive_seconds:
                    connection.loop.call_soon_threadsafe(connection.transport.close)
        time.sleep(settings.limits().arrive_seconds / 6)
