"""Training batches: repeatable, aligned, complete."""

import collections

import numpy as np
import pytest
import torch

from n2n import noise
from n2n.data.pairs import gather
from n2n.data.photographs import with_noise
from n2n.data.scenes import Scene
from n2n.training.batches import Crops, loader
from n2n.training.recipe import named_recipe


@pytest.fixture
def data(rng):
    """Seven grey scenes of three shots and a reference, 40 × 50 to 100 × 110 pixels; values tell scene and shot."""
    scenes = []
    for index in range(7):
        clean = rng.random((1, 40 + 10 * index, 50 + 10 * index), np.float32) / 100 + index / 10
        scenes.append(Scene(str(index), tuple(clean + shot / 50 for shot in range(3)), clean))
    return gather(scenes, "scenes")


@pytest.fixture
def photos(photo):
    """Six coloured photographs with Gaussian noise of σ 25."""
    parts = (photo[row : row + 80, :90].transpose(2, 0, 1) for row in range(0, 180, 30))
    return with_noise([Scene(str(i), (), part) for i, part in enumerate(parts)], "photos", noise.parse("gaussian:25"))


def two_shots(source, target, clean=None):
    return gather([Scene("0", (source, target), clean)], "pair")


def crops(data, share=(0, 1), **changes):
    return Crops(data, named_recipe("fast", **{"batch_size": 8, "crop": 32} | changes), share)


def eight_turns(picture):
    """(…, H, W) → its eight flips and quarter turns, by numpy."""
    return [np.rot90(flipped, turn, (-2, -1)) for flipped in (picture, picture[..., ::-1]) for turn in range(4)]


def shown(data, **changes):
    """(scene, shot of source, shot of target) of every pair of the first epoch, read off the values of `data`."""
    stream = crops(data, batch_size=1, augment=False, **changes)
    means = torch.cat([stream[step] for step in range(stream.epoch_size)])
    least = means.amin((2, 3, 4)).numpy() + 1e-6
    return [(int(s * 10), int(s * 10 % 1 * 5), int(t * 10 % 1 * 5)) for s, t in least]


# --- Repeatable ---


@pytest.mark.parametrize("kind", ["data", "photos"])
def test_a_batch_depends_on_seed_and_step_alone(kind, request):
    pairs = request.getfixturevalue(kind)
    stream, again = crops(pairs), crops(pairs)
    forwards = [stream[step] for step in range(8)]
    assert all(torch.equal(again[step], forwards[step]) for step in (7, 2, 5, 2))


@pytest.mark.parametrize("kind", ["data", "photos"])
def test_another_seed_or_step_gives_another_batch(kind, request):
    pairs = request.getfixturevalue(kind)
    batches = [crops(pairs, seed=seed)[step] for seed in (0, 1) for step in (0, 1)]
    assert len({batch.numpy().tobytes() for batch in batches}) == 4


def test_workers_change_nothing(data):
    batches = [torch.stack(list(loader(crops(data), 3, 7, workers))) for workers in (0, 1)]
    assert torch.equal(*batches)


@pytest.mark.parametrize("kind", ["data", "photos"])
@pytest.mark.parametrize("size", [8, 7])
def test_the_shares_of_two_processes_interleave_to_the_whole_batch(kind, size, request):
    pairs = request.getfixturevalue(kind)
    whole = crops(pairs, batch_size=size)[3]
    for share in (0, 1):
        assert torch.equal(crops(pairs, (share, 2), batch_size=size)[3], whole[share::2])


# --- Aligned ---


@pytest.mark.parametrize("augment", [False, True])
def test_source_and_target_show_the_same_window(rng, augment):
    source = rng.random((3, 90, 70), np.float32) / 2
    batch = crops(two_shots(source, source + 0.25), augment=augment, batch_size=50)[0]
    difference = (batch[:, 1] - batch[:, 0]).numpy()
    expected = 0.25 * np.sign(difference[:, :1, :1, :1])
    assert difference == pytest.approx(np.broadcast_to(expected, difference.shape), abs=1e-6)


