"""The third tab: sample shots at a click, and two shots with results of one's own."""

import numpy as np
import pytest
import scipy
import skimage
import watchful
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from steps import panels, until

SIDE = 128
RED = np.array([8, 0, 0])
TOLD = "#score-told strong"


@pytest.fixture
def brought(tmp_path):
    """Two shots of a scene, a good result, and one that shifts the colours, as files."""
    rng = np.random.default_rng(0)
    clean = skimage.data.astronaut()[40 : 40 + SIDE, 170 : 170 + SIDE].astype(float) * 0.8 + 20
    first, second = (clean + rng.normal(0, 20, clean.shape) for _ in range(2))
    pictures = {
        "shot_1": first,
        "shot_2": second,
        "Good one": scipy.ndimage.gaussian_filter(first, (0.9, 0.9, 0)),
        "Red one": scipy.ndimage.gaussian_filter(first + RED, (0.9, 0.9, 0)),
    }
    for name, picture in pictures.items():
        Image.fromarray(picture.round().clip(0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
    return [str(tmp_path / f"{name}.png") for name in pictures]


def test_sample_shots_are_scored_at_a_click(open_page, screenshot):
    page = open_page(1440, 900)
    page.get_by_role("tab", name="Score").click()
    page.get_by_role("button", name="Try it: Brain").click()
    page.wait_for_selector(f"{TOLD}:text('is better than'), {TOLD}:text('do not differ')")
    page.wait_for_selector("#score-panels figure[data-role='6'] img")
    assert page.locator("#score-table tbody tr").count() == 6
    assert "Chris Rorden" in page.inner_text("#score-told") and "noise in common" in page.inner_text("#score-told")
    page.locator("#score-panels .rows label:has-text('where they lost')").click()
    page.wait_for_selector("#score-panels .scale[aria-label*='% of white']")
    page.get_by_role("button", name="A card to share").click()
    with page.expect_download() as card:
        page.click("#score-download")
    with Image.open(card.value.path()) as seen:
        assert seen.size == (1200, 630)
    page.wait_for_selector("#score-card img")
    screenshot(page, "score-sample", full_page=True)
    assert watchful.faults(page) == []
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []


def test_two_shots_and_results_of_one_s_own(open_page, brought, screenshot):
    page = open_page(390, 844, dark=True)
    page.get_by_role("tab", name="Score").click()
    page.set_input_files("#score-results input[type=file]", brought[2:])
    page.wait_for_selector("#score-told :text('Bring the first and the second shot')")
    page.set_input_files("#score-first input[type=file]", brought[0])
    page.wait_for_selector("#score-told :text('Bring the second shot')")
    page.set_input_files("#score-second input[type=file]", brought[1])
    page.wait_for_selector(f"{TOLD}:text('“Good one” is better than “Red one”')")
    lines = page.locator("#score-table tbody tr")
    until(page, lambda: "Red one" in lines.nth(1).inner_text() and "2." in lines.nth(1).inner_text())
    until(page, lambda: {"noisy", "1", "2"} == set(panels(page, "#score-panels")))
    assert np.array_equal(panels(page, "#score-panels")["1"][0], np.asarray(Image.open(brought[2])))
    screenshot(page, "score-own", full_page=True)
    assert watchful.faults(page) == []
    page.locator("#score-beside").get_by_text("Classical filters").click()
    until(page, lambda: lines.count() == 7)
