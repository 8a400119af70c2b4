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


@pytest.fixture(scope="session")
def known_context(browser):
    """The context of somebody who has been here before: what the page is made of lies in the browser's cache."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def open_page(server, browser, known_context):
    """Opens the demo, each time for another visitor, at a link's query, until the page has what is `awaited`.

    At the end, fails for what `watchful` heard.
    """
    contexts, pages, complaints = [known_context], [], []

    def open_it(width=1024, height=768, dark=False, query="", awaited="#panels figure img"):
        if pages:
            contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        pages.append(page)
        forget(page, server.address)
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        watchful.listen(page, server.address, complaints)
        page.goto(f"{server.address}/{query}")
        page.wait_for_selector(awaited)
        return page

    yield open_it
    for page in pages:
        page.close()
    for context in contexts[1:]:
        context.close()
    assert complaints == []


def forget(page, address):
    """Removes whatever an earlier visitor's page has kept, except for the cache."""
    what = {"origin": address, "storageTypes": "cookies,local_storage,indexeddb,service_workers"}
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", what)


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def open_lesson(open_page):
    """Opens the lab at a link's query."""
    return lambda query, **how: open_page(query=f"?{query}", awaited="#question", **how)


@pytest.fixture(scope="session")
def screenshot():
    """Writes a picture of a page for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return lambda page, name, **more: page.screenshot(path=SCREENSHOTS / f"{name}.png", **more)
