"""One picture on the second tab: what is lost is told, and it is learnt from all the same."""

import numpy as np
import pytest
from PIL import Image
from steps import trained_for_a_moment


@pytest.fixture
def shot(photo, rng, tmp_path):
    noisy = photo[:128, :128] * 0.8 + 25 + rng.normal(0, 15, (128, 128, 3))
    Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(tmp_path / "moth.png")
    return tmp_path / "moth.png"


def test_one_picture_is_learnt_from_once_its_price_is_told(page, shot, screenshot):
    page.get_by_role("tab", name="Train").click()
    page.set_input_files("#pairs input[type=file]", str(shot))
    page.get_by_text("fine detail is lost with the noise").first.wait_for()
    page.wait_for_function("!document.querySelector('#train').disabled")
    screenshot(page, "one_shot")
    trained_for_a_moment(page)
    page.wait_for_selector("#command :text('moth.png -o mine.safetensors --method neighbor2neighbor')")
    page.get_by_text("does not tell how good this is").wait_for()
    screenshot(page, "one_shot_learnt")
