"""Sets of pairs that are made: formats, repeatability, and where the noisy pictures start."""

import numpy as np
import pytest
import torch
from PIL import Image

from n2n import noise
from n2n.data import make
from n2n.data.make import check_target, enlarged, make_pairs, save_pairs
from n2n.data.photographs import with_noise
from n2n.data.scenes import Scene
from n2n.reading import reader


def photographs(photo, spec, count=3):
    parts = (np.roll(photo, 50 * i, axis=0).transpose(2, 0, 1) for i in range(count))
    return with_noise([Scene(str(i), (), part) for i, part in enumerate(parts)], "photos", noise.parse(spec))


def made(photo, spec="pixelate:8", count=5, size=32, shots=2, clean=False, seed=0):
    return make_pairs(photographs(photo, spec), count, size, shots, clean, seed)


def mean_psnr(noisy, clean):
    """dB, white at 1: the mean over pictures."""
    return np.mean(-10 * np.log10(np.square(noisy.astype(float) - clean).mean((1, 2, 3))))


# --- Formats ---


def test_the_courses_format_is_a_tuple_of_two_uint8_tensors(tmp_path, photo):
    arrays = made(photo)
    save_pairs(tmp_path / "train_data.pkl", arrays)
    content = torch.load(tmp_path / "train_data.pkl", weights_only=True)
    assert type(content) is tuple and [tensor.dtype for tensor in content] == [torch.uint8] * 2
    for tensor, array in zip(content, (arrays["source"], arrays["target"]), strict=True):
        assert tensor.shape == (5, 3, 32, 32) and (tensor.numpy() == array).all()


def test_an_npz_holds_the_arrays_by_role(tmp_path, photo):
    arrays = made(photo, "gaussian:25", clean=True)
    save_pairs(tmp_path / "x.npz", arrays)
    with np.load(tmp_path / "x.npz") as content:
        assert sorted(content) == ["clean", "source", "target"]
        assert all(np.array_equal(content[role], arrays[role]) for role in content)


def test_a_folder_holds_pngs_that_pillow_reads_back(tmp_path, photo):
    arrays = made(photo, clean=True)
    save_pairs(tmp_path / "set", arrays)
    for role, stack in arrays.items():
        files = sorted((tmp_path / "set" / role).glob("*.png"))
        pixels = np.stack([np.asarray(Image.open(file)) for file in files])
        assert (pixels == stack.transpose(0, 2, 3, 1)).all()


@pytest.mark.parametrize("shots", [2, 3, 5])
@pytest.mark.parametrize("name", ["set", "set.npz"])
def test_the_reader_understands_what_was_written(tmp_path, photo, name, shots):
    arrays = made(photo, shots=shots, clean=True)
    save_pairs(tmp_path / name, arrays)
    data = reader.read(tmp_path / name)
    *noisy, clean = arrays.values()
    assert data.described == f"5 scenes × {shots} shots and a reference, 8-bit colour 32×32"
    assert all((scene.clean == clean[i]).all() for i, scene in enumerate(data.scenes))
    assert all((shot == noisy[k][i]).all() for i, scene in enumerate(data.scenes) for k, shot in enumerate(scene.shots))


# --- Content ---


def test_the_same_seed_makes_the_same_bits(photo):
    one, again, other = (made(photo, "gaussian:0-50", seed=seed) for seed in (0, 0, 1))
    assert all(np.array_equal(one[role], again[role]) and not np.array_equal(one[role], other[role]) for role in one)


@pytest.mark.parametrize(("sigma", "psnr"), [(10, 28.13), (25, 20.17), (50, 14.15)])
def test_gaussian_pairs_start_where_the_closed_form_says(photo, sigma, psnr):
    arrays = made(photo, f"gaussian:{sigma}", count=40, clean=True)
    assert mean_psnr(arrays["source"], arrays["clean"]) == pytest.approx(psnr, abs=0.05)  # 20 log10(255 / σ)


def test_pixelated_pairs_scatter_as_the_pixels_of_their_blocks(photo):
    arrays = make_pairs(photographs(photo, "pixelate:8", 1), 1, 32, 8, True, 0)  # the whole photograph, eight shots
    blocks = photo.reshape(32, 8, 32, 8, 3) / 255
    shots = np.stack([arrays[role][0] for role in arrays if role != "clean"]) / 255
    error = np.square(shots - arrays["clean"][0] / 255).mean()
    assert error == pytest.approx(blocks.var((1, 3)).mean(), rel=0.05)
    assert arrays["clean"][0] == pytest.approx(255 * blocks.mean((1, 3)).transpose(2, 0, 1), abs=0.51)


def test_the_noise_of_the_two_shots_is_independent(photo):
    arrays = made(photo, "gaussian:25", count=40, clean=True)
    errors = [(arrays[role].astype(float) - arrays["clean"]).ravel() for role in ("source", "target")]
    assert abs(np.corrcoef(errors)[0, 1]) < 0.015  # 5 standard errors


