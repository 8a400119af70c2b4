"""The viewer in a real browser, on a page of its own."""

import threading
import time

import gradio as gr
import pytest
import uvicorn
from fastapi import FastAPI
from serving import PATIENCE

from demo.widgets import scripts
from demo.widgets.theme import make_theme, page_css
from demo.widgets.viewer import make_viewer
from demo.work import rows

SVG = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='192' height='192'/>"
TITLES = ("Noisy", "Denoised", "Second shot, denoised", "Disagreement", "Average of 256", "Clean")
MANY = range(2, 7)
SCALE = {"colours": ["#000000", "#ffffff"], "ticks": ["0", "10", "20"], "unit": "of 255"}
BOXES = """(where) => [...document.querySelectorAll(`${where} :is(.title, .psnr, .gain, .ssim, .note)`)]
  .filter((node) => node.textContent && node.offsetParent).map((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    return { text: node.textContent, left, right, top, bottom };
  })"""
WIDTHS = """(where) => [...document.querySelectorAll(`${where} .stage`)].filter((node) => node.offsetParent)
  .map((node) => node.getBoundingClientRect().width)"""
# Which part of each picture is seen: left, top and width, as shares of the picture.
SEEN = """(where) => [...document.querySelectorAll(`${where} .stage`)].filter((node) => node.offsetParent)
  .map((node) => {
    const stage = node.getBoundingClientRect();
    const image = node.querySelector("img").getBoundingClientRect();
    return [(stage.left - image.left) / image.width, (stage.top - image.top) / image.height,
      stage.width / image.width];
  })"""
VISIBLE = """[...document.querySelectorAll('#p3 figure')]
  .filter((node) => node.querySelector('.stage').checkVisibility({ visibilityProperty: true }))
  .map((node) => node.querySelector('.title').textContent).join()"""


def row(count, side=192, **more):
    """A row of so many pictures."""
    roles = ("noisy", "denoised", "second", "disagreement", "average", "clean")
    panels = [rows.panel(role, title, SVG, (side, side), 24.58, **more) for role, title in zip(roles[:count], TITLES)]
    return rows.row("", panels, "words")


@pytest.fixture(scope="module")
def address():
    with gr.Blocks() as blocks:
        for count in MANY:
            make_viewer({"rows": [row(count)], "empty": ""}, elem_id=f"p{count}")
            make_viewer({"rows": [row(count, 32)] * 2, "empty": ""}, compact=True, elem_id=f"c{count}")
        make_viewer({"rows": [row(2, scale=SCALE, stretched=f"{SVG}<!-- -->")], "empty": ""}, elem_id="deep")
        make_viewer({"rows": [row(2), row(3)], "empty": ""}, elem_id="several")
    served = {"routes": scripts.routes()}
    _, address, _ = blocks.launch(
        prevent_thread_lock=True, quiet=True, css=page_css(), theme=make_theme(), app_kwargs=served
    )
    yield address
    blocks.close()


