"""The strip above the first result: it plays by itself, is small, folds and stays folded, and teaches at a click."""

import re

import pytest
from steps import until

SHIFTS = """() => {
  window.n2nShift = 0;
  const add = ({ value, hadRecentInput }) => { if (!hadRecentInput) window.n2nShift += value; };
  new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type: "layout-shift", buffered: true });
}"""
CANVAS = "(where) => document.querySelector(where).toDataURL()"
SECONDS = "#idea .seconds"
WORDS_OF_EXPERTS = re.compile(r"\btable i\b|\bcourse\b|table-1", re.IGNORECASE)
SIZES = [(1440, 900), (1920, 1080), (1024, 768), (390, 844)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_first_screen_has_the_idea_and_the_result(open_page, screenshot, width, height):
    page = open_page(width=width, height=height)
    page.evaluate(f"({SHIFTS})()")
    page.wait_for_function(f"parseFloat(document.querySelector('{SECONDS}').textContent) > 2")  # without a click
    screenshot(page, f"idea-{width}")
    assert page.locator("#idea .idea").bounding_box()["height"] <= height / 3
    below = page.locator("#panels figure[data-role=denoised] .psnr" if width > 640 else "#panels img").first
    assert below.bounding_box()["y"] + 20 <= height  # on a phone the pictures stand one below the other
    assert not WORDS_OF_EXPERTS.search(page.inner_text("body"))
    assert page.evaluate("window.n2nShift") <= 0.05


def test_it_flickers_learns_can_be_paused_and_says_why(page):
    noisy = page.evaluate(CANVAS, "#idea .shots")
    until(page, lambda: page.evaluate(CANVAS, "#idea .shots") != noisy)
    before = page.evaluate(CANVAS, "#idea .result")
    page.wait_for_function(f"parseFloat(document.querySelector('{SECONDS}').textContent) > 4")
    assert page.evaluate(CANVAS, "#idea .result") != before
    page.click("#idea .pause")
    stopped = page.inner_text(SECONDS)
    page.wait_for_timeout(500)
    assert page.inner_text(SECONDS) == stopped
    page.click("#idea .reason")
    page.wait_for_function("document.querySelector('#idea .picture').naturalWidth > 0")
    assert page.locator("#idea .text > p:not(.small)").count() == 6
    assert page.get_by_text("no clean picture was ever seen").is_visible()


def test_folded_it_stays_folded(page):
    page.click("#idea .fold")
    page.reload()
    page.wait_for_selector("#panels figure img")
    assert page.locator("#idea :is(canvas, .teach)").first.is_hidden()
    assert page.locator("#idea .idea").bounding_box()["height"] < 40
    page.click("#idea .fold")
    page.reload()
    page.wait_for_selector("#idea .teach")


def test_it_stands_still_at_its_end_for_who_asks_for_less_motion(open_page):
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.wait_for_selector("#panels figure img")
    page.wait_for_function(f"parseFloat(document.querySelector('{SECONDS}').textContent) >= 20")
    seen = page.locator("#idea").screenshot()
    page.wait_for_timeout(900)
    assert page.locator("#idea").screenshot() == seen and page.inner_text("#idea .pause") == "Play"


def test_one_click_teaches_on_the_sample_pairs(page):
    page.click("#idea .teach")
    page.wait_for_selector("button[role=tab][aria-selected=true]:has-text('Train')")
    page.wait_for_selector("#live figure[data-role=denoised]")
    until(page, lambda: "run=" in page.url)
    assert page.locator("#budget input:checked").input_value() == "20"
    address = page.url
    page.get_by_role("tab", name="Denoise").click()
    page.click("#idea .teach")  # again: the same training, and no second one
    page.wait_for_selector("button[role=tab][aria-selected=true]:has-text('Train')")
    assert page.url == address
    page.locator("#stop:enabled, #use").locator("visible=true").first.click()  # it may have ended already
