"""Single arrays of pairs, and arrays of any type and number of channels, from files of numpy and torch."""

import numpy as np
import pytest
import torch

from n2n.reading import reader, shapes


def save(path, array):
    np.save(path, array) if path.suffix == ".npy" else torch.save(torch.from_numpy(array), path)
    return path


@pytest.mark.parametrize("suffix", [".npy", ".pt", ".pth", ".pkl"])
@pytest.mark.parametrize(
    "shape", [(5, 2, 3, 12, 10), (5, 2, 12, 10), (2, 5, 3, 12, 10), (2, 5, 12, 10), (5, 2, 7, 12, 10)]
)
def test_one_array_of_pairs_is_read_alike_from_all_files(tmp_path, rng, suffix, shape):
    array = rng.integers(0, 256, shape, dtype=np.uint8)
    halves = np.moveaxis(array, 1 if shape[1] == 2 else 0, 0)
    data = reader.read(save(tmp_path / f"x{suffix}", array))
    assert len(data) == 5
    for scene, *expected in zip(data.scenes, *halves):
        assert all((shot.squeeze() == half.squeeze()).all() for shot, half in zip(scene.shots, expected))


@pytest.mark.parametrize("wrap", [lambda array: {"pairs": array}, lambda array: [array]])
def test_one_tensor_in_a_container_is_read(tmp_path, rng, wrap):
    array = torch.from_numpy(rng.integers(0, 256, (5, 2, 12, 10), dtype=np.uint8))
    torch.save(wrap(array), tmp_path / "x.pt")
    assert (reader.read(tmp_path / "x.pt").scenes[4].shots[1][0] == array[4, 1].numpy()).all()


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint32", ">u2", ">f4", "float64"])
def test_arrays_of_every_type_keep_their_values(rng, dtype):
    array = rng.integers(0, 100, (5, 12, 10)).astype(dtype)
    stack = shapes.to_stack(array, "x")
    assert (stack[:, 0] == array).all() and stack.dtype.isnative


def test_arrays_of_truth_values_are_refused_with_the_reason(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((5, 2, 12, 10), bool))
    with pytest.raises(ValueError, match="no noise to learn"):
        reader.read(tmp_path / "x.npy")


@pytest.mark.parametrize(("shape", "channels"), [((4, 5, 12, 10), 5), ((4, 12, 10, 5), 5), ((4, 2, 12, 10), 2)])
def test_any_number_of_channels_is_found(tmp_path, rng, shape, channels):
    np.savez(tmp_path / "x.npz", a=rng.random(shape), b=rng.random(shape))
    assert reader.read(tmp_path / "x.npz").scenes[0].shots[0].shape == (channels, 12, 10)


def test_arrays_stored_by_columns_keep_their_values(tmp_path, rng):
    array = np.asfortranarray(rng.random((4, 12, 10)))
    np.savez_compressed(tmp_path / "x.npz", a=array, b=array + 1)
    assert (reader.read(tmp_path / "x.npz").scenes[2].shots[1][0] == array[2] + 1).all()
