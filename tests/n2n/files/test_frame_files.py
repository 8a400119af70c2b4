"""Stacks and arrays, read and written frame by frame."""

import resource
from contextlib import ExitStack
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from n2n.files import frame_files, layout
from n2n.files.layout import Layout


def values(*shape, dtype="uint16"):
    return (np.random.default_rng(0).random(shape) * 1000).astype(dtype)


def copied(path, target, change=lambda picture: picture, axes=None):
    """The frames of a file, changed and written to another; what was read."""
    with ExitStack() as stack:
        found = frame_files.open_frames(path, stack, axes=axes)
        frame_files.write_frames(target, map(change, found), found)
        return found.layout


def frames(path, axes=None):
    with ExitStack() as stack:
        return [picture.pixels for picture in frame_files.open_frames(path, stack, axes=axes)]


@pytest.mark.parametrize("axes, count, channels", [("TYX", 4, 1), ("CYX", 1, 4), ("ZYX", 4, 1)])
def test_axes_can_be_overruled(tmp_path, axes, count, channels):
    array = values(4, 9, 7)
    tifffile.imwrite(tmp_path / "a.tif", array, photometric="minisblack")
    found = frames(tmp_path / "a.tif", axes)
    assert (len(found), found[0].shape) == (count, (9, 7, channels))
    assert np.array_equal(np.concatenate([frame.transpose(2, 0, 1) for frame in found]), array)


def test_overruled_axes_are_those_of_the_new_file(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", values(4, 9, 7), photometric="minisblack")
    copied(tmp_path / "a.tif", tmp_path / "b.tif", axes="CYX")
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert file.series[0].axes == "CYX" and np.array_equal(file.asarray(), values(4, 9, 7))


def test_axes_that_are_not_as_many_as_the_files_are_refused_with_both(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", values(4, 9, 7), photometric="minisblack")
    with pytest.raises(ValueError, match=r"'a.tif' has 3 axes \(4×9×7, read as QYX\), and TZYX names 4"):
        frames(tmp_path / "a.tif", "TZYX")


@pytest.mark.parametrize("text", ["", "TX", "TTYX", "TYXW"])
def test_letters_that_are_no_axes_are_refused_with_those_allowed(text):
    with pytest.raises(ValueError, match=f"axes are '{text}'; allowed: each of the letters TZCSYX once"):
        layout.parse(text)


@pytest.mark.parametrize(
    "axes, scenes", [("TYX", [[0, 1, 2, 3]]), ("ZYX", [[0], [1], [2], [3]]), ("QYX", [[0, 1, 2, 3]]), ("CYX", [[0]])]
)
def test_frames_that_differ_in_time_or_in_nothing_known_are_shots_of_one_scene(axes, scenes):
    assert Layout(axes, (4, 9, 7)).scenes() == scenes


def test_of_a_stack_in_time_and_depth_every_depth_is_a_scene():
    assert Layout("TZYX", (2, 3, 9, 7)).scenes() == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize("suffix", [".tif", ".npy", ".npz"])
@pytest.mark.parametrize("axes", ["TYX", "TCYX", "CTYX", "TYXS"])
def test_a_stack_goes_into_every_kind_of_stack(tmp_path, suffix, axes):
    sizes = {"T": 3, "C": 2, "Y": 9, "X": 7, "S": 3}
    array = values(*(sizes[letter] for letter in axes), dtype="float32")
    tifffile.imwrite(
        tmp_path / "a.tif", array, photometric="rgb" if "S" in axes else "minisblack", metadata={"axes": axes}
    )
    copied(tmp_path / "a.tif", tmp_path / f"b{suffix}", lambda picture: replace(picture, pixels=picture.pixels + 1))
    if suffix == ".tif":
        found = tifffile.imread(tmp_path / "b.tif")
    else:
        found = np.load(tmp_path / f"b{suffix}")
        found = found if suffix == ".npy" else found["pictures"]
    assert np.array_equal(found, array + 1)


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3), (4, 9, 7), (4, 3, 9, 7), (5, 2, 3, 9, 7), (2, 9, 7, 3)])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", ">f8"])
def test_arrays_come_back_as_they_were(tmp_path, shape, dtype):
    array = values(*shape, dtype=dtype)
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", source=array, target=array[::-1], note=np.array("a text"), n=3)
    for suffix in (".npy", ".npz"):
        copied(tmp_path / f"a{suffix}", tmp_path / f"b{suffix}")
    assert np.array_equal(np.load(tmp_path / "b.npy"), array)
    with np.load(tmp_path / "b.npz") as both:
        assert np.array_equal(both["source"], array) and np.array_equal(both["target"], array[::-1])
        assert (str(both["note"]), int(both["n"])) == ("a text", 3)
        assert both["source"].dtype == np.dtype(dtype).newbyteorder("=")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".pgm"])
def test_a_stack_does_not_go_into_a_picture(tmp_path, suffix):
    tifffile.imwrite(tmp_path / "a.tif", values(4, 9, 7, dtype="uint8"), photometric="minisblack")
    with pytest.raises(ValueError, match=r"would hold one of 4 frames; name a stack with -o: \.tif"):
        copied(tmp_path / "a.tif", tmp_path / f"b{suffix}")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


