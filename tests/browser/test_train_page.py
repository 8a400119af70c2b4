"""The second tab in a real browser: from two noisy shots to a model that denoises."""

import subprocess
import sys

import numpy as np
import pytest
import skimage
from PIL import Image
from serving import ROOT, SOON, children, gone_within
from steps import gained, panels, settled

from demo.content.emblems import CARD_SIZE

# An hour passes without a word from the server, and then there is a network again.
SLEPT = """() => {
  dispatchEvent(new Event("online"));
  Date.now = ((now) => () => now() + 3.6e6)(Date.now);
  dispatchEvent(new Event("online"));
}"""
# Clicks at the first moment that one can.
AT_ONCE = """() => {
  const look = () => {
    const button = document.querySelector("#train");
    window.clicked = !button.disabled;
    window.clicked ? button.click() : setTimeout(look);
  };
  look();
}"""
SCENE = skimage.data.coffee()[:192, :256]


@pytest.fixture
def two_shots(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"zebra_{place}.png" for place in (1, 2)]
    for path in paths:
        noisy = SCENE * 0.8 + 25 + rng.normal(0, 15, SCENE.shape)
        Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(path)
    return paths


def bring(page, *files):
    page.get_by_role("tab", name="Train").click()
    page.set_input_files("#pairs input[type=file]", [str(file) for file in files])


def train(page):
    """Begins a training that lasts longer than any test looks at it."""
    page.wait_for_function("!document.querySelector('#train').disabled")
    page.locator("#budget").get_by_text("180 s").click()
    page.click("#train")
    page.wait_for_selector("#status :text('Step ')")
    page.wait_for_selector("#curves svg[role=img] path")


def test_from_two_shots_to_a_denoised_picture(page, server, two_shots, tmp_path, screenshot):
    bring(page, *two_shots)
    page.wait_for_selector("#seen :text('1 scene × 2 shots')")
    page.wait_for_selector("#seen .n2n-verdict:has-text('Ready')")
    assert page.locator("#strip-of-pairs figure").count() == 2 and page.is_hidden("#fix")
    train(page)
    steps = set()
    while len(steps) < 3:
        steps.add(page.inner_text("#status"))
        page.wait_for_timeout(700)
    gained(page)
    assert_all_of_the_picture_gets_better_and_a_place_is_chosen(page, two_shots)
    assert page.locator("#result td:text('180 s') + td").inner_text().startswith("≈ ")  # foretold
    page.click("#stop")
    page.wait_for_selector("#use", state="visible")
    assert gone_within(SOON, server)
    assert_there_is_a_picture_and_a_card(page, tmp_path)
    page.get_by_text("Everything else").click()
    page.click("#passport")
    page.wait_for_selector("#take a[download='mine.bioimage.zip']")
    screenshot(page, "train-stopped", full_page=True)
    with page.expect_download() as download:
        page.locator("#take a[download]").first.click()
    weights = tmp_path / "mine.safetensors"
    download.value.save_as(weights)
    settled(page, lambda: page.click("#use"))
    page.wait_for_selector("#table :text('your model')")
    assert_one_s_own_shots_are_shown(page, two_shots)
    screenshot(page, "train-used", full_page=True)
    command = [sys.executable, "-m", "n2n", "denoise", two_shots[0], "-o", tmp_path / "out.png", "--weights", weights]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    assert skimage.io.imread(tmp_path / "out.png").shape == SCENE.shape


def assert_all_of_the_picture_gets_better_and_a_place_is_chosen(page, two_shots):
    page.wait_for_selector("#live .grid[data-view=wipe]")
    assert np.array_equal(panels(page, "#live")["noisy"][0], skimage.io.imread(two_shots[0]))
    look = "() => document.querySelector('#region .n2n-viewer').style.getPropertyValue('--look')"
    before, box = page.evaluate(look), page.locator("#live .divider").bounding_box()
    page.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    if page.locator("#region .idle").count() == 0:  # the picture is seen at less than its own size
        assert page.evaluate(look) != before


def assert_there_is_a_picture_and_a_card(page, folder):
    """Denoised whole, to download; and the card. The gain is told, and how it is known."""
    assert "estimated from second shots" in page.inner_text("#result") and "dB" in page.inner_text(".n2n-gain")
    for button, size in (("#picture", SCENE.shape[1::-1]), ("#card", CARD_SIZE)):
        with page.expect_download() as download:
            page.click(button)
        download.value.save_as(folder / "taken.png")
        assert skimage.io.imread(folder / "taken.png").shape[1::-1] == size