@pytest.fixture(scope="module")
def sheet(browser, address):
    """The page in a window of a width; each test has viewers of its own, or puts them right again."""
    context = browser.new_context(has_touch=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector("#several figure img")

    def resized(width):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(300)
        return page

    yield resized
    context.close()


def look(page, where="#p3"):
    """Which part is seen of all pictures of a viewer, which is the same of each."""
    first, *others = page.evaluate(f"({SEEN})('{where}')")
    assert all(other == pytest.approx(first, abs=1e-3) for other in others)
    return first


def apart(one, other):
    """Whether two boxes do not overlap, by half a pixel or more."""
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across < 0.5 or down < 0.5


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_caption_is_printed_over_another(sheet, width):
    page = sheet(width)
    for count in MANY:
        for where, least in ((f"#p{count}", 2 * count), (f"#c{count}", 4 * count)):
            boxes = page.evaluate(f"({BOXES})('{where}')")
            assert len(boxes) >= least
            clashes = [(one, other) for place, one in enumerate(boxes) for other in boxes[:place]]
            assert [pair for pair in clashes if not apart(*pair)] == []
            assert max(box["right"] for box in boxes) <= width


@pytest.mark.parametrize(("width", "least"), [(1440, 420), (1920, 600), (390, 365)])
def test_every_picture_is_large(sheet, width, least):
    page = sheet(width)
    for count in MANY:
        assert min(page.evaluate(f"({WIDTHS})('#p{count}')")) >= least
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wheel_enlarges_all_pictures_about_the_pointer_down_to_their_pixels(sheet):
    page = sheet(1440)
    stage = page.locator("#p3 .stage").nth(1)
    stage.hover(position={"x": 45, "y": 90})
    page.wait_for_timeout(400)  # the page is at rest
    for _ in range(10):
        page.mouse.wheel(0, -200)
    page.wait_for_function("document.querySelector('#p3 button[aria-label=Larger]').disabled")
    left, top, share = look(page)
    size = stage.bounding_box()["width"]
    assert (left + 45 / size * share, top + 90 / size * share) == pytest.approx((45 / size, 90 / size), abs=2e-3)
    assert share * 192 == pytest.approx(size / 64, rel=0.01)  # pixels in view
    page.mouse.move(stage.bounding_box()["x"] + 200, stage.bounding_box()["y"] + 200)
    page.mouse.down()
    page.mouse.move(stage.bounding_box()["x"] + 136, stage.bounding_box()["y"] + 200, steps=3)
    page.mouse.up()
    assert (look(page)[0] - left) * 192 == pytest.approx(1, abs=0.05)  # a pixel further
    for _ in range(10):
        page.mouse.wheel(0, 200)
    page.wait_for_function("document.querySelector('#p3 button[aria-label=Smaller]').disabled")
    assert look(page) == pytest.approx([0, 0, 1], abs=1e-3)


def test_keys_enlarge_and_move_and_the_address_keeps_the_view(sheet):
    page = sheet(1440)
    page.locator("#p3 .grid").focus()
    for key in ("+", "+", "+", "+", "ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    left, top, share = seen = look(page)
    assert share < 0.5 < left + share / 2 and (top + share / 2) * 192 == pytest.approx(97, abs=0.1)  # a pixel down
    page.wait_for_function("location.search.includes('view=p3_side')")
    page.goto(page.url)
    page.wait_for_selector("#several figure img")
    page.set_viewport_size({"width": 1024, "height": 844})
    page.wait_for_timeout(300)
    assert look(page) == pytest.approx(seen, abs=2e-3)
    page.locator("#p3 .grid").focus()
    page.keyboard.press("0")
    page.wait_for_function("!location.search.includes('view')")
    assert look(page) == pytest.approx([0, 0, 1], abs=1e-3)


def test_two_fingers_enlarge_and_one_moves(sheet):
    page = sheet(390)
    page.locator("#p2 .stage").first.evaluate("stage => stage.scrollIntoView({ block: 'start' })")
    box = page.locator("#p2 .stage").first.bounding_box()
    middle, height = box["x"] + box["width"] / 2, box["y"] + 80
    fingers = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": x, "y": height, "id": place} for place, x in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", middle - 20)
    touch("touchStart", middle - 20, middle + 20)
    for spread in (30, 45, 60):
        touch("touchMove", middle - spread, middle + spread)
    touch("touchEnd")
    left, _, share = look(page, "#p2")
    assert share == pytest.approx(1 / 3, abs=0.05)
    touch("touchStart", middle)
    for moved in (20, 40):
        touch("touchMove", middle - moved)
    touch("touchEnd")
    assert look(page, "#p2")[0] > left + 0.02
    page.locator("#p2 button[aria-label=Fit]").click()


def test_the_captions_of_a_wipe_stand_apart_below_the_picture(sheet):
    page = sheet(1024)
    page.locator("#p2").get_by_label("wipe").check(force=True)
    (width,) = set(page.evaluate(f"({WIDTHS})('#p2')"))
    start = page.locator("#p2 .grid").bounding_box()["x"]
    left, right = (page.evaluate(f"({BOXES})('#p2 [data-side={side}]')") for side in ("left", "right"))
    assert min(box["left"] for box in right) - max(box["right"] for box in left) >= 8
    assert max(box["right"] for box in right) <= start + width + 1
    page.locator("#p2").get_by_label("side by side").check(force=True)


def test_a_click_and_the_space_key_flip(sheet):
    page = sheet(1024)
    page.locator("#p3").get_by_label("flip").check(force=True)
    assert page.evaluate(VISIBLE) == "Denoised"
    page.locator("#p3 [data-side=right] .stage").click()
    assert page.evaluate(VISIBLE) == "Noisy"
    page.locator("#p3 .grid").focus()
    page.keyboard.press("Space")
    assert page.evaluate(VISIBLE) == "Denoised"
    page.locator("#p3 select[aria-label='Right picture']").select_option("second")
    assert page.evaluate(VISIBLE) == "Second shot, denoised"
    page.locator("#p3").get_by_label("side by side").check(force=True)


def test_stretched_contrast_is_told_and_can_be_switched_off(sheet):
    page = sheet(1024)
    sources = "[...document.querySelectorAll('#deep figure img')].map((image) => image.getAttribute('src')).join('|')"
    assert page.evaluate(sources) == "|".join([f"{SVG}<!-- -->"] * 2) and page.is_visible("#deep .said:text('words')")
    page.locator("#deep").get_by_label("as it is").check(force=True)
    assert page.evaluate(sources) == f"{SVG}|{SVG}" and not page.is_visible("#deep .said")
    assert not page.is_visible("#p2 .said") and not page.locator("#p2").get_by_label("as it is").is_visible()


def test_the_bar_of_a_colour_map_tells_what_it_means(sheet):
    page = sheet(1024)
    bar = page.get_by_role("img", name="Colours from 0 to 10 to 20 of 255").first
    assert bar.inner_text().split() == ["0", "10", "20", "of", "255"]


def test_one_of_several_rows_is_chosen(sheet):
    page = sheet(1024)
    assert len(page.evaluate(f"({WIDTHS})('#several')")) == 2
    page.locator("#several .rows input").first.focus()
    page.keyboard.press("ArrowRight")
    assert len(page.evaluate(f"({WIDTHS})('#several')")) == 3


@pytest.fixture
def address_below_a_path():
    """The same page as a proxy shows it that keeps it below a path."""
    with gr.Blocks() as blocks:
        make_viewer({"rows": [row(2, 32)], "empty": ""}, elem_id="below")
    app = gr.mount_gradio_app(FastAPI(), blocks, "/n2n", app_kwargs={"routes": scripts.routes()})
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/n2n/"
    server.should_exit = True
    thread.join(10)


def test_the_viewer_is_shown_below_a_path_of_a_proxy(browser, address_below_a_path):
    context = browser.new_context()
    page = context.new_page()
    page.goto(address_below_a_path)
    page.wait_for_selector("#below figure img", timeout=PATIENCE)
    context.close()
