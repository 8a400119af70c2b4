"""What files say of themselves, against files of tifffile and Pillow, which must come back as they were."""

import itertools
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from n2n.files import frame_files

TYPES = ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float16", "float32", "float64")
SHAPES = {
    "YX": (9, 11),
    "TYX": (3, 9, 11),
    "ZYX": (3, 9, 11),
    "CYX": (2, 9, 11),
    "TCYX": (3, 2, 9, 11),
    "CTYX": (2, 3, 9, 11),
    "TZCYX": (2, 3, 2, 9, 11),
}
SAMPLES = {  # the shape of one picture, how tifffile is to write it
    "rgb": ((9, 11, 3), {"photometric": "rgb"}),
    "planar": ((3, 9, 11), {"photometric": "rgb", "planarconfig": "separate"}),
    "alpha": ((9, 11, 4), {"photometric": "rgb", "extrasamples": ["unassalpha"]}),
    "premultiplied": ((9, 11, 4), {"photometric": "rgb", "extrasamples": ["assocalpha"]}),
    "infrared": ((9, 11, 4), {"photometric": "rgb", "extrasamples": ["unspecified"]}),
    "two": ((9, 11, 2), {"photometric": "minisblack", "planarconfig": "contig"}),
    "five": ((9, 11, 5), {"photometric": "minisblack", "planarconfig": "contig"}),
    "grey and alpha": ((9, 11, 2), {"photometric": "minisblack", "extrasamples": ["unassalpha"]}),
    "white is zero": ((9, 11), {"photometric": "miniswhite"}),
}


def values(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(0, 100, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def copied(path, axes=None):
    """What is read is written beside it, unchanged, frame by frame; the new file, and the notes."""
    target = path.with_stem("copy")
    with ExitStack() as stack:
        found = frame_files.open_frames(path, stack, axes=axes)
        frame_files.write_frames(target, iter(found), found)
        return target, found[0].notes


def same(one, other):
    """Whether two TIFF files hold the same pixels and say the same."""
    with tifffile.TiffFile(one) as a, tifffile.TiffFile(other) as b:
        assert np.array_equal(a.asarray(), b.asarray()) and a.asarray().dtype == b.asarray().dtype
        assert (a.series[0].axes, a.series[0].shape, a.series[0].kind) == (
            *(b.series[0].axes, b.series[0].shape, b.series[0].kind),
        )
        for name in ("photometric", "planarconfig", "extrasamples", "bitspersample", "resolution", "resolutionunit"):
            assert getattr(a.pages[0], name) == getattr(b.pages[0], name), name
        assert (a.imagej_metadata, a.byteorder) == (b.imagej_metadata, b.byteorder)
        assert a.shaped_metadata == b.shaped_metadata


@pytest.mark.parametrize("dtype, axes", list(itertools.product(TYPES, SHAPES)))
def test_a_tiff_of_every_type_and_with_every_axis_comes_back(tmp_path, dtype, axes):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values(SHAPES[axes], dtype), photometric="minisblack", metadata={"axes": axes})
    same(path, copied(path)[0])


@pytest.mark.parametrize("dtype, kind", list(itertools.product(("uint8", "uint16", "float32"), SAMPLES)))
@pytest.mark.parametrize("compression, order", [(None, "<"), ("zlib", ">")])
def test_a_tiff_with_every_kind_of_samples_comes_back(tmp_path, dtype, kind, compression, order):
    shape, said = SAMPLES[kind]
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values(shape, dtype), compression=compression, byteorder=order, **said)
    same(path, copied(path)[0])


@pytest.mark.parametrize("axes", ["YX", "TYX", "ZYX", "CYX", "TZYX", "TZCYX"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_imagej_comes_back_with_its_words(tmp_path, axes, dtype):
    shape = tuple({"T": 3, "Z": 2, "C": 2, "Y": 9, "X": 11}[letter] for letter in axes)
    words = {"unit": "um", "spacing": 0.5, "finterval": 0.1, "Info": "a cell", "axes": axes}
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values(shape, dtype), imagej=True, resolution=(9.26, 9.26), metadata=words)
    same(path, copied(path)[0])


@pytest.mark.parametrize("axes", ["YX", "TYX", "ZYX", "CYX", "ZCYX", "CZYX", "TCZYX", "CTZYX"])
@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32"])
def test_ome_comes_back_with_its_words(tmp_path, axes, dtype):
    shape = tuple({"T": 3, "Z": 4, "C": 2, "Y": 9, "X": 11}[letter] for letter in axes)
    words = {"axes": axes, "PhysicalSizeX": 0.25, "PhysicalSizeXUnit": "µm", "Description": "a cell"}
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, values(shape, dtype), photometric="minisblack", metadata=words)
    target, _ = copied(path)
    same(path, target)
    with tifffile.TiffFile(path) as a, tifffile.TiffFile(target) as b:
        old, new = (tifffile.xml2dict(file.ome_metadata)["OME"]["Image"] for file in (a, b))
    assert new["Description"] == "a cell"
    assert {key: value for key, value in old["Pixels"].items() if key != "TiffData"} == {
        key: value for key, value in new["Pixels"].items() if key not in ("TiffData", "BigEndian")
    }


