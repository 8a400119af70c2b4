"""The first tab in a real browser."""

import re

import numpy as np
import pytest
import skimage
import tifffile
import torch
from PIL import Image
from serving import CHROMIUM, PATIENCE
from steps import panels, psnr, settled, until

from n2n.noise import generator, parse

PHOTO = skimage.data.astronaut()[:128, :160]


@pytest.fixture
def noisy_file(tmp_path):
    noise = np.random.default_rng(0).normal(0, 25, PHOTO.shape)
    Image.fromarray((PHOTO + noise).round().clip(0, 255).astype(np.uint8)).save(tmp_path / "shot.png")
    Image.fromarray(PHOTO).save(tmp_path / "truth.png")
    return tmp_path / "shot.png"


def upload(page, where, *files):
    page.set_input_files(f"{where} input[type=file]", [str(file) for file in files])


def assert_captions_are_right(page):
    found = panels(page)
    target = found["target"][0]
    measured = {role: told for role, (_, told) in found.items() if told is not None}
    assert {"noisy", "denoised"} <= set(measured)
    for role, told in measured.items():
        assert told == pytest.approx(psnr(found[role][0], target), abs=0.05), role
    assert measured["denoised"] > measured["noisy"] + 3


def test_the_first_screen_shows_a_finished_result(page, screenshot):
    assert_captions_are_right(page)
    screenshot(page, "denoise-projector")


def test_it_suits_a_phone_and_the_dark(open_page, screenshot):
    phone = open_page(390, 844)
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    screenshot(phone, "denoise-phone", full_page=True)
    screenshot(open_page(dark=True), "denoise-dark")


def test_another_noise(page):
    for noise in ("Poisson", "Pixelate"):
        page.get_by_label("Noise", exact=True).click()
        settled(page, page.get_by_role("option", name=noise).click)
        assert_captions_are_right(page)


def test_the_newest_request_wins(page):
    page.get_by_text("More", exact=True).click()
    button, seed = page.get_by_role("button", name="New random noise"), page.get_by_label("Seed of the noise")
    settled(page, lambda: [button.click() for _ in range(6)])
    photo = torch.from_numpy(skimage.data.chelsea().transpose(2, 0, 1)[None].copy()).float() / 255
    newest = parse("gaussian:25")(photo, generator(int(seed.input_value()))).clamp(0, 1).mul(255).round()
    expected = newest[0].permute(1, 2, 0).byte().numpy()
    until(page, lambda: np.array_equal(panels(page)["noisy"][0], expected))


def test_the_pictures_follow_a_slider_while_it_is_dragged(page):
    slider, table = page.locator("#level input[type=range]"), page.inner_text("#table")
    slider.scroll_into_view_if_needed()
    before, box = panels(page)["noisy"][1], slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.26 * box["width"], middle)
    page.mouse.down()
    settled(page, lambda: page.mouse.move(box["x"] + 0.5 * box["width"], middle, steps=5))
    assert panels(page)["noisy"][1] < before and page.inner_text("#table") == table
    page.mouse.up()
    page.wait_for_function("(told) => document.querySelector('#table').innerText !== told", arg=table)
    until(page, lambda: panels(page)["noisy"][1] < before - 4)
    assert_captions_are_right(page)


def test_the_level_is_taken_by_keyboard(page):
    before = panels(page)["noisy"][1]
    number = page.locator("#level input[type=number]")
    number.fill("50")
    settled(page, lambda: number.press("Tab"))
    assert panels(page)["noisy"][1] == pytest.approx(before - 6, abs=1.5)


def test_enter_in_a_number_s_field_acts_at_once(page):
    before = panels(page)["noisy"][1]
    number = page.locator("#level input[type=number]")
    number.fill("50")
    settled(page, lambda: number.press("Enter"))
    assert panels(page)["noisy"][1] == pytest.approx(before - 6, abs=1.5)
    assert number.evaluate("field => field === document.activeElement")
    strength = page.locator("#strength input[type=number]")
    strength.fill("0")
    settled(page, lambda: strength.press("Enter"))
    found = panels(page)
    assert np.array_equal(found["noisy"][0], found["denoised"][0])


def test_the_newest_of_two_enters_wins(page):
    number = page.locator("#level input[type=number]")
    for level in ("90", "70", "10"):
        number.fill(level)
        number.press("Enter")
    until(page, lambda: panels(page)["noisy"][1] > 27)
    assert panels(page)["noisy"][1] == pytest.approx(28.2, abs=0.5)


def test_a_noisy_picture_that_is_the_target_is_called_identical(page):
    number = page.locator("#level input[type=number]")
    number.fill("0")
    settled(page, lambda: number.press("Enter"))
    told = " ".join(page.locator("#panels figcaption").all_inner_texts())
    assert "identical" in told and "worse than before" in told and "100.0" not in told
    assert "−" not in told and page.locator("#table :text('identical')").count()