def assert_one_s_own_shots_are_shown(page, two_shots):
    """Whole, before and after, with the gain that the second shot tells; until another picture is picked."""
    figures, told = panels(page), page.inner_text("#notice")
    assert set(figures) == {"noisy", "denoised"}
    assert np.array_equal(figures["noisy"][0], skimage.io.imread(two_shots[0]))
    assert "estimated from the second shot" in told and "exposures" in told
    page.wait_for_selector("#panels .grid[data-view=wipe]")
    assert not page.locator("#adding").is_visible()
    page.get_by_text("More", exact=True).click()
    settled(page, lambda: page.get_by_label("median").check())
    assert np.array_equal(panels(page)["noisy"][0], figures["noisy"][0])
    page.locator("#panels input[value=side]").check(force=True)
    settled(page, lambda: page.locator("#strip label", has_text="Coins").click())
    page.wait_for_selector("#adding", state="visible")
    assert "target" in panels(page) and page.locator("#own textarea, #own input").first.input_value() == ""


def test_a_training_begins_with_everything_else_opened(page, two_shots):
    bring(page, *two_shots)
    page.get_by_text("Everything else").click()
    page.get_by_label("Pairs in a batch").focus()
    page.get_by_label("Seed", exact=True).focus()
    train(page)
    assert page.locator("#status [role=alert]").count() == 0
    page.click("#stop")
    page.wait_for_selector("#use", state="visible")


def test_after_an_upload_that_is_wrong_nothing_of_the_last_one_is_left(page, two_shots, tmp_path):
    bring(page, *two_shots)
    page.wait_for_function("!document.querySelector('#train').disabled")
    page.click("#pairs [aria-label*=lear]")
    (tmp_path / "broken.zip").write_bytes(b"PK" + bytes(30))
    page.set_input_files("#pairs input[type=file]", str(tmp_path / "broken.zip"))
    page.wait_for_selector("#seen [role=alert]")
    assert page.locator("#strip-of-pairs figure:visible").count() == 0
    assert page.is_hidden("#checks") and page.locator("#train").is_disabled()
    assert page.locator("#looked [aria-live=polite] [role=alert]").count() == 1
    assert page.locator("#status [aria-live=polite]").count() == 1


def test_closing_the_tab_leaves_the_training_at_work_and_its_address_finds_it(open_page, server, two_shots):
    page = open_page()
    bring(page, *two_shots)
    train(page)
    address = page.url
    page.close()
    assert "run=" in address and not gone_within(3, server)
    again = open_page()
    again.goto(address)
    again.wait_for_selector("#curves svg[role=img] path")
    with again.expect_navigation():
        again.evaluate(SLEPT)
    again.wait_for_selector("#curves svg[role=img] path")
    again.click("#stop")
    again.wait_for_selector("#use", state="visible")
    assert gone_within(SOON, server)


def test_a_link_to_a_training_that_is_gone_says_so(open_page):
    page = open_page(query="?run=none-of-this-server", awaited="#status [role=alert]:has-text('not here any more')")
    assert page.is_hidden("#stop") and page.is_hidden("#use")


def test_a_second_visitor_waits_in_line_and_sees_nothing_of_the_first(open_page, server, two_shots):
    first, second = open_page(), open_page()
    bring(first, *two_shots)
    train(first)
    second.get_by_role("tab", name="Train").click()
    assert "zebra" not in second.content()
    second.click("#sample")
    second.wait_for_function("!document.querySelector('#train').disabled")
    second.click("#train")
    second.wait_for_selector("#status :text('number 1 in line')")
    assert second.locator("#live figure").count() == 0
    first.click("#stop")
    second.wait_for_selector("#curves svg[role=img] path")
    second.click("#stop")
    second.wait_for_selector("#use", state="visible")


def test_a_killed_job_is_told_and_the_page_goes_on(page, server, two_shots):
    bring(page, *two_shots)
    train(page)
    for process in children(server):
        process.kill()
    page.wait_for_selector("#status [role=alert]")
    train(page)
    page.click("#stop")
    page.wait_for_selector("#use", state="visible")


def test_a_click_is_heard_as_soon_as_one_can_train_again(page, two_shots):
    bring(page, *two_shots)
    train(page)
    page.evaluate(AT_ONCE)
    page.click("#stop")
    page.wait_for_function("window.clicked")
    page.wait_for_selector("#status :text('s left')")
    page.click("#stop")
    page.wait_for_selector("#train:enabled")


def test_bad_pairs_get_a_sentence(page, tmp_path):
    for name, content, told in (
        ("broken.zip", b"PK\x03\x04" + bytes(30), "zip"),
        ("code.pkl", b"cos\nsystem\n(S'touch /tmp/pwned'\ntR.", "refused"),
        ("alone.npz", b"not numpy", "refused"),
    ):
        (tmp_path / name).write_bytes(content)
        bring(page, tmp_path / name)
        page.wait_for_selector(f"#seen [role=alert]:has-text('{told}')")
        assert page.locator("#train").is_disabled()
        page.click("#pairs [aria-label*=lear]")
        page.wait_for_selector("#seen [role=alert]", state="detached")
