"""The demo as its visitors meet it: a server of its own, and Chromium. Screenshots go into runs/screenshots/."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "runs" / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
START_SECONDS = 90  # that a loaded machine may take to start the server
PATIENCE = 20_000  # ms that anything on a page may take on a loaded machine


@pytest.fixture(scope="session")
def temporary(tmp_path_factory):
    """The folder below which the server writes everything."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def server(temporary):
    """The process of a running demo; `address` is where it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_TEMP_DIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    log = (temporary / "log.txt").open("w")
    command = [sys.executable, "-m", "demo", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    process.address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(process)
        yield process
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_for(process):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the demo ended at once; see its log"
        try:
            with urllib.request.urlopen(f"{process.address}/config", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"no demo at {process.address} after {START_SECONDS} s")


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.fail("no Chromium here: `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(server, browser):
    """Opens the demo in a context of its own; at the end, fails for errors on the console and for foreign requests."""
    contexts, complaints = [], []

    def open_it(width=1024, height=768, dark=False):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if _is_foreign(request, server) else None)
        page.goto(server.address)
        page.wait_for_selector("#panels figure img")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def _is_foreign(request, server):
    return not request.url.startswith((server.address, "data:", "blob:"))


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture(scope="session")
def screenshot():
    """Writes a picture of a page for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return lambda page, name, **more: page.screenshot(path=SCREENSHOTS / f"{name}.png", **more)
