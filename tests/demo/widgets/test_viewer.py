"""Viewer, strip and theme, as far as they are made in Python: what a browser does with them is looked at in one."""

import base64
import io
import json
import math
import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from demo.widgets import scripts, strip, theme
from demo.widgets.sheets import read_sheets
from demo.widgets.viewer import make_viewer
from demo.work import rows

WIDGETS = Path(scripts.__file__).parent
SHEETS = pytest.mark.parametrize("sheet", sorted(path.name for path in WIDGETS.glob("*.css")))
LEAST_CONTRAST = 4.5  # WCAG 2.2, level AA, for text of any size


@pytest.fixture
def look():
    return theme.make_theme()


def written(url):
    return np.asarray(Image.open(unquote(url.removeprefix("gradio_api/file="))))


def one(**settings):
    return rows.panel("noisy", "Noisy", "data:,", (4, 3), **settings)


def test_a_panel_keeps_its_text_as_it_is():
    panel = rows.panel("denoised", "<b>A & B</b>", "x.png", (4, 3), note='"σ" = 25', psnr_text="≈ 25.1 dB")
    assert (panel["title"], panel["note"], panel["psnr_text"]) == ("<b>A & B</b>", '"σ" = 25', "≈ 25.1 dB")


def test_a_panel_holds_width_before_height():
    panel = one()
    assert (panel["width"], panel["height"]) == (4, 3)


def test_a_panel_of_numpy_numbers_becomes_json():
    panel = rows.panel("noisy", "Noisy", "", (np.int64(4), np.int64(3)), np.float32(20.5), np.float32(0.5))
    assert json.loads(json.dumps(panel))["psnr"] == 20.5


def test_a_number_that_is_not_known_shows_nothing():
    panel = one(psnr=math.nan, ssim=None)
    assert (panel["psnr"], panel["ssim"], panel["psnr_text"]) == (None, None, "")


def test_a_picture_equal_to_its_target_has_infinite_psnr_in_words():
    panel = one(psnr=math.inf)
    assert (panel["psnr"], panel["psnr_text"]) == (None, "identical")


def test_a_picture_without_pixels_is_refused():
    with pytest.raises(ValueError, match="'Noisy' is 0×3 pixels"):
        rows.panel("noisy", "Noisy", "", (0, 3))


def test_a_row_holds_its_panels_in_their_order():
    first, second = one(), one(note="second")
    assert rows.row("cat", [first, second]) == {"name": "cat", "said": "", "panels": [first, second]}


def test_a_saved_colour_picture_comes_back_exactly(tmp_path, photo):
    assert np.array_equal(written(rows.save(photo, tmp_path, "photo")), photo)


def test_a_saved_grey_picture_comes_back_exactly(tmp_path, rng):
    grey = rng.integers(0, 256, (5, 7, 1), dtype=np.uint8)
    assert np.array_equal(written(rows.save(grey, tmp_path, "grey")), grey[:, :, 0])


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_picture_as_wide_as_it_could_have_channels_comes_back_exactly(tmp_path, rng, width):
    thin = rng.integers(0, 256, (5, width, 1), dtype=np.uint8)
    assert np.array_equal(written(rows.save(thin, tmp_path, "thin")), thin[:, :, 0])


def test_a_slice_of_a_larger_array_is_saved_exactly(tmp_path, photo):
    assert np.array_equal(written(rows.save(photo[::2, ::-3], tmp_path, "slice")), photo[::2, ::-3])


def test_the_url_is_relative_and_names_a_file_in_the_folder(tmp_path, photo):
    url = rows.save(photo, tmp_path, "cat")
    assert url.startswith("gradio_api/file=/")
    assert Path(unquote(url.partition("=")[2])).parent == tmp_path


def test_a_folder_with_strange_letters_is_quoted_in_the_url(tmp_path, photo):
    folder = tmp_path / "a b#c?d%e"
    folder.mkdir()
    url = rows.save(photo, folder, "cat")
    assert not re.search(r"[ #?]", url)
    assert np.array_equal(written(url), photo)


