"""Pairs in stacks: which frames are shots of one scene, by the axes of the file or by those that are given."""

import numpy as np
import pytest
import tifffile

from n2n.reading.reader import read


def stack(path, axes, **more):
    """A file with these axes, 3 long where they count frames and 2 long for channels; its values."""
    sizes = {"T": 3, "Z": 4, "C": 2, "Y": 16, "X": 24, "Q": 3}
    array = np.random.default_rng(0).integers(0, 4000, [sizes[letter] for letter in axes], dtype=np.uint16)
    metadata = {} if "Q" in axes else {"axes": axes}
    tifffile.imwrite(path, array, photometric="minisblack", metadata=metadata, **more)
    return array


@pytest.mark.parametrize(
    "name, axes, said",
    [("a.tif", "TYX", "3 time points"), ("a.ome.tif", "TYX", "3 time points"), ("a.tif", "QYX", "3 frames")],
)
def test_times_are_shots_of_one_scene(tmp_path, name, axes, said):
    array = stack(tmp_path / name, axes)
    pairs = read(tmp_path / name)
    assert (len(pairs), len(pairs.scenes[0].shots)) == (1, 3)
    assert np.array_equal(pairs.scenes[0].shots[2][0], array[2])
    assert said in pairs.notes[0] and "of 24×16" in pairs.notes[0]


def test_every_depth_is_a_scene_with_its_times_as_shots(tmp_path):
    array = stack(tmp_path / "a.tif", "TZYX", imagej=True)
    pairs = read(tmp_path / "a.tif")
    assert (len(pairs), len(pairs.scenes[0].shots)) == (4, 3)
    assert np.array_equal(pairs.scenes[1].shots[2][0], array[2, 1])


def test_channels_are_channels(tmp_path):
    array = stack(tmp_path / "a.tif", "TCYX", imagej=True)
    pairs = read(tmp_path / "a.tif")
    assert (len(pairs), pairs.channels) == (1, 2)
    assert np.array_equal(pairs.scenes[0].shots[1], array[1])
    assert "2 channels" in pairs.described


def test_depths_alone_are_no_shots_and_both_ways_out_are_told_and_work(tmp_path):
    array = stack(tmp_path / "a.tif", "ZYX", imagej=True)
    with pytest.raises(ValueError, match=r"'a.tif' was read as ZYX: 4 depths of 24×16.*second file.*--axes TYX"):
        read(tmp_path / "a.tif")
    assert len(read(tmp_path / "a.tif", axes="TYX").scenes[0].shots) == 4
    tifffile.imwrite(tmp_path / "b.tif", array + 1, imagej=True, metadata={"axes": "ZYX"})
    pairs = read(tmp_path / "a.tif", tmp_path / "b.tif")
    assert (len(pairs), len(pairs.scenes[0].shots)) == (4, 2)


def test_two_movies_are_pairs_frame_by_frame(tmp_path):
    source = stack(tmp_path / "source.tif", "TYX", imagej=True)
    tifffile.imwrite(tmp_path / "target.tif", source + 5, imagej=True, metadata={"axes": "TYX"})
    pairs = read(tmp_path / "source.tif", tmp_path / "target.tif")
    assert len(pairs) == 3
    for scene, frame in zip(pairs.scenes, source):
        assert np.array_equal(scene.shots[0][0], frame) and np.array_equal(scene.shots[1][0], frame + 5)


def test_one_picture_of_two_channels_is_one_shot(tmp_path):
    stack(tmp_path / "a.tif", "CYX", imagej=True)
    with pytest.raises(ValueError, match=r"one shot only \(read as CYX: 2 channels of 24×16; --axes overrules\)"):
        read(tmp_path / "a.tif")


def test_axes_for_arrays_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((2, 16, 24)))
    with pytest.raises(ValueError, match=r"axes are for TIFF stacks; .* holds arrays"):
        read(tmp_path / "a.npy", axes="TYX")


@pytest.mark.parametrize("name", ["a.czi", "a.fits"])
def test_files_of_others_are_refused_with_a_way_to_export_them(tmp_path, name):
    (tmp_path / name).write_bytes(b"anything")
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(ValueError, match="not read here: open it in Fiji"):
            read(path)
