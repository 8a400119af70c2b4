"""Looking at pairs before a training: in order, and as they are."""

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from demo.work.inspect import Description, Speed, Strip, Verdicts, inspect_pairs
from demo.work.subsets import crop_middles
from n2n.data import pairs
from n2n.data.scenes import Scene
from n2n.measure.doctor import Verdict


def never():
    return False


def save(path, rng, shape=(6, 3, 40, 36), names=("source", "target", "clean"), dtype=np.uint8):
    """Pairs in a .npz; returns its arrays."""
    clean = rng.integers(60, 190, shape)
    arrays = {name: (clean + rng.normal(0, 20, shape) * (name != "clean")).astype(dtype) for name in names}
    np.savez(path, **arrays)
    return arrays


@pytest.fixture
def file(tmp_path):
    return tmp_path / "pairs.npz"


def pixels(seen):
    array = np.asarray(Image.open(seen.file))
    assert array.shape[:2] == (seen.height, seen.width)
    return array if array.ndim == 3 else array[..., None]


def test_what_is_found_comes_in_order(file, tmp_path, rng):
    save(file, rng)
    understood, strip, verdicts, speed = inspect_pairs(never, [file], tmp_path, 0.05)
    assert understood.described == "6 scenes × 2 shots and a reference, 8-bit colour 36×40"
    assert (understood.scenes, understood.channels, understood.has_clean, understood.shots) == (6, 3, True, 2)
    assert [type(strip), type(verdicts), type(speed)] == [Strip, Verdicts, Speed]
    assert all(isinstance(verdict, Verdict) for verdict in verdicts.verdicts)


def test_the_strip_shows_the_data_pixel_for_pixel(file, tmp_path, rng):
    arrays = save(file, rng)
    _, strip, *_ = inspect_pairs(never, [file], tmp_path, 0.05)
    for row, index in zip(strip.rows, (0, 2, 3, 5)):
        for seen, (name, array) in zip(row, arrays.items()):
            assert seen.role == name and np.array_equal(pixels(seen), array[index].transpose(1, 2, 0))


def test_of_large_pictures_the_middle_is_shown(file, tmp_path, rng):
    arrays = save(file, rng, (1, 1, 250, 193))
    _, strip, *_ = inspect_pairs(never, [file], tmp_path, 0.05)
    assert np.array_equal(pixels(strip.rows[0][0])[..., 0], arrays["source"][0, 0, 29:221, 0:192])


def test_what_is_shown_and_measured_is_clipped_to_8_bits(file, tmp_path, rng):
    arrays = save(file, rng, dtype=np.float32)
    arrays = {name: array / 100 - 0.5 for name, array in arrays.items()}
    np.savez(file, **arrays)
    _, strip, *_ = inspect_pairs(never, [file], tmp_path, 0.05)
    expected = np.round(255 * np.clip(arrays["source"][0], 0, 1)).transpose(1, 2, 0)
    source, _, clean = strip.rows[0]
    assert np.array_equal(pixels(source), expected)
    assert source.psnr == pytest.approx(peak_signal_noise_ratio(pixels(clean), pixels(source)), abs=1e-3)


def test_a_psnr_is_that_of_the_pictures_one_sees(file, tmp_path, rng):
    save(file, rng)
    _, strip, *_ = inspect_pairs(never, [file], tmp_path, 0.05)
    source, target, clean = strip.rows[0]
    for seen in (source, target):
        assert seen.psnr == pytest.approx(peak_signal_noise_ratio(pixels(clean), pixels(seen)), abs=1e-3)
    assert clean.psnr is None and not source.estimated


def test_without_a_clean_picture_the_psnr_is_estimated(file, tmp_path, rng):
    save(file, rng, (2, 3, 192, 192), ("source", "target"))
    _, strip, *_ = inspect_pairs(never, [file], tmp_path, 0.05)
    expected = 20 * np.log10(255 / 20)
    for seen in strip.rows[1]:
        assert seen.estimated and seen.psnr == pytest.approx(expected, abs=0.1)


def test_one_shot_only_ends_with_a_red_verdict(file, tmp_path, rng):
    save(file, rng, names=("source", "clean"))
    *_, strip, verdicts = inspect_pairs(never, [file], tmp_path, 0.05)
    assert [seen.role for seen in strip.rows[0]] == ["source", "clean"]
    assert [verdict.level for verdict in verdicts.verdicts] == ["red"]


def test_looking_ends_when_it_is_asked_to(file, tmp_path, rng):
    save(file, rng)
    assert [type(found) for found in inspect_pairs(lambda: True, [file], tmp_path)] == [Description, Strip]


def test_the_speed_counts_the_pairs_that_are_learnt_from(file, tmp_path, rng):
    save(file, rng, (20, 1, 70, 33))
    *_, speed = inspect_pairs(never, [file], tmp_path, 0.05)
    assert speed.epoch_size == 2 * 18 and speed.images_per_second > 0


def test_a_speed_tells_pairs_and_passes_of_a_budget():
    assert Speed(266.4, 2000).describe(60) == "60 s: about 16,000 pairs, 8 passes"
    assert Speed(100.0, 2000).describe(20) == "20 s: about 2,000 pairs, 1 pass"
    assert Speed(1.234, 1000).describe(180) == "180 s: about 220 pairs, 0.22 passes"


def test_the_middle_of_scenes_of_any_size_is_cut(rng):
    scenes = [Scene(str(side), tuple(rng.random((2, 1, side, 40)).astype(np.float32))) for side in (20, 41)]
    cut = crop_middles(pairs.gather(scenes, "test"), 32)
    assert cut.sizes.tolist() == [[20, 32], [32, 32]]
    assert np.array_equal(cut.scenes[1].shots[1], scenes[1].shots[1][:, 4:36, 4:36])
    assert np.array_equal(cut.scenes[0].shots[0], scenes[0].shots[0][:, :, 4:36])
