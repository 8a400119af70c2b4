"""Shots that lie apart and differ in brightness, remedied on the second tab with one click, and learnt from."""

import numpy as np
import pytest
import scipy
import skimage
from PIL import Image
from steps import trained_for_a_moment, until

SCENE = skimage.data.camera().astype(float)


@pytest.fixture
def shots_apart(tmp_path):
    """Two shots, the second 3.4 pixels from the first (3 down, 1.6 to the right) and 10 % darker."""
    rng = np.random.default_rng(0)
    moved = 0.9 * scipy.ndimage.shift(SCENE, (3, 1.6), mode="mirror")
    paths = [tmp_path / f"mast_{place}.png" for place in (1, 2)]
    for path, picture in zip(paths, (SCENE, moved)):
        noisy = 0.8 * picture[100:356, 100:356] + 25 + rng.normal(0, 15, (256, 256))
        Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(path)
    return paths


def check(page, name):
    """What the doctor says of a check, in the list of verdicts."""
    return page.locator(f".n2n-verdicts li:has(strong:text-is('{name}'))").inner_text()


def test_shots_are_aligned_and_made_equally_bright_with_one_click(page, shots_apart, screenshot):
    page.get_by_role("tab", name="Train").click()
    page.set_input_files("#pairs input[type=file]", [str(path) for path in shots_apart])
    page.wait_for_selector("#looked .n2n-amber:has-text('Can be fixed: the shots lie apart')")
    page.click("#checks button")
    assert "Fix this" in check(page, "shift")
    screenshot(page, "apart")
    page.click("#fix")
    page.wait_for_selector("#looked .n2n-green:has-text('Ready')")
    page.wait_for_selector("#checks :text('aligned: the shots lay 3.3')")
    page.wait_for_selector("#checks :text('exposures matched')")
    until(page, lambda: "Fix this" not in check(page, "shift") and "Fine" in check(page, "brightness drift"))
    assert page.is_hidden("#fix") and page.is_enabled("#train")
    screenshot(page, "fixed")
    trained_for_a_moment(page)
    page.wait_for_selector("#command :text('--align --match-exposure')")
