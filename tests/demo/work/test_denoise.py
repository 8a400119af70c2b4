"""The first tab's work, without a browser: what is read, chosen, measured, shown and downloaded."""

import csv
import io
import struct
import zlib
from urllib.parse import unquote

import imagecodecs
import numpy as np
import pytest
import tifffile
import torch
from matplotlib import colormaps
from PIL import Image, ImageOps
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from demo.content import noises, samples
from demo.widgets import html
from demo.work import denoise as denoising
from demo.work import inputs, measurements
from demo.work.denoise import AUTOMATIC, TRAINED, LearntData, Options, Order
from demo.work.measurements import COLUMNS
from n2n import Noise2Noise, UNetConfig
from n2n.files import image
from n2n.files.image import Picture
from n2n.measure import baselines, choice
from n2n.nets import weights
from n2n.noise import parse
from n2n.reading import reader

SIDE = 64  # pixels
GREY = torch.full((1, 3, SIDE, SIDE), 0.5)


def saved(pixels, kind, **options):
    """The bytes of a file by Pillow."""
    file = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(file, kind, **options)
    return file.getvalue()


def tiff(pixels, **options):
    """The bytes of a file by tifffile."""
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def animation(kind):
    frames = [Image.fromarray(np.full((7, 5, 3), level, np.uint8)) for level in (10, 128, 255)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def bomb(side):
    """A PNG of 1 bit and side × side black pixels, of some kilobytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side * (1 + side // 8)), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def whole(picture):
    """Pixels and alpha together, as Pillow holds them."""
    return np.dstack([picture.pixels] if picture.alpha is None else [picture.pixels, picture.alpha]).squeeze()


def shown(outcome, role, place=0):
    """The panel of this role, and its pixels as Pillow reads them."""
    panel = next(panel for panel in outcome.rows[place]["panels"] if panel["role"] == role)
    return panel, opened(panel["src"])


def opened(src):
    """The pixels behind an address of the page, as Pillow reads them."""
    with Image.open(unquote(src.split("file=")[1])) as file:
        return np.asarray(file)


@pytest.fixture
def pixels(photo):
    return np.ascontiguousarray(photo[:SIDE, 100 : 100 + SIDE])


@pytest.fixture
def put(tmp_path):
    """Writes an upload and returns its path; each lies in a folder of its own."""

    def put(name, data):
        folder = tmp_path / f"upload{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / name).write_bytes(data)
        return str(folder / name)

    return put


@pytest.fixture
def run(tmp_path):
    """Denoises pictures of (name, Picture) with noise added; `noise` None: they are noisy already."""
    (tmp_path / "out").mkdir()

    def run(brought, noise="gaussian:25", cleans=(), **options):
        options = Options(**{"weights": "gaussian"} | options)
        if noise is None:
            return denoising.denoise(inputs.with_clean(brought, list(cleans)), None, options, tmp_path / "out")
        cases = inputs.with_noise(brought, parse(noise), 0)
        return denoising.denoise(cases, parse(noise), options, tmp_path / "out")

    return run


# --- reading


def test_a_picture_larger_than_the_page_takes_is_refused_with_its_size_and_the_command(put, limit):
    limit(pixels=1_000_000)
    path = put("a.png", saved(np.zeros((1500, 2000), np.uint8), "png"))
    with pytest.raises(ValueError, match=r"'a.png' has 3\.0 megapixels.* up to 1\..* python -m n2n denoise"):
        inputs.read(path)


def test_a_picture_just_as_large_as_the_page_takes_is_read(put, limit, pixels):
    limit(pixels=SIDE * SIDE)
    assert np.array_equal(inputs.read(put("a.png", saved(pixels, "png"))).pixels, pixels)


def test_too_many_pictures_are_refused_with_both_numbers_and_the_command(put, limit, pixels):
    limit(pictures=2)
    path = put("a.png", saved(pixels, "png"))
    assert [name for name, _ in inputs.read_all([path] * 2)] == ["a.png"] * 2
    with pytest.raises(ValueError, match=r"3 pictures at once.* up to 2\..* python -m n2n denoise FOLDER"):
        inputs.read_all([path] * 3)


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
def test_a_jpeg_is_read_as_pillow_reads_it(put, pixels, mode):
    data = saved(Image.fromarray(pixels).convert(mode), "jpeg")
    expected = Image.open(io.BytesIO(data)).convert("RGB" if mode == "CMYK" else mode)
    assert np.array_equal(whole(inputs.read(put("a.jpg", data))), expected)


def test_a_palette_with_transparency_becomes_colour_with_alpha(put, pixels):
    data = saved(Image.fromarray(pixels).convert("P"), "png", transparency=3)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    assert np.array_equal(whole(inputs.read(put("a.png", data))), expected)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_of_an_animation_the_first_frame_is_read_with_a_note(put, kind):
    picture = inputs.read(put(f"a.{kind}", animation(kind)))
    assert picture.pixels.shape == (7, 5, 3) and abs(int(picture.pixels.max()) - 10) <= 1
    assert picture.notes[-1] == "only the first of 3 frames is used"


def test_of_a_stack_only_the_first_frame_is_unpacked_with_a_note(put):
    stack = np.random.default_rng(0).integers(0, 4096, (4, 20, 30), dtype=np.uint16)
    data = bytearray(tiff(stack, photometric="minisblack", metadata=None, compression="zlib"))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        data[file.pages[2].dataoffsets[0]] ^= 0xFF  # another frame is damaged: nobody looks at it
    picture = inputs.read(put("a.tif", bytes(data)))
    assert np.array_equal(picture.pixels[:, :, 0], stack[0])
    assert picture.notes == ("read as IYX: 4 frames of 30×20", "frame 1 of 4 is shown")


@pytest.mark.parametrize("name, write", [("a.png", imagecodecs.png_encode), ("a.tif", tiff)])
def test_16_bits_are_read_bit_for_bit(put, rng, name, write):
    deep = rng.integers(0, 65536, (20, 30), dtype=np.uint16)
    assert np.array_equal(whole(inputs.read(put(name, write(deep)))), deep)


def test_a_picture_of_one_pixel_is_read(put):
    assert inputs.read(put("a.png", saved(np.full((1, 1), 7, np.uint8), "png"))).pixels.tolist() == [[[7]]]


def test_a_picture_that_its_exif_turns_is_upright(put, pixels):
    exif = Image.Exif()
    exif[274] = 6
    data = saved(pixels[:40], "jpeg", exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(whole(inputs.read(put("a.jpg", data))), upright)


REFUSED = {
    "a PNG that breaks off": ("a.png", saved(np.eye(99, dtype=np.uint8), "png")[:80], "damaged"),
    "a JPEG that breaks off": ("a.jpg", saved(np.eye(99, dtype=np.uint8), "jpeg")[:400], "damaged"),
    "a GIF that breaks off": ("a.gif", animation("gif")[:40], "damaged"),
    "a WebP that breaks off": ("a.webp", animation("webp")[:60], "damaged"),
    "text": ("a.png", b"hello", "not a picture"),
    "an empty file": ("a.png", b"", "not a picture"),
    "NaN": ("a.tif", tiff(np.full((9, 9), np.nan, np.float32)), "NaN or infinite; replace"),
    "complex numbers": ("a.tif", tiff(np.zeros((9, 9), np.complex64)), "not a picture"),
    "PostScript": ("a.png", saved(np.zeros((9, 9), np.uint8), "eps"), "not a picture"),
    "a header that lies": ("a.ppm", b"P6\n3S 20\n255\n" + bytes(99), "damaged"),
}


@pytest.mark.parametrize("name, data, told", REFUSED.values(), ids=REFUSED)
def test_what_is_no_whole_picture_is_refused_in_one_sentence(put, name, data, told):
    with pytest.raises(ValueError, match=told) as problem:
        inputs.read(put(name, data))
    assert f"'{name}'" in str(problem.value) and "\n" not in str(problem.value)


@pytest.mark.filterwarnings("ignore")  # Pillow warns, and is not what refuses
def test_a_picture_bomb_is_refused_before_it_is_unpacked(put):
    data = bomb(20_000)
    with pytest.raises(ValueError, match=r"'a\.png' has 400\.0 megapixels"):
        inputs.read(put("a.png", data))
    assert len(data) < 300_000


@pytest.mark.parametrize("name", ["missing.png", "."])
def test_a_path_without_a_file_is_an_error_with_its_path(tmp_path, name):
    with pytest.raises(OSError, match=str(tmp_path)):
        inputs.read(tmp_path / name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "bmp", "ppm", "avif"])
def test_wrong_bytes_are_read_and_can_be_written_again_or_are_refused_by_name(put, pixels, limit, kind):
    limit(pixels=10_000)
    original, rng = saved(pixels[:9, :9], kind), np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(original)
        for place in rng.integers(2, min(len(data), 300), 4):
            data[place] = rng.integers(256)
        try:
            assert image.encode(inputs.read(put(f"a.{kind}", bytes(data))), ".png")
        except ValueError as problem:
            assert f"'a.{kind}'" in str(problem)


def test_exif_fields_of_a_wrong_type_are_left_out_of_what_is_written(put, pixels):
    resolution_in_words = struct.pack("<HHHI4sI", 1, 282, 2, 4, b"abc\0", 0)
    data = saved(pixels, "jpeg", exif=b"Exif\0\0II*\0\x08\0\0\0" + resolution_in_words)
    written = Image.open(io.BytesIO(image.encode(inputs.read(put("a.jpg", data)), ".jpg")))
    assert written.size == (SIDE, SIDE) and not written.getexif()


def test_the_profile_of_print_colours_does_not_go_with_the_rgb_made_of_them(put, pixels):
    profile = bytearray(200)
    profile[16:20] = b"CMYK"
    data = saved(Image.fromarray(pixels).convert("CMYK"), "jpeg", icc_profile=bytes(profile))
    assert Image.open(io.BytesIO(data)).info["icc_profile"] and inputs.read(put("a.jpg", data)).icc is None


# --- noise added, or clean pictures beside


def test_two_equal_pictures_are_given_different_noise(pixels):
    picture = Picture(pixels)
    (_, one), (_, other) = inputs.with_noise([("a", picture), ("b", picture)], parse("gaussian:25"), 3)
    assert torch.equal(one.target, other.target)
    assert abs(np.corrcoef((one.noisy - one.target).ravel(), (other.noisy - one.target).ravel())[0, 1]) < 0.05


def named(rng, *names):
    return [(name, Picture(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8))) for name in names]


def targets(noisy, clean):
    """The clean pictures that were found, as pixels; None where there is none."""
    found = [case.target for _, case in inputs.with_clean(noisy, clean)]
    return [None if target is None else (target[0].permute(1, 2, 0) * 255).round().numpy() for target in found]


def test_clean_pictures_are_found_by_name_whatever_the_order_and_format(rng):
    noisy, clean = named(rng, "a.png", "b.png"), named(rng, "b.tif", "a.jpg")
    assert np.array_equal(targets(noisy, clean), [clean[1][1].pixels, clean[0][1].pixels])


def test_clean_pictures_of_other_names_are_taken_in_order(rng):
    noisy, clean = named(rng, "a.png", "b.png"), named(rng, "x.png", "y.png")
    assert np.array_equal(targets(noisy, clean), [picture.pixels for _, picture in clean])


def test_a_picture_whose_clean_one_is_missing_has_no_target(rng):
    found = targets(named(rng, "a.png", "b.png"), named(rng, "b.png"))
    assert found[0] is None and found[1] is not None


def test_without_clean_pictures_there_are_no_targets(rng):
    assert targets(named(rng, "a.png", "b.png"), []) == [None, None]


def test_clean_pictures_of_other_names_and_number_are_refused_with_both_numbers(rng):
    with pytest.raises(ValueError, match="1 clean pictures for 2 noisy ones"):
        targets(named(rng, "a.png", "b.png"), named(rng, "x.png"))


# --- which weights


def test_automatic_takes_the_weights_whose_header_names_this_noise():
    chosen, model = denoising.choose(Options(), "gaussian", GREY)
    assert model.header.noise.startswith("gaussian:") and chosen.name in weights.shipped()


def test_automatic_takes_the_courses_weights_for_the_courses_noise():
    assert denoising.choose(Options(), "pixelate", GREY)[0].name.startswith("course")


@pytest.mark.parametrize("noise", noises.SLIDERS)
def test_automatic_takes_what_is_recommended(noise):
    noisy = torch.rand(1, 3, 64, 64)
    chosen, _ = denoising.choose(Options(AUTOMATIC), noise, noisy)
    assert chosen == choice.recommended(noisy, noise, weights.headers())
    assert chosen.name == choice.suited(noise, weights.headers())


@pytest.mark.parametrize("sigma", [0, 3, 12, 40, 120])
def test_what_automatic_takes_for_noise_of_no_known_kind_has_no_better_one_to_be_told_of(rng, sigma):
    noisy = torch.from_numpy(rng.normal(0.5, sigma / 255, (1, 3, 96, 96)).astype(np.float32))
    chosen, model = denoising.choose(Options(AUTOMATIC), None, noisy)
    told = choice.warning(noisy, model.header, weights.headers())
    assert chosen.name in choice.GENERAL and (told is None or "“" not in told)


def test_weights_that_were_asked_for_are_taken(pixels):
    chosen, model = denoising.choose(Options("course"), "gaussian", GREY)
    assert chosen.name == "course" and not chosen.why and model.header == Noise2Noise.load("course").header


@pytest.mark.parametrize("file", [None, "gone.safetensors"])
def test_a_model_of_ones_own_that_is_not_there_is_refused_with_the_way_out(tmp_path, file):
    with pytest.raises(ValueError, match="train one in the second tab"):
        denoising.choose(Options(TRAINED, file and tmp_path / file), "gaussian", GREY)


def test_a_model_of_ones_own_is_used(tmp_path):
    model = Noise2Noise(UNetConfig(width=6), "cpu")
    model.save(tmp_path / "model.safetensors")
    chosen, found = denoising.choose(Options(TRAINED, tmp_path / "model.safetensors"), None, GREY)
    assert chosen.name == "your model" and not chosen.why and found.net.config.width == 6


@pytest.mark.parametrize("name", ["none such", "model.safetensors"])
def test_weights_that_are_not_shipped_are_refused_even_where_there_is_such_a_file(tmp_path, name):
    Noise2Noise(UNetConfig(width=6), "cpu").save(tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"there are no weights.*allowed: automatic, course"):
        denoising.choose(Options(str(tmp_path / name)), None, GREY)


# --- what is shown


@pytest.mark.parametrize("noise", ["gaussian:25", "poisson:30", "pixelate:2"])
def test_the_psnr_of_a_panel_is_that_of_its_file(run, pixels, noise):
    outcome = run([("a.png", Picture(pixels))], noise, baselines=("blur",))
    _, target = shown(outcome, "target")
    for role in ("noisy", "denoised", "blur"):
        panel, seen = shown(outcome, role)
        assert panel["psnr"] == pytest.approx(peak_signal_noise_ratio(target, seen), abs=0.005)


@pytest.mark.parametrize("most, white", [(255, 255), (900, 1023), (4095, 4095), (65_000, 65_535)])
def test_psnr_and_ssim_are_those_of_the_downloaded_file(run, photo, rng, most, white):
    clean = np.round(photo[:SIDE, 100 : 100 + SIDE] / 255 * most)
    dtype = np.uint8 if most == 255 else np.uint16
    noisy = np.clip(clean + rng.normal(0, most / 50, clean.shape), 0, most).round().astype(dtype)
    brought = [("a.png", Picture(noisy))], None, [("a.png", Picture(clean.astype(dtype)))]
    outcome = run(*brought, weights="gaussian-small", baselines=("blur",))
    file, panel = imagecodecs.imread(outcome.files[0]), shown(outcome, "denoised")[0]
    for psnr, ssim, pixels in ((panel["psnr"], panel["ssim"], file), (*outcome.table[0][2:6:2], noisy)):
        assert psnr == pytest.approx(peak_signal_noise_ratio(clean, pixels, data_range=white), abs=0.005)
        likeness = {"gaussian_weights": True, "use_sample_covariance": False, "channel_axis": 2, "data_range": white}
        assert ssim == pytest.approx(structural_similarity(clean, pixels.astype(float), **likeness), abs=1e-4)
    assert outcome.table[0][7] == str(white) and (f"white at {white:,}" in panel["note"]) is (most > 255)


@pytest.mark.parametrize("noise", ["gaussian:0", "impulse:0"])
def test_a_noisy_picture_that_is_the_target_is_called_identical_and_no_gain_is_told(run, pixels, noise):
    outcome = run([("a.png", Picture(pixels))], noise)
    noisy, denoised = (shown(outcome, role)[0] for role in ("noisy", "denoised"))
    assert (noisy["psnr"], noisy["psnr_text"]) == (None, "identical") and "worse than before" in denoised["note"]
    assert outcome.table[0][2] == "identical" and "100.0" not in outcome.files[-1].read_text()
    assert ",identical," in outcome.files[-1].read_text() and "identical" in html.table(COLUMNS, outcome.table)


def test_a_result_that_is_worse_than_the_noisy_picture_says_so_under_it(run, pixels):
    assert (
        "worse than before"
        in shown(run([("a.png", Picture(pixels))], "gaussian:1", weights="course"), "denoised")[0]["note"]
    )
    assert shown(run([("a.png", Picture(pixels))], "gaussian:25"), "denoised")[0]["note"] == ""


def test_the_noisy_panel_and_the_target_are_what_was_denoised(run, pixels):
    outcome = run([("a.png", Picture(pixels))])
    noisy = inputs.with_noise([("a.png", Picture(pixels))], parse("gaussian:25"), 0)[0][1].noisy
    assert np.array_equal(shown(outcome, "target")[1], pixels)
    assert np.array_equal(shown(outcome, "noisy")[1], (noisy[0].permute(1, 2, 0) * 255).clip(0, 255).round())


@pytest.mark.parametrize("asked", [{}, {"ensemble": True}, {"strength": 0.5}])
def test_the_denoised_panel_is_the_models_prediction(run, pixels, asked):
    outcome = run([("a.png", Picture(pixels))], **asked)
    noisy = inputs.with_noise([("a.png", Picture(pixels))], parse("gaussian:25"), 0)[0][1].noisy
    expected = Noise2Noise.load("gaussian").predict(noisy, data_range=1, **asked)[0].permute(1, 2, 0) * 255
    assert np.abs(shown(outcome, "denoised")[1] - expected.clip(0, 255).numpy()).max() < 0.51


def test_no_strength_leaves_the_noisy_picture(run, pixels):
    outcome = run([("a.png", Picture(pixels))], strength=0.0)
    assert np.array_equal(shown(outcome, "denoised")[1], shown(outcome, "noisy")[1])


def test_a_noisy_picture_without_a_clean_one_has_no_psnr_and_no_target(run, pixels):
    outcome = run([("a.png", Picture(pixels))], None)
    assert [panel["role"] for panel in outcome.rows[0]["panels"]] == ["noisy", "denoised"]
    assert shown(outcome, "denoised")[0]["psnr"] is None and outcome.table[0][2:6] == (None,) * 4


def test_maps_add_the_error_and_what_was_removed(run, pixels):
    outcome = run([("a.png", Picture(pixels))], maps=True)
    assert [panel["role"] for panel in outcome.rows[0]["panels"]][3:] == ["error", "residual"]
    before, after = (shown(outcome, role)[1].astype(float) for role in ("noisy", "denoised"))
    for role, values, colours in (
        ("error", np.abs(after - pixels).mean(axis=2), "inferno"),
        ("residual", (before - after).mean(axis=2), "RdBu_r"),
    ):
        panel, seen = shown(outcome, role)
        low, end = (float(panel["scale"]["ticks"][place].replace("−", "-")) for place in (0, 2))
        expected = colormaps[colours](np.clip((values - low) / (end - low), 0, 1), bytes=True)[..., :3]
        assert np.abs(seen.astype(int) - expected).max() <= 4 and "of 255" in panel["scale"]["unit"]


def test_without_a_clean_picture_maps_add_what_was_removed_alone(run, pixels):
    outcome = run([("a.png", Picture(pixels))], None, maps=True)
    assert [panel["role"] for panel in outcome.rows[0]["panels"]] == ["noisy", "denoised", "residual"]


def test_a_flat_picture_is_shown_with_more_contrast_and_measured_as_it_is(run, pixels):
    outcome = run([("a.tif", Picture(pixels.astype(np.uint16) * 3 + 1000))], "gaussian:1")
    panel, seen = shown(outcome, "denoised")
    stretched = opened(panel["stretched"])
    assert np.ptp(stretched) > 250 > 110 > np.ptp(seen) and "not changed" in outcome.rows[0]["said"]
    assert np.corrcoef(seen.ravel(), stretched.ravel())[0, 1] > 0.98 and panel["psnr"] == outcome.table[0][3]


def test_a_picture_from_black_to_white_is_shown_as_it_is(run, pixels):
    outcome = run([("a.png", Picture(pixels))])
    assert not any(panel["stretched"] for panel in outcome.rows[0]["panels"]) and not outcome.rows[0]["said"]


def test_a_draft_is_small_and_leaves_no_files(tmp_path):
    drafted = denoising.fulfil(Order(sample="portrait", noise="gaussian", level=25.0, draft=True), tmp_path)
    panel, seen = shown(drafted, "noisy")
    assert seen.shape[0] * seen.shape[1] <= denoising.DRAFT_PIXELS and drafted.files == []
    assert panel["psnr"] == pytest.approx(20.5, abs=1) and (panel["width"], panel["height"]) == seen.shape[1::-1]


def test_classical_methods_are_in_the_panels_and_in_the_table(run, pixels):
    outcome = run([("a.png", Picture(pixels))], baselines=tuple(baselines.BASELINES))
    assert [panel["role"] for panel in outcome.rows[0]["panels"]][3:] == list(baselines.BASELINES)
    assert [line[1] for line in outcome.table] == ["gaussian", *baselines.BASELINES]
    assert [line[3] for line in outcome.table[1:]] == [shown(outcome, role)[0]["psnr"] for role in baselines.BASELINES]


def test_a_large_picture_is_shown_smaller_with_a_word_and_downloaded_whole(run, pixels, limit):
    limit(shown_pixels=1000)
    outcome = run([("a.png", Picture(pixels))])
    panel, seen = shown(outcome, "denoised")
    assert seen.shape[:2] == (panel["height"], panel["width"]) == (31, 31) and "shown smaller" in panel["note"]
    assert imagecodecs.imread(outcome.files[0]).shape == (SIDE, SIDE, 3)


@pytest.mark.parametrize("height, width, channels", [(1, 1, 3), (1, 40, 1), (SIDE, 30, 1)])
def test_lines_dots_and_grey_pictures_are_denoised(run, rng, height, width, channels):
    outcome = run([("a.png", Picture(rng.integers(0, 256, (height, width, channels), dtype=np.uint8)))], None)
    assert shown(outcome, "denoised")[1].shape == (height, width) + (3,) * (channels == 3)


# --- what is said


@pytest.mark.parametrize(
    "weights, noise, told", [("course", "gaussian:25", "pixelate"), ("gaussian", "poisson:30", "gaussian")]
)
def test_weights_that_learnt_another_noise_are_told(run, pixels, weights, noise, told):
    outcome = run([("a.png", Picture(pixels))], noise, weights=weights)
    kind = noise.split(":")[0]
    assert any(f"“{weights}” learnt {told} noise, this is {kind} noise" in note for note in outcome.notes)


@pytest.mark.parametrize("weights, noise", [("gaussian", "gaussian:25"), ("course", "pixelate:8"), ("course", None)])
def test_weights_that_fit_or_may_fit_need_no_word(run, pixels, weights, noise):
    assert run([("a.png", Picture(pixels))], noise, weights=weights).notes == []


def test_noise_outside_what_was_learnt_is_told_with_the_picture_where_there_are_several(run, pixels):
    outcome = run([("a.png", Picture(pixels)), ("b.png", Picture(pixels))], "gaussian:90")
    assert [note.split(":")[0] for note in outcome.notes] == ["a.png", "b.png"]
    assert all("more than the σ 0 to 50" in note for note in outcome.notes)


def test_what_was_noticed_on_reading_is_told_with_the_picture(run, pixels):
    assert run([("a.png", Picture(pixels, notes=("a note",)))]).notes == ["a.png: a note"]


def test_markup_in_a_name_stays_text(run, pixels):
    name = "<img src=x onerror=y>.png"
    outcome = run([(name, Picture(pixels, notes=("a note",)))])
    page = html.table(COLUMNS, outcome.table) + html.notes(outcome.notes)
    assert "<img" not in page and page.count("&lt;img src=x onerror=y&gt;.png") == 2
    assert outcome.files[0].name == name


# --- what is downloaded


@pytest.mark.parametrize("name", ["a.png", "b.tif", "C.TIFF"])
def test_a_download_keeps_16_bits_size_and_name_and_is_denoised(run, rng, name):
    deep = (40_000 + 3000 * rng.standard_normal((SIDE, 50, 3))).astype(np.uint16)
    outcome = run([(name, Picture(deep))], None)
    found = imagecodecs.imread(outcome.files[0])
    assert outcome.files[0].name == name and (found.dtype, found.shape) == (np.uint16, deep.shape)
    assert found[5:-5, 5:-5].std() < 0.5 * deep.std() and found.mean() == pytest.approx(deep.mean(), rel=0.02)


def test_a_download_keeps_alpha(run, rng, pixels):
    alpha = rng.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    outcome = run([("a.png", Picture(pixels, alpha))])
    assert np.array_equal(imagecodecs.imread(outcome.files[0])[:, :, 3], alpha)


@pytest.mark.parametrize("name, dtype", [("a.gif", np.uint8), ("a", np.uint8), ("a.jpg", np.uint16)])
def test_what_cannot_be_written_in_its_own_format_becomes_a_png(run, rng, name, dtype):
    outcome = run([(name, Picture(rng.integers(0, 256, (20, 30, 3), dtype=dtype)))], None)
    assert outcome.files[0].name == "a.png" and outcome.files[0].read_bytes().startswith(b"\x89PNG")


def test_uploads_of_one_name_are_all_there(run, pixels):
    outcome = run([("a.png", Picture(np.roll(pixels, turn, axis=0))) for turn in (0, 9, 18)])
    *files, _ = outcome.files
    assert [path.name for path in files] == ["a.png", "a_.png", "a__.png"]
    sources = {shown(outcome, "denoised", place)[0]["src"] for place in range(3)}
    assert len({path.read_bytes() for path in files}) == len(sources) == 3


def test_the_csv_has_a_line_for_each_picture_and_method_and_the_means(run, pixels):
    brought = [(f"é,{turn}.png", Picture(np.roll(pixels, turn, axis=0))) for turn in (0, 9)]
    outcome = run(brought, baselines=("blur",))
    head, *lines = csv.reader(io.StringIO(outcome.files[-1].read_text(encoding="utf-8")))
    expected = [[name, method] for name in (brought[0][0], brought[1][0], "mean") for method in ("gaussian", "blur")]
    assert tuple(head) == COLUMNS and [line[:2] for line in lines] == expected
    assert float(lines[4][3]) == pytest.approx((float(lines[0][3]) + float(lines[2][3])) / 2, abs=1e-4)


def test_figures_nobody_knows_are_empty_in_the_csv(run, pixels):
    outcome = run([("a.png", Picture(pixels))], None)
    _, line = csv.reader(io.StringIO(outcome.files[-1].read_text(encoding="utf-8")))
    assert line[2:6] == [""] * 4 and float(line[6]) >= 0


def test_a_mean_leaves_out_what_is_not_known():
    table = [("a", "m", 1.0, None, None, None, 2.0, "255"), ("b", "m", 3.0, 5.0, None, None, 4.0, "255")]
    assert measurements.means(table) == [("mean", "m", 2.0, 5.0, None, None, 3.0, None)]


def test_one_picture_has_no_mean():
    assert measurements.means([("a", "m", 1.0, 2.0, None, None, 3.0, "255")]) == []


# --- shots that were learnt from


def shots(clean, rng, count, sigma=20):
    """Noisy shots of a picture, in its own type."""
    most = 255 if clean.dtype == np.uint8 else 4095
    return [
        np.clip(clean + rng.normal(0, sigma / 255 * most, clean.shape), 0, most).astype(clean.dtype)
        for _ in range(count)
    ]


@pytest.fixture
def learnt(tmp_path, pixels):
    """Orders the shots of some files, with the weights for Gaussian noise in place of one's own model."""
    (tmp_path / "out").mkdir(exist_ok=True)

    def learnt(*files, hold_out=0.25):
        order = Order(pairs=LearntData(files, hold_out, 0), options=Options("gaussian"))
        return denoising.fulfil(order, tmp_path / "out")

    return learnt


def test_one_s_own_two_shots_are_opened_whole_with_a_gain_that_the_second_tells(learnt, tmp_path, photo, rng):
    both = shots(photo[:128, 100:], rng, 2)
    for place, shot in enumerate(both, start=1):
        Image.fromarray(shot).save(tmp_path / f"cat_{place}.png")
    outcome = learnt(tmp_path / "cat_1.png", tmp_path / "cat_2.png")
    (noisy, seen), (denoised, _) = shown(outcome, "noisy"), shown(outcome, "denoised")
    assert np.array_equal(seen, both[0]) and [each["role"] for each in outcome.rows[0]["panels"]] == [
        "noisy",
        "denoised",
    ]
    held = slice(-39, None)  # a quarter of 156 columns
    file = imagecodecs.imread(outcome.files[0])
    truth = [peak_signal_noise_ratio(photo[:128, 100:][:, held], each[:, held]) for each in (both[0], file)]
    assert [noisy["psnr"], denoised["psnr"]] == pytest.approx(truth, abs=0.5)
    assert denoised["psnr_text"].startswith("≈") and "estimated from the second shot" in denoised["note"]
    gain = denoised["psnr"] - noisy["psnr"]
    assert f"≈ {gain:+.1f} dB, estimated from the second shot" in outcome.notes[0]
    assert f"about {10 ** (gain / 10):.1f} exposures" in outcome.notes[0]
    assert outcome.table[0][1] == "gaussian, estimated"


def test_where_clean_pictures_were_brought_one_s_own_shots_are_measured_against_them(learnt, tmp_path, photo, rng):
    clean = np.stack([photo[:64, left : left + 64].transpose(2, 0, 1) for left in (0, 64, 128, 192)])
    source, target = (np.stack([shots(each, rng, 1)[0] for each in clean]) for _ in range(2))
    np.savez(tmp_path / "shots.npz", source=source, target=target, clean=clean)
    outcome = learnt(tmp_path / "shots.npz")
    assert [panel["role"] for panel in outcome.rows[0]["panels"]] == ["noisy", "denoised", "target"]
    assert len(outcome.rows) == 4 and outcome.files[0].name.startswith("scene_")
    panel, seen = shown(outcome, "denoised")
    assert panel["psnr"] == pytest.approx(peak_signal_noise_ratio(shown(outcome, "target")[1], seen), abs=0.005)
    assert "dB, against the clean pictures" in outcome.notes[0] and "≈" not in outcome.notes[0]


def test_what_was_held_out_comes_first_and_of_what_was_learnt_no_gain_is_told(learnt, tmp_path, photo, rng):
    scenes = [photo[:64, left : left + 64, :1].transpose(2, 0, 1).astype(np.float32) / 255 for left in (0, 64, 128)]
    source, target = (np.stack([each + rng.normal(0, 0.1, each.shape) for each in scenes]) for _ in range(2))
    np.savez(tmp_path / "shots.npz", source=source, target=target)
    data = reader.read(tmp_path / "shots.npz")
    _, held = data.hold_out(0.3, 0)
    outcome = learnt(tmp_path / "shots.npz", hold_out=0.3)
    assert outcome.rows[0]["name"] == f"scene_{held.scenes[0].name}.png" and len(outcome.rows) == 3
    assert [shown(outcome, "denoised", place)[0]["psnr"] is None for place in range(3)] == [False, True, True]
    assert sum("learnt from this scene" in note for note in outcome.notes) == 2
    assert imagecodecs.imread(outcome.files[0]).dtype == np.float64 and outcome.files[0].suffix == ".tif"


def test_of_shots_larger_than_the_page_takes_a_part_is_opened(learnt, tmp_path, photo, rng, limit):
    limit(pixels=10_000)
    clean = photo[:128, 100:].astype(np.uint16) * 16
    tifffile.imwrite(tmp_path / "stack.tif", np.stack(shots(clean, rng, 3)), photometric="rgb")
    outcome = learnt(tmp_path / "stack.tif")
    file = imagecodecs.imread(outcome.files[0])
    assert file.shape == (100, 100, 3) and file.dtype == np.uint16 and file.max() > 255
    assert shown(outcome, "denoised")[0]["psnr"] > shown(outcome, "noisy")[0]["psnr"] + 3
    assert any("only the last 100×100 pixels" in note for note in outcome.notes)


@pytest.mark.parametrize("key", [key for key in samples.SAMPLES if samples.is_noisy(key)])
def test_a_sample_with_real_noise_gets_none_on_top_and_is_measured_by_its_second_shot(key, tmp_path):
    outcome = denoising.fulfil(Order(sample=key, noise="gaussian", level=50.0), tmp_path)
    noisy, denoised = outcome.rows[0]["panels"]
    assert noisy["psnr_text"].startswith("≈") and denoised["psnr"] > noisy["psnr"] + 0.5
    first, second = (np.asarray(Image.open(file)).astype(float) for file in samples.SAMPLES[key][1::2])
    half_of_the_difference = np.mean((first - second) ** 2) / 2  # the noise, whose mean power both shots share
    assert noisy["psnr"] == pytest.approx(10 * np.log10(255**2 / half_of_the_difference), abs=0.15)