@pytest.mark.parametrize("augment", [False, True])
def test_every_crop_is_found_in_the_scene(rng, augment):
    source, target = rng.random((2, 1, 45, 40), np.float32)
    batch = crops(two_shots(source, target), augment=augment, batch_size=20)[0].numpy()[:, :, 0]
    windows = np.lib.stride_tricks.sliding_window_view(np.stack([source[0], target[0]]), (32, 32), (1, 2))
    windows = windows.transpose(1, 2, 0, 3, 4).reshape(-1, 2, 32, 32)  # pairs
    turned = eight_turns(windows) if augment else [windows]
    known = {pair.tobytes() for pairs in turned for both in (pairs, pairs[:, ::-1]) for pair in both}
    assert all(pair.tobytes() in known for pair in batch)


def test_turns_flips_and_swaps_hit_whole_pairs_and_all_sixteen_occur(rng):
    source, target = rng.random((2, 3, 32, 32), np.float32)  # as large as the crop: no place to draw
    batch = crops(two_shots(source, target), batch_size=400)[0].numpy()
    both = np.stack([source, target])
    known = {turned.tobytes(): 0 for pair in (both, both[::-1]) for turned in eight_turns(pair)}
    counts = collections.Counter(pair.tobytes() for pair in batch)
    assert set(counts) == set(known) and len(known) == 16 and min(counts.values()) >= 8  # 25 on average


def test_crops_come_from_all_over_the_scene(rng):
    source = np.arange(90 * 90, dtype=np.float32).reshape(1, 90, 90) / 90**2
    batch = crops(two_shots(source, 1 - source), augment=False, batch_size=4000)[0]
    corners = np.rint(batch[:, 0, 0, 0, 0].numpy() * 90**2).astype(int)
    places = np.array([corners // 90, corners % 90])
    assert (places.min(1) == 0).all() and (places.max(1) == 90 - 32).all()
    assert places.mean(1) == pytest.approx([29, 29], abs=1.1)  # 4 standard errors


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(20, 11), (8, 50)])
def test_pictures_smaller_than_the_crop_are_continued_by_reflection(rng, dtype, shape):
    source, target = (rng.integers(1, 200, (2, 1, *shape))).astype(dtype)
    batch = crops(two_shots(source, target), augment=False, batch_size=5)[0]
    white = {"uint8": 255, "uint16": 255, "float32": 255}[np.dtype(dtype).name]
    padded = np.pad(source[0], [(0, max(0, 32 - side)) for side in shape], mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (32, 32)).reshape(-1, 32, 32)
    for crop in batch[:, 0, 0].numpy() * white:
        assert np.abs(windows - crop).max(axis=(1, 2)).min() < 1e-3


# --- Complete ---


def test_an_epoch_shows_every_pair_once(rng):
    values = np.arange(1, 101, dtype=np.uint8)[:, None, None, None].repeat(32, 2).repeat(32, 3)
    pairs = gather([Scene(str(i), (value, value + 100)) for i, value in enumerate(values)], "scenes")
    stream = crops(pairs, batch_size=10, augment=False)
    epochs = [torch.cat([stream[step] for step in steps])[:, 0, 0, 0, 0] * 255 for steps in (range(10), range(10, 20))]
    orders = [epoch.round().int().tolist() for epoch in epochs]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(1, 101))
    assert orders[0] != orders[1] != sorted(orders[1])