@pytest.mark.parametrize("most", [4095, 65535])
@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 3)])
def test_16_bit_pgm_and_ppm_come_back_bit_for_bit(tmp_path, most, shape):
    array, kind = values(*shape) * (most // 1000), "pgm" if len(shape) == 2 else "ppm"
    header = f"P{5 if kind == 'pgm' else 6}\n7 9\n{most}\n".encode()
    (tmp_path / f"a.{kind}").write_bytes(header + array.astype(">u2").tobytes())
    copied(tmp_path / f"a.{kind}", tmp_path / f"b.{kind}")
    data = (tmp_path / f"b.{kind}").read_bytes()
    assert f"7 9 {most}".encode() in data.replace(b"\n", b" ")
    assert np.array_equal(np.frombuffer(data[-array.nbytes :], ">u2").reshape(shape), array)


def test_a_large_stack_is_read_and_written_in_little_memory(tmp_path):
    path, frame = tmp_path / "a.tif", values(512, 512)
    with tifffile.TiffWriter(path, imagej=True) as file:
        file.write(iter([frame] * 400), shape=(400, 512, 512), dtype="uint16", metadata={"axes": "TYX"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    copied(path, tmp_path / "b.tif")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < path.stat().st_size / 4
    assert np.array_equal(tifffile.imread(tmp_path / "b.tif", key=399), frame)


def test_a_stack_that_breaks_off_is_noted_where_whole_frames_are_left(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values(4, 99, 99), imagej=True)
    path.write_bytes(path.read_bytes()[: 3 * 2 * 99 * 99])
    with ExitStack() as stack:
        [picture] = frame_files.open_frames(path, stack)
    assert picture.notes == ("what it says of its frames does not fit it: only its whole pages are read",)


def test_a_damaged_frame_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values(4, 99, 99), compression="zlib", photometric="minisblack", metadata=None)
    with tifffile.TiffFile(path) as file:
        place = file.pages[2].dataoffsets[0]
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)
    (tmp_path / "b.tif").write_bytes(b"old")
    with pytest.raises(ValueError, match=r"'a\.tif' is damaged"):
        copied(path, tmp_path / "b.tif")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a.tif": bytes(data), "b.tif": b"old"}


@pytest.mark.parametrize("turn", [3, 6])
def test_a_stack_that_a_tag_turns_is_upright_and_not_turned_again(tmp_path, turn):
    path, array = tmp_path / "a.tif", values(3, 9, 7)
    tifffile.imwrite(path, array, photometric="minisblack", extratags=[(274, "H", 1, turn, True)], metadata=None)
    copied(path, tmp_path / "b.tif")
    expected = np.rot90(array, {3: 2, 6: 3}[turn], (1, 2))
    assert np.array_equal(frames(path)[0][:, :, 0], expected[0])
    assert np.array_equal(tifffile.imread(tmp_path / "b.tif"), expected)


def test_a_premultiplied_picture_is_straight_in_a_png(tmp_path):
    rgba = np.full((9, 7, 4), 100, np.uint8)
    rgba[..., 3] = 128
    tifffile.imwrite(tmp_path / "a.tif", rgba, photometric="rgb", extrasamples=["assocalpha"])
    copied(tmp_path / "a.tif", tmp_path / "b.png")
    assert imagecodecs.png_decode((tmp_path / "b.png").read_bytes())[0, 0].tolist() == [199, 199, 199, 128]


def test_a_lookup_table_of_imagej_stays_and_the_values_too(tmp_path):
    table = np.random.default_rng(0).integers(0, 2**16, (3, 256), dtype=np.uint16)
    array = values(3, 9, 7).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", array, imagej=True, colormap=table, metadata={"axes": "TYX"})
    copied(tmp_path / "a.tif", tmp_path / "b.tif")
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert np.array_equal(file.asarray(), array) and np.array_equal(file.pages[0].colormap, table)
        assert file.is_imagej


def test_exif_and_place_are_kept_in_a_tiff_of_any_kind(tmp_path):
    exif = Image.Exif()
    exif[271], exif.get_ifd(0x8769)[33434], exif.get_ifd(0x8825)[1] = "a camera", 0.01, "N"
    Image.fromarray(values(9, 7, 3).astype(np.uint8)).save(tmp_path / "a.jpg", exif=exif, dpi=(300, 300))
    for change in (lambda p: p, lambda p: replace(p, pixels=p.pixels.astype(np.float32))):
        copied(tmp_path / "a.jpg", tmp_path / "b.tif", change)
        with tifffile.TiffFile(tmp_path / "b.tif") as file:
            tags = file.pages[0].tags
            assert (tags["Make"].value, tags["ExifTag"].value["ExposureTime"]) == ("a camera", 0.01)
            assert tags["GPSTag"].value["GPSLatitudeRef"] == "N"
            assert (file.pages[0].resolution, int(file.pages[0].resolutionunit)) == ((300, 300), 2)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
def test_the_resolution_goes_from_any_format_to_any(tmp_path, suffix):
    Image.fromarray(values(9, 7, 3).astype(np.uint8)).save(tmp_path / f"a{suffix}", dpi=(200, 100))
    for other in (".png", ".jpg", ".bmp", ".tif"):
        copied(tmp_path / f"a{suffix}", tmp_path / f"b{other}")
        with Image.open(tmp_path / f"b{other}") as image:
            assert np.allclose(tuple(map(float, image.info["dpi"])), (200, 100), atol=0.1)
