"""The demo as its visitors meet it: a server of its own, and Chromium. Screenshots go into runs/screenshots/."""

import pytest
import serving
import watchful
from serving import PATIENCE, ROOT

SCREENSHOTS = ROOT / "runs" / "screenshots"


@pytest.fixture(scope="session")
def temporary(tmp_path_factory):
    """The folder below which the server writes everything."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def server(temporary):
    """A running demo; `address` is where it answers."""
    with serving.demo(temporary, N2N_MCP="1") as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    with serving.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(server, browser):
    """Opens the demo in a context of its own; at the end, fails for what `watchful` heard."""
    contexts, complaints = [], []

    def open_it(width=1024, height=768, dark=False):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        watchful.listen(page, server.address, complaints)
        page.goto(server.address)
        page.wait_for_selector("#panels figure img")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def open_lesson(open_page, server):
    """Opens the page at a link's query."""

    def open_it(query, **how):
        page = open_page(**how)
        page.goto(f"{server.address}/?{query}")
        page.wait_for_selector("#question")
        return page

    return open_it


@pytest.fixture(scope="session")
def screenshot():
    """Writes a picture of a page for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return lambda page, name, **more: page.screenshot(path=SCREENSHOTS / f"{name}.png", **more)
