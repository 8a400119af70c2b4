"""Rows of panels in a real browser, on a page of their own."""

import threading
import time

import gradio as gr
import pytest
import uvicorn
from fastapi import FastAPI

from demo.widgets import scripts
from demo.widgets.panels import make_panels
from demo.widgets.theme import make_theme, page_css
from demo.work import rows

PICTURE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='192' height='192'/>"
TITLES = ("Noisy", "Denoised", "Second shot, denoised", "Disagreement", "Average of 256", "Clean")
MANY, ROWS = range(2, 7), 2
BOXES = """(where) => [...document.querySelectorAll(`${where} :is(.title, .psnr, .gain, .ssim, .note)`)]
  .filter((node) => node.textContent && node.offsetParent).map((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    return { text: node.textContent, left, right, top, bottom };
  })"""
FIGURES = (
    "(where) => [...document.querySelectorAll(`${where} .stage`)].map((node) => node.getBoundingClientRect().width)"
)


def row(count, side):
    """A row of so many pictures."""
    roles = ("noisy", "denoised", "second", "disagreement", "average", "clean")
    pictures = zip(roles[:count], TITLES)
    return rows.row("", [rows.panel(role, title, PICTURE, (side, side), 24.58) for role, title in pictures])


@pytest.fixture(scope="module")
def address():
    with gr.Blocks() as blocks:
        for count in MANY:
            for side in (32, 192):
                lines = [row(count, side) for _ in range(ROWS)]
                make_panels({"rows": lines, "empty": ""}, compact=True, elem_id=f"p{count}-{side}")
        uneven = {"rows": [row(4, 192), row(3, 192), row(1, 192)], "empty": ""}
        make_panels(uneven, compact=True, elem_id="uneven")
        make_panels({"rows": [row(2, 256)], "empty": ""}, elem_id="wipe")
    served = {"routes": scripts.routes()}
    _, address, _ = blocks.launch(
        prevent_thread_lock=True, quiet=True, css=page_css(), theme=make_theme(), app_kwargs=served
    )
    yield address
    blocks.close()


@pytest.fixture(params=[1440, 1024, 390])
def sheet(request, browser, address):
    """The page in a window of this width."""
    context = browser.new_context(viewport={"width": request.param, "height": 844})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#uneven figure img")
    page.wait_for_timeout(500)
    yield page
    context.close()


def apart(one, other):
    """Whether two boxes do not overlap, by half a pixel or more."""
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across < 0.5 or down < 0.5


@pytest.mark.parametrize("side", [32, 192])
@pytest.mark.parametrize("count", MANY)
def test_no_caption_is_printed_over_another(sheet, count, side):
    boxes = sheet.evaluate(f"({BOXES})('#p{count}-{side}')")
    assert len(boxes) >= 2 * count * ROWS
    clashes = [(one, other) for place, one in enumerate(boxes) for other in boxes[:place] if not apart(one, other)]
    assert clashes == []
    assert max(box["right"] for box in boxes) <= sheet.viewport_size["width"]


def test_pictures_of_rows_of_any_length_have_one_scale(sheet):
    widths = sheet.evaluate(f"({FIGURES})('#uneven')")
    assert len(widths) == 8 and max(widths) - min(widths) < 1


def test_the_captions_of_before_and_after_stand_apart_below_the_picture(sheet):
    sheet.get_by_label("before / after").check()
    (width,) = set(sheet.evaluate(f"({FIGURES})('#wipe [data-side]:not([data-side=\"\"])')"))
    start = sheet.locator("#wipe .grid").bounding_box()["x"]
    left, right = (sheet.evaluate(f"({BOXES})('#wipe [data-side={side}]')") for side in ("left", "right"))
    assert min(box["left"] for box in right) - max(box["right"] for box in left) >= 8
    assert max(box["right"] for box in right) <= start + width + 1


@pytest.fixture
def address_below_a_path():
    """The same page as a proxy shows it that keeps it below a path."""
    with gr.Blocks() as blocks:
        make_panels({"rows": [row(2, 32)], "empty": ""}, elem_id="below")
    app = gr.mount_gradio_app(FastAPI(), blocks, "/n2n", app_kwargs={"routes": scripts.routes()})
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/n2n/"
    server.should_exit = True
    thread.join(10)


def test_the_panels_are_shown_below_a_path_of_a_proxy(browser, address_below_a_path):
    context = browser.new_context()
    page = context.new_page()
    page.goto(address_below_a_path)
    page.wait_for_selector("#below figure img", timeout=20_000)
    context.close()
