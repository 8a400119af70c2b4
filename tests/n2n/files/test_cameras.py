"""HEIC and camera raw, against files that libheif and tifffile write."""

import io
from contextlib import ExitStack

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from n2n.files import frame_files, image
from n2n.reading.reader import read

WHITE, BLACK = 4095, 256


def mosaic(height=64, width=96, seed=0):
    return np.random.default_rng(seed).integers(BLACK - 50, WHITE, (height, width), dtype=np.uint16)


def dng(array, turn=1, pattern=(0, 1, 1, 2), **more):
    """A raw file as a camera writes it: a colour filter array with the tags that DNG wants."""
    tags = [
        *((50706, "B", 4, (1, 4, 0, 0)), (50707, "B", 4, (1, 1, 0, 0)), (50708, "s", 0, "A Camera")),
        *((271, "s", 0, "A"), (272, "s", 0, "Camera"), (274, "H", 1, turn)),
        *((33421, "H", 2, (2, 2)), (33422, "B", 4, pattern), (50714, "H", 1, BLACK), (50717, "H", 1, WHITE)),
        *((50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1)), (50778, "H", 1, 21)),
    ]
    file = io.BytesIO()
    extratags = [(*tag, True) for tag in tags]
    tifffile.imwrite(file, array, photometric="cfa", metadata=None, extratags=extratags, **more)
    return file.getvalue()


def heic(picture, **more):
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=90, **more)
    return file.getvalue()


@pytest.mark.parametrize("pattern", [(0, 1, 1, 2), (2, 1, 1, 0), (1, 0, 2, 1), (1, 2, 0, 1)])
def test_a_pixel_of_a_raw_file_is_a_square_of_its_mosaic_and_nothing_else(pattern):
    raw = mosaic()
    [picture] = image.decode(dng(raw, pattern=pattern), "a.dng")
    squares = np.stack([raw[row::2, column::2] for row in (0, 1) for column in (0, 1)], -1).astype(float) * 16
    expected = [squares[..., [place for place in range(4) if pattern[place] == c]].mean(-1) for c in range(3)]
    assert picture.pixels.dtype == np.uint16
    assert np.array_equal(picture.pixels, np.stack(expected, -1))


def test_a_raw_file_says_where_black_and_white_are_and_keeps_its_exif():
    [picture] = image.decode(dng(mosaic()), "a.DNG")
    assert f"black at {BLACK * 16}, white at {WHITE * 16}" in picture.notes[0]
    assert (picture.exif[271], picture.exif[272]) == ("A", "Camera")


@pytest.mark.parametrize("turn, quarters", [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_a_raw_file_is_turned_upright(turn, quarters):
    upright, turned = (image.decode(dng(mosaic(), turn=one), "a.dng")[0].pixels for one in (1, turn))
    assert np.array_equal(turned, np.rot90(upright, quarters))


def test_noise_of_a_raw_file_is_independent_from_pixel_to_pixel():
    rng = np.random.default_rng(0)
    flat = (2000 + rng.normal(0, 100, (256, 256))).round().astype(np.uint16)
    plane = image.decode(dng(flat), "a.dng")[0].pixels[:, :, 0].astype(float)
    beside = np.corrcoef(plane[:, 1:].ravel(), plane[:, :-1].ravel())[0, 1]
    assert abs(beside) < 4 / 128


def test_two_raw_shots_are_a_pair(tmp_path):
    for place in (1, 2):
        (tmp_path / f"shot_{place}.dng").write_bytes(dng(mosaic(seed=place)))
    pairs = read(tmp_path / "shot_1.dng", tmp_path / "shot_2.dng")
    assert (len(pairs), pairs.channels, pairs.scenes[0].shots[0].shape) == (1, 3, (3, 32, 48))


@pytest.mark.parametrize("name", ["a.dng", "a.nef", "a.cr2", "a.cr3", "a.arw"])
@pytest.mark.parametrize("data", [b"", b"no raw", dng(mosaic())[:300]])
def test_what_is_no_raw_file_is_refused_by_name(name, data):
    with pytest.raises(ValueError, match=f"'{name}' is (damaged|not a picture)"):
        image.decode(data, name)


def test_a_raw_bomb_is_refused_by_its_header():
    with pytest.raises(ValueError, match=r"'a\.dng' is 96×64 pixels"):
        image.decode(dng(mosaic()), "a.dng", check=refusing)


def refusing(width, height, name):
    raise ValueError(f"'{name}' is {width}×{height} pixels")


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_heic_is_read_as_libheif_reads_it(mode, photo):
    data = heic(Image.fromarray(photo).convert(mode))
    [picture] = image.decode(data, "a.heic")
    expected = np.asarray(pillow_heif.open_heif(io.BytesIO(data)))
    assert np.array_equal(picture.pixels.squeeze(), expected)


def test_a_heic_of_ten_bits_keeps_them():
    deep = (np.arange(64 * 64 * 3, dtype=np.uint16) * 5).reshape(64, 64, 3)
    file = io.BytesIO()
    pillow_heif.encode("RGB;16", (64, 64), deep.tobytes(), file, quality=-1)
    [picture] = image.decode(file.getvalue(), "a.heic")
    assert picture.pixels.dtype == np.uint16 and len(np.unique(picture.pixels)) > 256


def test_a_heic_keeps_its_exif_in_a_tiff(tmp_path, photo):
    exif = Image.Exif()
    exif[271], exif.get_ifd(0x8769)[33434] = "a phone", 0.01
    (tmp_path / "a.heic").write_bytes(heic(Image.fromarray(photo), exif=exif.tobytes()))
    with ExitStack() as stack:
        found = frame_files.open_frames(tmp_path / "a.heic", stack)
        frame_files.write_frames(tmp_path / "b.tif", iter(found), found)
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        tags = file.pages[0].tags
        assert (tags["Make"].value, tags["ExifTag"].value["ExposureTime"]) == ("a phone", 0.01)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_heic_that_breaks_off_is_refused_by_name(part, photo):
    data = heic(Image.fromarray(photo))
    with pytest.raises(ValueError, match=r"'a\.heic' is (damaged|not a picture)"):
        image.decode(data[: int(part * len(data))], "a.heic")
