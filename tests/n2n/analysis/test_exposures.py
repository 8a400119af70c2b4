"""What second shots tell: disagreement, what a denoised picture is worth, averages of shots."""

import itertools
import math

import numpy as np
import pytest
import torch

from n2n.analysis import exposures
from n2n.data.pairs import gather
from n2n.data.scenes import Scene
from n2n.noise import parse
from n2n.reading.reader import read

SIGMA = 0.1


@pytest.fixture
def scenes(rng):
    """Four scenes of five float shots each with their clean picture; σ of the noise 0.1."""
    cleans = rng.uniform(0.2, 0.8, (4, 3, 64, 64)).astype(np.float32)
    noise = rng.normal(0, SIGMA, (5, *cleans.shape)).astype(np.float32)
    return [Scene(str(i), tuple(clean + noise[:, i]), clean) for i, clean in enumerate(cleans)]


def without_clean(scenes):
    return gather([Scene(scene.name, scene.shots) for scene in scenes], "test")


def plain_psnr(errors):
    return -10 * math.log10(float(np.mean(errors)))


def test_disagreement_is_the_mean_absolute_difference_over_channels(rng):
    first, second = (torch.from_numpy(rng.random((1, 3, 5, 7))) for _ in range(2))
    expected = np.abs(first.numpy() - second.numpy()).mean(axis=1)
    assert np.allclose(exposures.disagreement(first, second)[:, 0], expected)


@pytest.mark.parametrize("k", [1, 2, 10])
def test_a_picture_as_good_as_the_average_of_k_shots_is_worth_k_exposures(k):
    before, after = (-10 * math.log10(SIGMA**2 / shots) for shots in (1, k))
    assert exposures.worth(after, before) == pytest.approx(k)


def test_the_average_of_all_shots_is_their_mean(scenes):
    assert np.allclose(exposures.average(without_clean(scenes), 2)[0], np.mean(scenes[2].shots, axis=0), atol=1e-6)


def test_with_clean_pictures_averages_are_measured_in_groups_of_shots(scenes):
    found = dict(exposures.average_psnr(gather(scenes, "test")))
    for k, groups in {1: 5, 2: 2, 4: 1, 5: 1}.items():
        each = []
        for scene in scenes:
            means = [np.mean(scene.shots[k * group : k * group + k], axis=0) for group in range(groups)]
            each.append(plain_psnr([(mean - scene.clean) ** 2 for mean in means]))
        assert found.pop(k) == pytest.approx(np.mean(each), abs=1e-3)
    assert not found


def test_without_clean_pictures_averages_are_estimated_within_a_tenth_of_a_dB_of_the_truth(scenes):
    for k, estimated in exposures.average_psnr(without_clean(scenes)):
        truth = [(np.mean(scene.shots[:k], axis=0) - scene.clean) ** 2 for scene in scenes]
        assert estimated == pytest.approx(plain_psnr(truth), abs=0.1)


def test_shots_of_unequal_noise_are_estimated_within_a_tenth_of_a_dB_too(rng):
    clean = rng.uniform(0.2, 0.8, (3, 128, 128))
    shots = tuple((clean + rng.normal(0, sigma, clean.shape)).astype(np.float32) for sigma in (0.05, 0.1, 0.2))
    found = dict(exposures.average_psnr(gather([Scene("a", shots)], "test")))
    assert found[1] == pytest.approx(plain_psnr([(shot - clean) ** 2 for shot in shots]), abs=0.1)
    assert found[3] == pytest.approx(plain_psnr((np.mean(shots, axis=0) - clean) ** 2), abs=0.1)


def test_the_estimate_equals_that_against_every_shot_left_out(scenes):
    shots = np.stack(scenes[0].shots).astype(np.float64)
    noise, errors = shots.var(0, ddof=1).mean(), []
    for *averaged, left_out in itertools.permutations(range(5), 3):
        errors.append(((shots[averaged].mean(0) - shots[left_out]) ** 2).mean() - noise)
    assert dict(exposures.average_psnr(without_clean(scenes[:1])))[2] == pytest.approx(plain_psnr(errors), abs=1e-3)


def test_larger_scenes_weigh_more_in_an_estimate(rng):
    kinds = {0.1: (1, 64, 64), 0.2: (1, 32, 32)}
    scenes = [Scene("a", tuple(rng.normal(0.5, sigma, (2, *shape)))) for sigma, shape in kinds.items()]
    pixels = np.concatenate([((scene.shots[0] - scene.shots[1]) ** 2 / 2).ravel() for scene in scenes])
    assert dict(exposures.average_psnr(gather(scenes, "test")))[1] == pytest.approx(plain_psnr(pixels), abs=1e-3)


def test_only_numbers_of_shots_that_every_scene_has_are_told(scenes):
    scenes[1] = Scene("short", scenes[1].shots[:2], scenes[1].clean)
    assert [k for k, _ in exposures.average_psnr(gather(scenes, "test"))] == [1, 2]


def test_photographs_have_their_noise_drawn_first():
    photographs = read("samples", noise=parse("gaussian:25")).chosen([0])
    (_, one), (_, two) = exposures.average_psnr(photographs)
    assert one == pytest.approx(20 * math.log10(255 / 25), abs=0.05) and two == pytest.approx(one + 3.01, abs=0.05)


def test_one_shot_has_no_average(scenes):
    with pytest.raises(ValueError, match="one shot only"):
        exposures.average_psnr(gather([Scene("a", scenes[0].shots[:1], scenes[0].clean)], "test"))
