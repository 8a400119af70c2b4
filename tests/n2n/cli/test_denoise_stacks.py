"""Stacks, channels and arrays on the command line, run as a person would."""

import io

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from n2n import Noise2Noise
from n2n.__main__ import main
from n2n.files import Picture


def values(*shape, dtype="uint16"):
    return (np.random.default_rng(0).random(shape) * 4000).astype(dtype)


def command(*arguments):
    return main([str(argument) for argument in arguments])


def denoised(weights, array):
    """(H, W, C) denoised with white at 4095."""
    return Noise2Noise.load(weights).denoise(Picture(array), data_range=4095.0).pixels


@pytest.mark.parametrize("axes", ["TYX", "ZYX", "TCYX", "CTYX"])
def test_every_frame_of_a_stack_is_denoised_as_by_itself(tmp_path, weights, capsys, axes):
    sizes = {"T": 3, "Z": 3, "C": 2, "Y": 32, "X": 40}
    array = values(*(sizes[letter] for letter in axes))
    tifffile.imwrite(tmp_path / "a.ome.tif", array, photometric="minisblack", metadata={"axes": axes})
    out = tmp_path / "b.ome.tif"
    assert command("denoise", tmp_path / "a.ome.tif", "-o", out, "--weights", weights, "--range", 4095) == 0
    assert f"read as {axes}: " in capsys.readouterr().err
    with tifffile.TiffFile(out) as file:
        assert (file.series[0].axes, file.series[0].dtype) == (axes, np.uint16)
        found = file.asarray()
    first, last = ((0, slice(None)), (-1, slice(None))) if axes[0] != "C" else ((slice(None), 0), (slice(None), -1))
    for key in (first, last):
        channels_last = np.atleast_3d(array[key].T).transpose(1, 0, 2)
        assert np.array_equal(np.atleast_3d(found[key].T).transpose(1, 0, 2), denoised(weights, channels_last))


def test_axes_that_are_given_overrule_those_of_the_file(tmp_path, weights, capsys):
    tifffile.imwrite(tmp_path / "a.tif", values(3, 32, 40), photometric="minisblack")
    arguments = ("denoise", tmp_path / "a.tif", "-o", tmp_path / "b.tif", "--weights", weights)
    assert command(*arguments, "--axes", "cyx") == 0
    assert "read as CYX: 3 channels of 40×32" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.tif", "a.pgm"])
@pytest.mark.parametrize("strength", [0, 1])
def test_arrays_and_numbers_of_every_kind_come_back_as_such(tmp_path, weights, name, strength):
    array = values(32, 40, dtype="uint16" if name == "a.pgm" else "float32")
    path, out = tmp_path / name, tmp_path / f"out_{name}"
    if name == "a.npy":
        np.save(path, array)
    elif name == "a.npz":
        np.savez(path, shot=array)
    elif name == "a.tif":
        tifffile.imwrite(path, array)
    else:
        path.write_bytes(b"P5\n40 32\n4095\n" + array.astype(">u2").tobytes())
    assert command("denoise", path, "-o", out, "--weights", weights, "--strength", strength) == 0
    readers = {
        "a.npy": np.load,
        "a.npz": lambda path: np.load(path)["shot"],
        "a.tif": tifffile.imread,
        "a.pgm": lambda path: np.frombuffer(path.read_bytes()[-array.nbytes :], ">u2").reshape(32, 40),
    }
    found = readers[name](out)
    assert found.shape == array.shape and found.dtype.newbyteorder("=") == array.dtype
    assert np.array_equal(found, array) == (strength == 0)


def test_nothing_is_changed_at_strength_0_also_where_a_finer_type_would_be_written(tmp_path, weights):
    counts = np.random.default_rng(0).poisson(5, (32, 40)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", counts)
    assert command("denoise", tmp_path / "a.tif", "-o", tmp_path / "b.tif", "--weights", weights, "--strength", 0) == 0
    found = tifffile.imread(tmp_path / "b.tif")
    assert found.dtype == np.uint8 and np.array_equal(found, counts)


def test_a_folder_of_heic_goes_into_tiffs(tmp_path, weights, photo):
    (tmp_path / "in").mkdir()
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(photo[:40, :56])).save(file)
    (tmp_path / "in" / "IMG_1.HEIC").write_bytes(file.getvalue())
    assert command("denoise", tmp_path / "in", "-o", tmp_path / "out", "--weights", weights) == 0
    assert tifffile.imread(tmp_path / "out" / "IMG_1.tif").shape == (40, 56, 3)


def test_a_jpeg_is_said_to_lose_a_little(tmp_path, weights, photo, capsys):
    Image.fromarray(photo[:40, :56]).save(tmp_path / "a.jpg")
    command("denoise", tmp_path / "a.jpg", "-o", tmp_path / "b.jpg", "--weights", weights, "--strength", 0)
    assert "JPEG changes values a little" in capsys.readouterr().err


def test_two_movies_of_two_channels_are_learnt_from_measured_and_denoised(tmp_path, capsys):
    rng, scene = np.random.default_rng(0), np.zeros((4, 2, 48, 48))
    scene[:, 0, 8:30, 8:30], scene[:, 1, 20:40, 20:40] = 2000, 1000
    for name in ("source", "target"):
        noisy = (scene + 500 + rng.normal(0, 200, scene.shape)).clip(0).astype(np.uint16)
        tifffile.imwrite(tmp_path / f"{name}.tif", noisy, imagej=True, metadata={"axes": "TCYX"})
    movies, out = (tmp_path / "source.tif", tmp_path / "target.tif"), tmp_path / "w.safetensors"
    assert command("train", *movies, "-o", out, "--steps", 4, "--width", 6, "--batch-size", 2) == 0
    assert "4 scenes × 2 shots" in (told := capsys.readouterr().err) and "2 channels 48×48" in told
    assert Noise2Noise.load(out).net.config.channels == 2
    assert command("evaluate", *movies, "--weights", out) == 0
    assert command("evaluate", *movies, "--weights", "everyday", "--figure", tmp_path / "f.png") == 0
    assert command("denoise", movies[0], "-o", tmp_path / "d.tif", "--weights", out) == 0
    with tifffile.TiffFile(tmp_path / "d.tif") as file:
        assert file.is_imagej and file.series[0].axes == "TCYX" and file.series[0].shape == (4, 2, 48, 48)


@pytest.mark.parametrize("name", ["a.czi", "a.dcm"])
def test_files_of_others_are_refused_with_a_way_to_export_them(tmp_path, weights, capsys, name):
    (tmp_path / name).write_bytes(b"anything")
    assert command("denoise", tmp_path / name, "-o", tmp_path / "b.tif", "--weights", weights) == 2
    assert "not read here: open it in Fiji" in capsys.readouterr().err


def test_files_of_systems_in_a_folder_are_left_out(tmp_path, weights, photo):
    (tmp_path / "in").mkdir()
    Image.fromarray(photo[:32, :32]).save(tmp_path / "in" / "a.png")
    for name in ("._a.png", "Thumbs.db", ".DS_Store"):
        (tmp_path / "in" / name).write_bytes(b"no picture")
    assert command("denoise", tmp_path / "in", "-o", tmp_path / "out", "--weights", weights) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]