def test_what_came_out_is_announced(page):
    region = page.locator("#notice [aria-live=polite]")
    region.wait_for(state="attached")
    settled(page, lambda: page.locator("#strip label", has_text="Coins").click())
    assert re.search(r"coins\.png: Noisy [\d.]+ dB, Denoised [\d.]+ dB\.", region.text_content())


def test_the_address_shows_the_same_pixels_again(page, open_page):
    settled(page, lambda: page.locator("#strip label", has_text="Low light").click())
    settled(page, lambda: page.locator("#strip label", has_text="Coins").click())
    level = page.locator("#level input[type=number]")
    level.fill("40")
    settled(page, lambda: level.press("Enter"))
    until(page, lambda: "denoise=coins_gaussian_40" in page.url)
    shown, other = panels(page), open_page()
    other.goto(page.url)
    other.wait_for_selector("#panels .name:has-text('coins')")
    until(other, lambda: panels(other)["noisy"][1] == shown["noisy"][1])
    again = panels(other)
    assert all(np.array_equal(again[role][0], pixels) for role, (pixels, _) in shown.items())


def test_an_upload_becomes_the_target(page, tmp_path):
    Image.fromarray(PHOTO).save(tmp_path / "mine.webp", lossless=True)
    settled(page, lambda: upload(page, "#files", tmp_path / "mine.webp"))
    assert np.array_equal(panels(page)["target"][0], PHOTO)
    assert_captions_are_right(page)


def test_a_noisy_upload_beside_its_clean_picture(page, noisy_file):
    settled(page, lambda: page.get_by_label("It is noisy already").check())
    settled(page, lambda: upload(page, "#files", noisy_file))
    assert panels(page)["denoised"][1] is None
    settled(page, lambda: upload(page, "#cleans", noisy_file.parent / "truth.png"))
    assert np.array_equal(panels(page)["noisy"][0], np.asarray(Image.open(noisy_file)))
    assert_captions_are_right(page)


def test_a_stack_shows_the_chosen_frame_and_comes_back_whole(page, tmp_path):
    movie = np.stack([PHOTO[:64, :80, 0], PHOTO[64:128, :80, 0]])
    tifffile.imwrite(tmp_path / "movie.tif", movie, imagej=True, metadata={"axes": "TYX"})
    settled(page, lambda: page.get_by_label("It is noisy already").check())
    settled(page, lambda: upload(page, "#files", tmp_path / "movie.tif"))
    page.get_by_text("More", exact=True).click()
    number = page.locator("#frame input")
    number.fill("2")
    settled(page, lambda: number.press("Enter"))
    assert np.array_equal(panels(page)["noisy"][0], movie[1])
    assert "frame 2 of 2 is shown" in page.inner_text("#notice")
    with page.expect_download() as download:
        page.locator("#downloads a[download]").first.click()
    assert tifffile.imread(download.value.path()).shape == movie.shape


def test_a_camera_gives_a_picture(server, browser):
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with browser.browser_type.launch(executable_path=CHROMIUM, args=flags) as camera:
        page = camera.new_context(permissions=["camera"]).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(server.address)
        page.wait_for_selector("#panels figure img")
        page.get_by_text("More", exact=True).click()
        page.get_by_text("Camera or clipboard").first.click()
        page.locator("#camera button", has_text="Access").or_(page.locator("#camera [aria-label*=ebcam]")).first.click()
        page.wait_for_function("document.querySelector('#camera video')?.videoWidth > 0")
        settled(
            page, lambda: page.locator("#camera button[aria-label*=apture], #camera .button-wrap button").first.click()
        )
        assert panels(page)["noisy"][1] is not None


def test_baselines_and_maps_stand_beside_it(page):
    page.get_by_text("More", exact=True).click()
    settled(page, lambda: page.get_by_label("wavelet").check())
    settled(page, lambda: page.get_by_label("Show the error").check())
    found = panels(page)
    assert {"wavelet", "error", "residual"} <= set(found)
    assert found["wavelet"][1] == pytest.approx(psnr(found["wavelet"][0], found["target"][0]), abs=0.05)


def test_a_bad_file_gets_a_sentence_and_the_page_goes_on(page, tmp_path):
    bad = {
        "broken.png": (b"\x89PNG\r\n\x1a\n" + bytes(40), "broken.png"),
        "words.jpg": (b"these are words", "not a picture"),
        "empty.tif": (b"", "empty.tif"),
        "cells.czi": (b"ZISRAWFILE", "save it as OME-TIFF"),
    }
    for (name, (content, told)), sample in zip(bad.items(), ("Coffee", "Coins", "Coffee", "Coins")):
        (tmp_path / name).write_bytes(content)
        upload(page, "#files", tmp_path / name)
        page.wait_for_selector(f"#notice [role=alert]:has-text('{told}')")
        assert page.locator("#panels figure:visible").count() == page.locator("#table td").count() == 0
        assert page.locator("#downloads a[download]").count() == 0
        settled(page, lambda sample=sample: page.locator("#strip label", has_text=sample).click())
        assert_captions_are_right(page)