def test_three_shots_give_all_six_ordered_pairs_as_often_as_crops_tile_the_scene(data):
    tiles = {index: ((40 + 10 * index) // 32) * ((50 + 10 * index) // 32) for index in range(7)}
    expected = {(index, a, b): tiles[index] for index in tiles for a in range(3) for b in range(3) if a != b}
    assert collections.Counter(shown(data)) == expected


def test_the_length_is_that_of_an_epoch(data):
    tiles = sum(((40 + 10 * index) // 32) * ((50 + 10 * index) // 32) for index in range(7))
    assert len(crops(data, batch_size=8)) == int(np.ceil(tiles * 6 / 8))


def test_clean_targets_pair_every_shot_with_the_reference(data):
    pairs = set(shown(data, clean_targets=True))
    assert pairs == {(index, shot, 0) for index in range(7) for shot in range(3)}  # the reference's value is shot 0's


def test_clean_targets_are_never_swapped(rng):
    clean = rng.random((1, 32, 32), np.float32) / 2
    batch = crops(two_shots(clean + 0.25, clean + 0.25, clean), clean_targets=True, batch_size=50)[0]
    assert (batch[:, 0] - batch[:, 1]).numpy() == pytest.approx(0.25, abs=1e-6)


def test_white_is_one_whatever_the_depth(rng):
    shot = rng.integers(0, 1024, (3, 32, 32), dtype=np.uint16)
    shot[0, 0, 0] = 1023
    batch = crops(two_shots(shot, shot), augment=False)[0]
    assert batch.dtype == torch.float32 and batch[0, 0].numpy() == pytest.approx(shot / 1023)


def test_grey_scenes_among_coloured_ones_come_as_three_channels(rng):
    grey, colour = rng.random((2, 1, 40, 40), np.float32), rng.random((2, 3, 40, 40), np.float32)
    batch = crops(gather([Scene("g", tuple(grey)), Scene("c", tuple(colour))], "mixed"))[0]
    alike = (batch[:, 0, 0] == batch[:, 0, 1]).all((1, 2))
    assert batch.shape == (8, 2, 3, 32, 32) and alike.sum() == 4


# --- Noise models ---


def test_noise_is_drawn_afresh_at_each_step_and_for_each_of_the_pair(photo):
    picture = photo[:32, :32].transpose(2, 0, 1)
    stream = crops(
        with_noise([Scene("0", (), picture)], "photo", noise.parse("gaussian:25")), batch_size=2, augment=False
    )
    draws = torch.cat([stream[step] for step in range(3)]).flatten(0, 1).flatten(1).numpy() - picture.ravel() / 255
    assert np.corrcoef(draws) == pytest.approx(np.eye(12), abs=0.1)  # 5 standard errors
    assert draws.std(1) == pytest.approx(25 / 255, rel=0.1)


def test_frozen_noise_repeats(photo):
    pairs = with_noise([Scene("0", (), photo[:32, :32].transpose(2, 0, 1))], "photo", noise.parse("gaussian:25"))
    stream = crops(pairs.frozen(0), batch_size=2, augment=False)
    assert len({crop.numpy().tobytes() for step in range(3) for crop in stream[step]}) == 1


def test_clean_targets_of_a_noise_model_are_the_photograph(photos):
    batch = crops(photos, clean_targets=True)[0]
    assert (batch[:, 0] - batch[:, 1]).std().item() == pytest.approx(25 / 255, rel=0.01)
    assert (batch[:, 1] * 255).frac().abs().sub(0.5).abs().min() > 0.49  # whole numbers of 255


def test_pixelation_crops_blocks_of_the_photograph(photo):
    pairs = with_noise([Scene("0", (), photo.transpose(2, 0, 1))], "photo", noise.parse("pixelate:4"))
    batch = crops(pairs, augment=False, clean_targets=True, batch_size=2)[0].numpy() * 255
    blocks = np.lib.stride_tricks.sliding_window_view(photo[:, :, 0], (4, 4)).mean((2, 3))  # at every place
    assert all(np.abs(blocks[:129, :129] - first).min() < 1e-3 for first in batch[:, 1, 0, 0, 0])
    assert batch.shape == (2, 2, 3, 32, 32)


# --- Refused ---


def test_clean_targets_without_clean_pictures_are_refused(rng):
    with pytest.raises(ValueError, match="clean targets need clean pictures"):
        crops(two_shots(*rng.random((2, 1, 40, 40))), clean_targets=True)


def test_one_shot_only_is_refused(rng):
    noisy, clean = rng.random((2, 1, 40, 40))
    with pytest.raises(ValueError, match="one shot only"):
        crops(gather([Scene("0", (noisy,), clean)], "x"))


def test_grey_shows_about_so_many_pairs_with_one_channel_three_times(photo):
    pairs = with_noise([Scene("photo", (), photo.transpose(2, 0, 1))], "photo", noise.parse("gaussian:25"))
    batch = Crops(pairs, named_recipe("fast", steps=1, batch_size=200, grey=0.3))[0]
    grey = (batch == batch[:, :, :1]).flatten(1).all(1)
    assert 30 <= int(grey.sum()) <= 90
    assert not torch.equal(batch[grey][0, 0], batch[grey][0, 1])
