"""Pictures in and out of files, against files that Pillow, tifffile and imagecodecs write and read."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
import torch
from PIL import Image, ImageCms, ImageOps

from n2n.files.atomic import write_bytes
from n2n.files.image import Picture, decode, encode, read, turned, turned_back, write

DEPTHS = [np.uint8, np.uint16]


def noise(*shape, dtype=np.uint8):
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def saved(image, kind, **options):
    """The bytes of a file by Pillow."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def tiff(array, **options):
    """The bytes of a file by tifffile."""
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def whole(picture):
    """Pixels and alpha together, as the libraries hold them."""
    parts = [picture.pixels] if picture.alpha is None else [picture.pixels, picture.alpha]
    return np.dstack(parts).squeeze()


def split(array):
    """A picture of (H, W, 1…4)."""
    colours = 3 if array.shape[2] >= 3 else 1
    return Picture(array[:, :, :colours], array[:, :, colours] if array.shape[2] > colours else None)


def icc_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def bomb(side):
    """A PNG whose header claims side × side pixels, of a few hundred bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_png_of_another_program_is_read_bit_for_bit(channels, dtype):
    array = noise(7, 5, channels, dtype=dtype)
    assert np.array_equal(whole(decode(imagecodecs.png_encode(array.squeeze()), "a.png")[0]), array.squeeze())


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
@pytest.mark.parametrize("order", "<>")
def test_a_tiff_of_another_program_is_read_bit_for_bit(channels, dtype, compression, order):
    array = noise(7, 5, channels, dtype=dtype).squeeze()
    file = tiff(array, compression=compression, byteorder=order, photometric="minisblack" if channels == 1 else "rgb")
    assert np.array_equal(whole(decode(file, "a.tif")[0]), array)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_another_program_reads_our_png_bit_for_bit(channels, dtype):
    array = noise(7, 5, channels, dtype=dtype)
    assert np.array_equal(imagecodecs.png_decode(encode(split(array), ".png")), array.squeeze())


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_another_program_reads_our_tiff_bit_for_bit(channels, dtype):
    array = noise(7, 5, channels, dtype=dtype)
    assert np.array_equal(tifffile.imread(io.BytesIO(encode(split(array), ".tif"))), array.squeeze())


@pytest.mark.parametrize("suffix", [".webp", ".bmp"])
def test_webp_and_bmp_lose_nothing(suffix):
    array = noise(7, 5, 3)
    data = encode(Picture(array), suffix)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), array)
    assert np.array_equal(decode(data, f"a{suffix}")[0].pixels, array)


def test_a_webp_keeps_its_alpha():
    array = noise(7, 5, 4)
    array[..., 3] |= 1  # pixels of no alpha may lose their colour
    assert np.array_equal(whole(decode(encode(split(array), ".webp"), "a.webp")[0]), array)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_jpeg_is_read_as_pillow_reads_it(channels, photo):
    data = saved(Image.fromarray(photo[:, :, :channels].squeeze()), "jpeg")
    assert np.array_equal(whole(decode(data, "a.jpg")[0]), np.asarray(Image.open(io.BytesIO(data))))


def test_a_jpeg_that_we_write_differs_by_under_two_grey_levels(photo):
    written = np.asarray(Image.open(io.BytesIO(encode(Picture(photo), ".jpg"))))
    assert np.abs(written.astype(float) - photo).mean() < 2


def test_a_jpeg_keeps_the_colour_of_single_pixels():
    red = np.zeros((32, 32, 3), np.uint8)
    red[::2, ::2, 0] = 200
    written = np.asarray(Image.open(io.BytesIO(encode(Picture(red), ".jpg"))))
    assert written[::2, ::2, 0].mean() > 190


def test_alpha_is_left_out_where_the_format_has_none():
    array = noise(7, 5, 4)
    assert np.array_equal(decode(encode(split(array), ".bmp"), "a.bmp")[0].pixels, array[:, :, :3])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["png", "tiff", "webp"])
def test_an_exif_turn_is_applied_as_pillow_applies_it(orientation, kind):
    exif = Image.Exif()
    exif[274] = orientation
    data = saved(Image.fromarray(noise(3, 5, 3)), kind, exif=exif, **({"lossless": True} if kind == "webp" else {}))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(decode(data, "a")[0].pixels, np.asarray(expected))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_16_bit_png_is_turned_by_its_exif(orientation):
    eight = noise(3, 5, 3)
    exif = Image.Exif()
    exif[274] = orientation
    upright = Image.fromarray(eight)
    upright.getexif()[274] = orientation
    data = encode(Picture(eight.astype(np.uint16) * 257, exif=exif), ".png")
    assert np.array_equal(decode(data, "a.png")[0].pixels // 257, np.asarray(ImageOps.exif_transpose(upright)))


def test_a_turn_is_not_written_again():
    exif = Image.Exif()
    exif[274] = 6
    picture = decode(saved(Image.fromarray(noise(3, 5, 3)), "png", exif=exif), "a.png")[0]
    assert decode(encode(picture, ".png"), "b.png")[0].pixels.shape == (5, 3, 3)


@pytest.mark.parametrize(
    "dtype, suffix",
    [(np.uint8, s) for s in (".png", ".jpg", ".webp", ".tif")] + [(np.uint16, ".png"), (np.uint16, ".tif")],
)
def test_colour_profile_and_text_come_out_as_pillow_reads_them(dtype, suffix):
    exif = Image.Exif()
    exif[270], exif[271], exif[315] = "a cat", "a camera", "someone"
    source = decode(saved(Image.fromarray(noise(9, 9, 3)), "png", exif=exif, icc_profile=icc_profile()), "a.png")[0]
    data = encode(Picture(source.pixels.astype(dtype), None, source.exif, source.icc), suffix)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.info["icc_profile"] == icc_profile()
        assert [image.getexif()[tag] for tag in (270, 271, 315)] == ["a cat", "a camera", "someone"]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_text_beyond_ascii_comes_through_byte_for_byte(suffix):
    exif = Image.Exif()
    exif[270], exif[33432] = "Zürich".encode(), "© Åsa".encode()
    source = decode(saved(Image.fromarray(noise(9, 9, 3)), "jpeg", exif=exif), "a.jpg")[0]
    written = Image.open(io.BytesIO(encode(source, suffix))).getexif()
    assert [written[tag].encode("latin-1").decode() for tag in (270, 33432)] == ["Zürich", "© Åsa"]


def test_exposure_data_is_kept_in_a_jpeg():
    exif = Image.Exif()
    exif[0x8769] = {33434: 0.01, 36867: "2020:01:01 00:00:00"}
    source = decode(saved(Image.fromarray(noise(9, 9, 3)), "jpeg", exif=exif), "a.jpg")[0]
    written = Image.open(io.BytesIO(encode(source, ".jpg"))).getexif().get_ifd(0x8769)
    assert (written[33434], written[36867]) == (0.01, "2020:01:01 00:00:00")


@pytest.mark.parametrize("mode, kind", [("P", "png"), ("CMYK", "jpeg"), ("CMYK", "tiff"), ("P", "bmp"), ("P", "tiff")])
def test_palettes_and_print_colours_become_rgb(mode, kind):
    data = saved(Image.fromarray(noise(7, 5, 3)).convert(mode), kind)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert np.array_equal(decode(data, "a")[0].pixels, expected)


def test_a_palette_with_a_transparent_colour_becomes_rgb_and_alpha():
    data = saved(Image.fromarray(noise(7, 5)).convert("P"), "png", transparency=3)
    assert np.array_equal(whole(decode(data, "a")[0]), np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")))


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff"])
def test_one_bit_becomes_black_and_white(kind):
    bits = noise(7, 5) > 127
    assert np.array_equal(whole(decode(saved(Image.fromarray(bits), kind), "a")[0]), bits * np.uint8(255))


def test_a_tiff_of_four_bits_reaches_white():
    four = noise(7, 6) >> 4
    picture = decode(tiff(four, photometric="minisblack", bitspersample=4), "a.tif")[0]
    assert np.array_equal(whole(picture), four * 17)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_a_tiff_whose_white_is_zero_is_not_read_as_a_negative(dtype):
    array = noise(7, 5, dtype=dtype)
    picture = decode(tiff(np.iinfo(dtype).max - array, photometric="miniswhite"), "a.tif")[0]
    assert np.array_equal(whole(picture), array)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("frames", [1, 4])
def test_a_tiff_with_its_colours_one_after_the_other_is_a_colour_picture(dtype, frames):
    array = noise(frames, 7, 5, 3, dtype=dtype)
    found = decode(tiff(array.transpose(0, 3, 1, 2), photometric="rgb", planarconfig="separate"), "a.tif")
    assert np.array_equal([picture.pixels for picture in found], array)


@pytest.mark.parametrize("shape", [(4, 7, 5), (4, 7, 5, 3)])
def test_a_tiff_of_several_pages_gives_all_of_them(shape):
    array = noise(*shape)
    found = decode(tiff(array, photometric="minisblack" if len(shape) == 3 else "rgb"), "a.tif")
    assert np.array_equal([whole(picture) for picture in found], array)


def test_reading_a_tiff_of_several_pages_as_one_picture_is_noted(tmp_path):
    array = noise(4, 7, 5)
    tifffile.imwrite(tmp_path / "a.tif", array, photometric="minisblack")
    picture = read(tmp_path / "a.tif")
    assert np.array_equal(whole(picture), array[0])
    assert picture.notes == ("only the first of 4 frames is used",)


@pytest.mark.parametrize("kind", ["webp", "png", "gif"])
def test_of_an_animation_the_first_frame_is_used_with_a_note(kind):
    frames = [Image.fromarray(np.full((7, 5, 3), level, np.uint8)) for level in (0, 128, 255)]
    picture = decode(saved(frames[0], kind, save_all=True, append_images=frames[1:]), "a")[0]
    assert not picture.pixels.any()
    assert picture.notes[-1] == "only the first of 3 frames is used"


def test_a_single_frame_has_no_note():
    assert decode(saved(Image.fromarray(noise(7, 5, 3)), "png"), "a.png")[0].notes == ()


@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg/>", b"%PDF-1.7", bytes(100)])
def test_what_is_no_picture_is_refused_by_name(data):
    with pytest.raises(ValueError, match=r"'a.png' is not a picture that can be read; allowed: PNG, JPEG"):
        decode(data, "a.png")


@pytest.mark.parametrize(
    "dtype, kind", [(np.uint8, kind) for kind in ("png", "jpeg", "webp", "bmp")] + [(np.uint16, "png")]
)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_picture_that_breaks_off_is_refused_by_name(dtype, kind, part):
    array = noise(40, 50, 3, dtype=dtype)
    data = imagecodecs.png_encode(array) if dtype == np.uint16 else saved(Image.fromarray(array), kind)
    with pytest.raises(ValueError, match="'a' is damaged or incomplete"):
        decode(data[: int(part * len(data))], "a")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
@pytest.mark.parametrize("part", [0.001, 0.002, 0.01, 0.5, 0.99])
def test_a_tiff_that_breaks_off_is_refused_by_name(compression, part):
    data = tiff(noise(40, 50, 3), compression=compression)
    with pytest.raises(ValueError, match=r"'a.tif' is (damaged or incomplete|not a picture)"):
        decode(data[: int(part * len(data))], "a.tif")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(40))
def test_a_tiff_with_wrong_bytes_is_read_or_refused_by_name(seed):
    data, rng = bytearray(tiff(noise(20, 30, 3))), np.random.default_rng(seed)
    for _ in range(5):
        data[rng.integers(8, 272)] = rng.integers(256)
    try:
        assert decode(bytes(data), "a.tif")
    except ValueError as error:
        assert "'a.tif'" in str(error)


@pytest.mark.filterwarnings("ignore")  # Pillow warns, and is not what refuses
@pytest.mark.parametrize("side", [15_000, 20_000, 60_000])
def test_a_picture_bomb_is_refused_before_it_is_unpacked(side):
    with pytest.raises(ValueError, match=r"'a.png'.* at most 200 megapixels|'a.png' has more than 200 megapixels"):
        decode(bomb(side), "a.png")


def test_a_bomb_is_refused_as_tiff_too():
    side = 20_000
    data = tiff(iter([b"x"]), shape=(side, side), dtype=np.uint8, tile=(side, side), compression="zlib")
    with pytest.raises(ValueError, match=r"'a.tif' is 20000×20000 pixels; at most 200 megapixels"):
        decode(data, "a.tif")


def test_pixels_that_are_no_numbers_of_a_picture_are_refused():
    with pytest.raises(ValueError, match=r"'a\.tif' is not a picture that can be read"):
        decode(tiff(np.zeros((7, 5), np.complex64)), "a.tif")


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".bmp"])
def test_16_bits_are_not_cut_down_silently(suffix):
    with pytest.raises(ValueError, match=f"cannot write '{suffix}' with 16 bits; allowed: .png, .tif, .tiff"):
        encode(Picture(noise(7, 5, 3, dtype=np.uint16)), suffix)


@pytest.mark.parametrize("suffix", ["", ".gif", ".txt"])
def test_an_unknown_suffix_is_refused_with_those_that_are_known(suffix):
    with pytest.raises(ValueError, match=r"allowed: \.png, \.jpg, \.jpeg, \.webp, \.bmp, \.tif, \.tiff"):
        encode(Picture(noise(7, 5, 3)), suffix)


def test_a_suffix_in_capitals_is_known(tmp_path):
    write(tmp_path / "A.PNG", Picture(noise(7, 5, 3)))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "A.PNG")), noise(7, 5, 3))


def test_a_picture_that_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    with pytest.raises(ValueError):
        write(path, Picture(noise(7, 5, 3, dtype=np.uint16)))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a.jpg": b"old"}


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path, full_disk):
    (tmp_path / "a.png").write_bytes(b"old")
    with full_disk, pytest.raises(OSError):
        write_bytes(tmp_path / "a.png", bytes(5000))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a.png": b"old"}


def test_writing_replaces_the_old_file_and_leaves_nothing_beside_it(tmp_path):
    (tmp_path / "a.png").write_bytes(b"old")
    write(tmp_path / "a.png", Picture(noise(7, 5, 3)))
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
    assert np.array_equal(read(tmp_path / "a.png").pixels, noise(7, 5, 3))


def test_the_eight_turns_are_the_eight_of_numpy():
    array = noise(3, 5)
    expected = {np.rot90(side, turn).tobytes() for side in (array, array.T) for turn in range(4)}
    assert {turned(torch.from_numpy(array), turn).contiguous().numpy().tobytes() for turn in range(8)} == expected
    assert len(expected) == 8


@pytest.mark.parametrize("turn", range(8))
def test_turning_back_undoes_a_turn(turn):
    picture = torch.rand(2, 3, 4, 5)
    assert torch.equal(turned_back(turned(picture, turn), turn), picture)


def test_a_palette_image_without_its_palette_is_refused_in_a_sentence():
    data = saved(Image.fromarray(np.zeros((8, 8), np.uint8)).convert("P"), "png")
    start = data.index(b"PLTE") - 4
    length = int.from_bytes(data[start : start + 4], "big")
    with pytest.raises(ValueError, match=r"'a\.png' is damaged"):
        decode(data[:start] + data[start + 12 + length :], "a.png")


def test_a_tiff_packed_by_a_codec_that_is_not_here_names_it():
    file = io.BytesIO()
    tifffile.imwrite(file, np.zeros((16, 16), np.uint8), metadata=None)
    data = bytearray(file.getvalue())
    with tifffile.TiffFile(io.BytesIO(data)) as opened:
        place = opened.pages[0].tags["Compression"].valueoffset
    data[place : place + 2] = (48124).to_bytes(2, "little")  # JetRaw
    with pytest.raises(ValueError, match=r"'a\.tif'.*JETRAW.*save it"):
        decode(bytes(data), "a.tif")


def test_frames_that_an_ome_tiff_only_tells_of_are_left_out_with_a_note(rng):
    frames = rng.integers(1, 255, (4, 20, 30), dtype=np.uint8)
    file = io.BytesIO()
    tifffile.imwrite(file, frames, ome=True, metadata={"axes": "TYX"}, photometric="minisblack")
    data = file.getvalue().replace(b'SizeT="4"', b'SizeT="6"').replace(b'PlaneCount="4"', b'PlaneCount="6"')
    pictures = decode(data, "a.ome.tif")
    assert np.array_equal([picture.pixels[:, :, 0] for picture in pictures], frames)
    assert "2 frames" in pictures[0].notes[0]


@pytest.mark.parametrize("shape", [(5000, 1, 3), (3000, 2, 1), (1, 4000, 1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_thin_pictures_of_noise_are_written_as_png(rng, shape, dtype):
    pixels = rng.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)
    assert np.array_equal(decode(encode(Picture(pixels), ".png"), "a.png")[0].pixels, pixels)


def test_the_size_is_checked_before_a_pixel_is_decoded():
    seen = []

    def refuse(width, height, name):
        seen.append((width, height, name))
        raise ValueError("too large")

    for kind in ("png", "jpeg", "webp", "gif", "bmp", "tiff"):
        data = bytearray(saved(Image.fromarray(np.zeros((40, 30), np.uint8)), kind))
        with pytest.raises(ValueError, match="too large"):
            decode(bytes(data), f"a.{kind}", check=refuse)
    assert {each[:2] for each in seen} == {(30, 40)}
