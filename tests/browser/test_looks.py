"""What people see of the page's furniture: nothing under an icon, no stray border or dot, one heading above all."""

import numpy as np
import pytest
from PIL import Image

TEXTS = """() => {
  const seen = (node) => node.offsetParent && node.getBoundingClientRect().width > 0;
  const box = (node) => { const { left, right, top, bottom } = node.getBoundingClientRect();
    return { left, right, top, bottom }; };
  const words = (node) => { const range = document.createRange(); range.selectNodeContents(node); return box(range); };
  const clashes = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  const found = [];
  for (const block of [...document.querySelectorAll(".block")].filter(seen)) {
    const icons = [...block.querySelectorAll(":scope > .icon-button-wrapper, :scope > label > .icon-button-wrapper")];
    const labels = [...block.querySelectorAll(":scope > label > span, :scope > label[data-testid]")];
    for (const icon of icons.filter(seen)) for (const label of labels.filter(seen))
      if (clashes(words(label), box(icon))) found.push(label.innerText);
  }
  for (const input of [...document.querySelectorAll("input[role=combobox]")].filter(seen)) {
    const arrow = input.parentElement.querySelector(".icon-wrap");
    const end = box(input).right - parseFloat(getComputedStyle(input).paddingRight);
    if (arrow && end > box(arrow).left + 1)
      found.push(`under the arrow: ${input.getAttribute("aria-label")}`);
  }
  return found;
}"""
BORDERS = """() => [...document.querySelectorAll(".block:has(> .file-preview-holder)")]
  .map((node) => getComputedStyle(node).borderTopWidth)"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4")]
  .filter((node) => node.checkVisibility()).map((node) => Number(node.tagName[1]))"""
# The label of a box for files lies over what the box says: how far from the label's end that begins, in pixels.
ROOM = """(where) => {
  const box = document.querySelector(where);
  const label = box.querySelector(":scope > label").getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(box.querySelector("button .wrap"));
  return range.getBoundingClientRect().top - label.bottom;
}"""
SIZES = [(1440, 900), (390, 844)]


@pytest.fixture
def shots(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"a_long_name_of_a_picture_{place}.png" for place in (1, 2)]
    for path in paths:
        Image.fromarray(rng.integers(0, 255, (64, 64), dtype=np.uint8)).save(path)
    return [str(path) for path in paths]


def unfold(page):
    """Opens every accordion in sight."""
    for button in page.locator("button.label-wrap:visible").all():
        if "open" not in button.get_attribute("class"):
            button.click()
    page.wait_for_timeout(500)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_labels_and_borders_of_filled_boxes(open_page, screenshot, shots, width, height, dark):
    page = open_page(width=width, height=height, dark=dark)
    name = f"{width}-{'dark' if dark else 'light'}"
    page.set_input_files("#files input[type=file]", shots[:1])
    page.wait_for_selector("#files .file-preview")
    unfold(page)
    page.get_by_label("Noise", exact=True).click()
    page.get_by_role("option", name="Pixelate").click()
    page.wait_for_timeout(1000)
    screenshot(page, f"denoise-filled-{name}", full_page=True)
    assert page.evaluate(TEXTS) == [] and set(page.evaluate(BORDERS)) == {"1px"}
    assert page.locator("footer .divider:visible").count() == 0
    page.get_by_role("tab", name="Train").click()
    page.set_input_files("#pairs input[type=file]", shots)
    page.wait_for_selector("#pairs .file-preview")
    unfold(page)
    screenshot(page, f"train-filled-{name}", full_page=True)
    assert page.evaluate(TEXTS) == [] and set(page.evaluate(BORDERS)) == {"1px"}


def test_the_label_of_a_box_for_files_leaves_room_for_what_the_box_says(page):
    for tab, box in (("Denoise", "#files"), ("Train", "#pairs")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"{box} button .wrap")
        for width in (1440, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            assert page.evaluate(ROOM, box) >= 0


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_lab_s_labels_and_the_headings_of_every_tab(open_page, screenshot, width, height):
    page = open_page(width=width, height=height)
    for tab in ("Denoise", "Train", "Score", "Lab", "About"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(500)
        levels = page.evaluate(HEADINGS)
        assert levels[0] == 1 and levels.count(1) == 1 and max(np.diff(levels), default=0) <= 1
    page.get_by_role("tab", name="Lab").click()
    unfold(page)
    page.click("#make-link")
    page.wait_for_selector("#lesson-code svg")
    screenshot(page, f"lab-{width}", full_page=True)
    assert page.evaluate(TEXTS) == []
    page.click("#projector input")
    page.wait_for_selector("body.n2n-projector")
    assert page.evaluate(HEADINGS)[0] == 1