@pytest.mark.parametrize("name", ["../../cat", "a/b", "..", "", "ä" * 300, "x" * 300, "nul\0"])
def test_no_name_leads_out_of_the_folder(tmp_path, photo, name):
    rows.save(photo[:2, :2], tmp_path, name)
    assert [path.suffix for path in tmp_path.iterdir()] == [".png"]


def test_other_pixels_have_another_url_and_equal_ones_the_same(tmp_path, photo):
    first, other, again = (rows.save(pixels, tmp_path, "cat") for pixels in (photo, 255 - photo, photo))
    assert first == again != other


def test_the_viewer_starts_with_the_value_given():
    value = {"rows": [], "empty": "nothing yet"}
    assert make_viewer(value, elem_id="panels").get_config()["value"] == value


@SHEETS
def test_a_style_sheet_holds_nothing_that_a_template_would_replace(sheet):
    assert not re.search(r"\\|`|\$\{|\{\{|\}\}", read_sheets(sheet))


@pytest.mark.parametrize("script", sorted(WIDGETS.glob("*.js")), ids=lambda path: path.name)
def test_no_script_reads_text_as_html_or_code(script):
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text())


@pytest.mark.parametrize("channels", [1, 3])
def test_a_thumbnail_is_a_small_square_picture_in_its_own_address(rng, channels):
    noise = rng.integers(0, 256, (300, 500, channels), dtype=np.uint8)
    uri = strip.thumbnail(noise)
    kind, data = uri.split(";base64,")
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (kind, image.width) == ("data:image/webp", image.height)
    assert len(uri) <= strip.THUMBNAIL_BYTES


def test_a_thumbnail_shows_the_middle():
    pixels = np.zeros((100, 300, 3), np.uint8)
    pixels[:, 100:200] = 255
    image = Image.open(io.BytesIO(base64.b64decode(strip.thumbnail(pixels).partition(",")[2])))
    assert np.asarray(image.convert("L")).min() > 250


def test_the_theme_needs_no_font_or_style_sheet_from_elsewhere(look):
    assert (look._stylesheets, look._font_css) == ([], [])


@SHEETS
def test_a_style_sheet_needs_nothing_from_elsewhere(sheet):
    assert not re.search(r"url\(|@import", read_sheets(sheet))


def test_a_later_sheet_comes_after_an_earlier():
    both = read_sheets("page.css", "lab.css")
    assert both.startswith(read_sheets("page.css")) and both.endswith(read_sheets("lab.css"))


def colour(look, name, suffix):
    """'#rrggbb' behind a name of the theme, whatever names lead there."""
    value = getattr(look, name + suffix, None) or getattr(look, name)
    if value.startswith("*"):
        return colour(look, value[1:], suffix)
    return {"white": "#ffffff"}.get(value, value)


def luminance(colour):
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    ]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


@pytest.mark.parametrize("suffix", ["", "_dark"], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, ground) for text in ("body_text_color", "body_text_color_subdued", "link_text_color")
          for ground in ("body_background_fill", "block_background_fill", "background_fill_secondary")),
        ("block_info_text_color", "block_background_fill"),
        ("block_title_text_color", "block_background_fill"),
        ("input_placeholder_color", "input_background_fill"),
        ("button_primary_text_color", "button_primary_background_fill"),
        ("button_primary_text_color", "button_primary_background_fill_hover"),
        ("button_secondary_text_color", "button_secondary_background_fill"),
        ("button_cancel_text_color", "button_cancel_background_fill"),
        ("button_cancel_text_color", "button_cancel_background_fill_hover"),
        ("checkbox_label_text_color", "checkbox_label_background_fill_selected"),
    ],
)  # fmt: skip
def test_text_can_be_read_on_its_ground(look, text, ground, suffix):
    dark, light = sorted(luminance(colour(look, name, suffix)) for name in (text, ground))
    assert (light + 0.05) / (dark + 0.05) >= LEAST_CONTRAST