@pytest.mark.parametrize("bits, dtype", [(10, "uint16"), (12, "uint16"), (14, "uint16"), (20, "uint32")])
def test_packed_bits_come_back_packed(tmp_path, bits, dtype):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values((9, 11), dtype) >> (8 * np.dtype(dtype).itemsize - bits), bitspersample=bits)
    same(path, copied(path)[0])


def test_more_than_packed_bits_hold_is_cut_at_white(tmp_path):
    path, bright = tmp_path / "a.tif", np.full((9, 11), 1023, np.uint16)
    tifffile.imwrite(path, bright, bitspersample=10)
    with ExitStack() as stack:
        found = frame_files.open_frames(path, stack)
        frame_files.write_frames(tmp_path / "b.tif", (replace(f, pixels=f.pixels + 5) for f in found), found)
    assert np.array_equal(tifffile.imread(tmp_path / "b.tif"), bright)


MODES = {"PNG": "L LA RGB RGBA I;16", "TIFF": "L RGB RGBA I;16 F I", "WEBP": "RGB RGBA", "BMP": "L RGB", "PPM": "L RGB"}
PILLOW = [(kind, mode) for kind, modes in MODES.items() for mode in modes.split()]
ENDINGS = {"PNG": ".png", "TIFF": ".tif", "WEBP": ".webp", "BMP": ".bmp", "JPEG": ".jpg"}


def pictured(mode):
    """A picture by Pillow in one of its modes."""
    bands = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
    if mode in bands:
        array = values((9, 11, bands[mode]), "uint8")
        array[..., -1] |= 1  # WebP changes colours that nobody sees
        return Image.fromarray(array.squeeze(), mode)
    return Image.fromarray(values((9, 11), {"I;16": "uint16", "F": "float32", "I": "int32"}[mode]))


@pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")
@pytest.mark.parametrize("kind, mode", PILLOW)
@pytest.mark.parametrize("said", [{}, {"dpi": (300, 150)}])
def test_a_picture_of_pillow_comes_back(tmp_path, kind, mode, said):
    suffix = {"L": ".pgm", "RGB": ".ppm"}[mode] if kind == "PPM" else ENDINGS[kind]
    more = {"lossless": True} if kind == "WEBP" else {}
    pictured(mode).save(tmp_path / f"a{suffix}", kind, **said, **more)
    target, notes = copied(tmp_path / f"a{suffix}")
    with Image.open(tmp_path / f"a{suffix}") as old, Image.open(target) as new:
        assert (old.mode, old.size, old.format, notes) == (new.mode, new.size, new.format, ())
        assert np.array_equal(np.asarray(old), np.asarray(new))
        assert not said or old.info.get("dpi") == pytest.approx(new.info.get("dpi"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_exif_with_its_directories_and_the_profile_come_back(tmp_path, kind, mode):
    exif, profile = Image.Exif(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif[271], exif.get_ifd(0x8769)[33434], exif.get_ifd(0x8825)[1] = "a camera", 0.01, "N"
    path = tmp_path / f"a{ENDINGS[kind]}"
    pictured(mode).convert("RGB" if kind == "WEBP" else mode).save(path, kind, exif=exif.tobytes(), icc_profile=profile)
    with Image.open(path) as old, Image.open(copied(path)[0]) as new:
        for tag in (0x8769, 0x8825):
            assert old.getexif().get_ifd(tag) == new.getexif().get_ifd(tag) != {}
        assert (new.getexif()[271], new.info["icc_profile"]) == ("a camera", profile)


@pytest.mark.parametrize("said", [{"dpi": (300, 300)}, {}])
def test_a_jpeg_without_exif_keeps_its_density(tmp_path, said):
    pictured("RGB").save(tmp_path / "a.jpg", **said)
    with Image.open(tmp_path / "a.jpg") as old, Image.open(copied(tmp_path / "a.jpg")[0]) as new:
        assert [old.info[word] for word in ("jfif_unit", "jfif_density")] == [
            new.info[word] for word in ("jfif_unit", "jfif_density")
        ]


CONVERTED = {
    "P": ("a palette became RGB", "RGB", lambda image: image.convert("RGB")),
    "1": ("1 bit became 8-bit grey", "L", lambda image: image.convert("L")),
    "CMYK": ("print colours (CMYK) became RGB", "RGB", lambda image: image.convert("RGB")),
}


@pytest.mark.parametrize("mode", CONVERTED)
def test_what_cannot_stay_as_it_is_is_said(tmp_path, mode):
    note, becomes, convert = CONVERTED[mode]
    pictured("RGB").convert(mode).save(tmp_path / "a.tif")
    target, notes = copied(tmp_path / "a.tif")
    with Image.open(tmp_path / "a.tif") as old, Image.open(target) as new:
        assert (notes, new.mode) == ((note,), becomes)
        assert np.array_equal(np.asarray(new), np.asarray(convert(old)))
