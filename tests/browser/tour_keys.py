"""A visitor without a mouse: the order of the tab key, what shows where one is, and everything done by keys."""

import io

import numpy as np
from PIL import Image
from steps import settled

from demo.lab.experiments import EXPERIMENTS

ANSWER = 1000  # ms after which a slider's number that was left has had its effect
MOST = 120  # presses of the tab key that any place of the page is reached with
# The places that the tab key must meet, by their keys: a group of our own radio buttons has one, Gradio's one each;
# a file to download has its name, for its link is made anew with each result.
AWAITED = """() => {
  const fields = "a[href], button:not([role=tab]), input:not([type=file]), select, textarea, [tabindex='0']";
  const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getBoundingClientRect().width > 2;
  const nodes = [...document.querySelectorAll(fields)].filter((node) =>
    seen(node) && !node.disabled && node.tabIndex >= 0 && !node.closest(".visually-hidden"));
  const keys = new Map();
  window.n2nKey = (node) => {
    if (node.download) return node.download;
    if (node.type === "radio") return node.name.startsWith("radio-") ? `${node.name} ${node.value}` : node.name;
    if (!keys.has(node)) keys.set(node, `${keys.size} ${node.outerHTML.slice(0, 150)}`);
    return keys.get(node);
  };
  return [...new Set(nodes.map(window.n2nKey))];
}"""
FIRST_TAB = """() => [...document.querySelectorAll("button[role=tab]")].find((tab) =>
  tab.checkVisibility({ visibilityProperty: true })) === document.activeElement"""
PLACE = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const { left, top, width, height } = node.getBoundingClientRect();
  const words = [node.getAttribute("aria-label"), ...[...(node.labels || [])].map((label) => label.innerText),
    ...(node.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.innerText),
    node.innerText, node.title];
  return { name: (words.find((each) => each?.trim()) || "").trim(), key: window.n2nKey(node),
    box: { x: Math.max(0, left - 8), y: Math.max(0, top - 8), width: width + 16, height: height + 16 } };
}"""


def reach(page, where):
    """Presses the tab key until the focus is on this selector."""
    for _ in range(MOST):
        if page.evaluate("(where) => document.activeElement.matches(where)", where):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST} presses of the tab key do not reach {where}")


def open_tab(page, name):
    """Opens a tab with keys."""
    around(page)
    _to_tab(page, name)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"button[role=tab][aria-selected=true]:has-text('{name}')")
    page.wait_for_timeout(300)


def _to_tab(page, name):
    while page.evaluate("document.activeElement.innerText") != name:
        assert page.evaluate("document.activeElement.getAttribute('role')") == "tab"
        page.keyboard.press("Tab")


def denoise(page):
    """Another sample, another noise, a map, the loupe, before and after."""
    reach(page, "#strip input")
    settled(page, lambda: page.keyboard.press("ArrowLeft"))
    reach(page, "input[role=combobox][aria-label=Noise]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    settled(page, lambda: page.keyboard.press("Enter"))
    around(page)
    reach(page, "#panels .grid")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#panels .magnified .lens")
    page.keyboard.press("Escape")
    assert page.locator("#panels .magnified").count() == 0


def before_and_after(page):
    """The divider by its own key; the tab key goes on in a circle of the whole window until it meets the switch."""
    around(page)
    reach(page, "#panels .choice input")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#panels .grid[data-view=wipe]")
    reach(page, "#panels .divider input")
    page.keyboard.press("End")
    assert page.locator("#panels .divider input").input_value() == "100"
    around(page)
    reach(page, "#panels .choice input")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#panels .grid[data-view=side]")


def train(page):
    """The sample pairs, a training, stopped, an earlier moment, and back to denoising with it."""
    reach(page, "#sample")
    page.keyboard.press("Enter")
    page.wait_for_selector("#train:not([disabled])")
    reach(page, "#budget input[value='60']")
    page.keyboard.press("Space")
    reach(page, "#train")
    page.keyboard.press("Space")
    page.wait_for_selector("#live figure[data-role=denoised]")
    around(page)
    reach(page, "#stop")
    page.keyboard.press("Enter")
    page.wait_for_selector("#use", state="visible")
    around(page)
    reach(page, "#use")
    settled(page, lambda: page.keyboard.press("Enter"))


def guess(page):
    """An experiment chosen, which loads at once, and answered."""
    reach(page, "#experiment input[value=guess]")
    page.keyboard.press("Space")
    page.wait_for_selector(f"#question :text({EXPERIMENTS['guess'].question!r})")
    page.wait_for_selector("#lab-pictures figure[data-role=B] img")
    reach(page, "[id^=guess-answer]")
    page.keyboard.press("Space")
    page.wait_for_selector("#answer :text('You chose')")


def around(page):
    """On through the end of the page to its first tab, where the tab key begins again.

    A result that arrives meanwhile may take the focus with it, so where the focus is lost says nothing.
    """
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate(FIRST_TAB):
            return
    raise AssertionError("the tab key never comes around")


def order(page):
    """From the open tab to the end of the page: every stop has a name, is seen, and none is left out or met twice."""
    awaited = page.evaluate(AWAITED)
    around(page)
    _to_tab(page, "About")
    page.keyboard.press("Tab")
    met, unseen = [], []
    while (place := page.evaluate(PLACE)) and 'role="tab"' not in place["key"]:  # there it begins again
        assert place["key"] not in met, f"met twice: {place['key']}"
        assert place["name"], f"no name: {place['key']}"
        met.append(place["key"])
        focused = _seen(page, place["box"])
        page.keyboard.press("Tab")
        if "number-input" in place["key"]:
            page.wait_for_timeout(ANSWER)
        if np.array_equal(focused, _seen(page, place["box"])):
            unseen.append(place["name"])
    assert not unseen, f"nothing shows that the focus is on {unseen}"
    left_out = [key for key in awaited if key not in met and not key.startswith("radio-")]
    assert not left_out, f"the tab key leaves out {left_out}"


def _seen(page, box):
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))))