def test_noise_repeats_neither_from_scene_to_scene_nor_from_seed_to_seed(photo):
    errors = []
    for seed in (0, 1):
        arrays = made(photo, "gaussian:25", count=64, size=8, clean=True, seed=seed)  # 32 are drawn at once
        errors += list((arrays["source"].astype(float) - arrays["clean"]).reshape(64, -1))
    assert np.corrcoef(errors) == pytest.approx(np.eye(128), abs=0.4)  # 5.5 standard errors


def test_noise_that_leaves_the_range_is_not_clipped(photo):
    source = made(photo, "gaussian:50", count=10)["source"]
    assert source.dtype == np.float16 and source.min() < -0.1 and source.max() > 1.1


def test_clean_windows_are_cut_from_the_photograph(photo):
    windows = np.lib.stride_tricks.sliding_window_view(photo[:, :, 0], (32, 32)).reshape(-1, 32, 32)
    known = {window.tobytes() for window in windows}
    clean = make_pairs(photographs(photo, "bernoulli:0.5", 1), 4, 32, 2, True, 0)["clean"]
    assert all(picture[0].tobytes() in known for picture in clean)


def test_photographs_take_turns():
    grey = [np.full((1, 40, 40), value, np.uint8) for value in range(0, 250, 25)]
    photos = with_noise([Scene(str(i), (), picture) for i, picture in enumerate(grey)], "x", noise.parse("bernoulli:0"))
    firsts = make_pairs(photos, 30, 32, 1, False, 0)["source"][:, 0, 0, 0]
    assert np.unique(firsts, return_counts=True)[1].tolist() == [3] * 10
    assert sorted(firsts[:10]) == sorted(firsts[10:20]) != list(firsts[:10])


def test_photographs_smaller_than_the_window_are_enlarged_where_others_are_not(photo):
    small, large = photo[64:96, 64:84].transpose(2, 0, 1), np.zeros((3, 64, 64), np.uint8)
    both = with_noise(
        [Scene(name, (), part) for name, part in (("0", small), ("1", large))], "x", noise.parse("impulse:0")
    )
    assert enlarged(both, 64) == 1 and enlarged(both, 20) == 0
    clean = make_pairs(both, 2, 64, 1, True, 0)["clean"]
    assert sorted(clean.mean((1, 2, 3))) == pytest.approx([0, small.mean()], rel=0.1)


def test_large_windows_are_made_of_the_same_noise_some_at_a_time(photo, monkeypatch):
    monkeypatch.setattr(make, "PIXELS_AT_ONCE", 2 * 32**2)
    source, clean = (made(photo, "gaussian:25", clean=True)[role] for role in ("source", "clean"))
    errors = (source.astype(float) - clean).reshape(5, -1)
    assert errors.std() == pytest.approx(25 / 255, rel=0.02)
    assert np.corrcoef(errors) == pytest.approx(np.eye(5), abs=0.1)  # 5.5 standard errors


# --- Refused ---


@pytest.mark.parametrize("changes", [{"count": 0}, {"size": 7}, {"shots": 0}, {"shots": 9}])
def test_numbers_out_of_range_are_refused(photo, changes):
    [value] = changes.values()
    with pytest.raises(ValueError, match=rf"{value}\b.*; allowed: 1 or more scenes, 1 to 8 shots, 8 pixels or more"):
        made(photo, **changes)


@pytest.mark.parametrize(("spec", "most"), [("gaussian:25", 256), ("pixelate:8", 32)])
def test_scenes_larger_than_every_photograph_are_refused_with_the_largest_size(photo, spec, most):
    with pytest.raises(ValueError, match=f"size is {most + 1} pixels; these photographs give {most} at most"):
        made(photo, spec, size=most + 1)
    assert made(photo, spec, size=most, count=1)["source"].shape[-1] == most


def test_three_shots_in_a_tuple_are_refused_because_the_third_means_clean(tmp_path):
    with pytest.raises(ValueError, match=r"write 3 shots as \.npz"):
        check_target(tmp_path / "x.pkl", force=False, shots=3)


def test_a_folder_that_exists_is_never_overwritten(tmp_path):
    with pytest.raises(FileExistsError, match=r"another name$"):
        check_target(tmp_path, force=True)


@pytest.mark.parametrize("name", ["x.pt", "x.zip", "x.png"])
def test_formats_that_cannot_be_written_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match=r"allowed: .pkl, .npz, or a folder"):
        check_target(tmp_path / name, force=False)


def test_what_exists_is_kept_unless_forced(tmp_path):
    (tmp_path / "x.npz").touch()
    with pytest.raises(FileExistsError, match="--force"):
        check_target(tmp_path / "x.npz", force=False)
    check_target(tmp_path / "x.npz", force=True)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        check_target(tmp_path / "nowhere" / "x.npz", force=False)
