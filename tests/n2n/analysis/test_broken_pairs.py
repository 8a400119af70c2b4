"""Pairs that break one assumption: by as much as is said, and no other."""

import math

import numpy as np
import pytest
import scipy
import skimage

from n2n.analysis import broken_pairs
from n2n.analysis.broken_pairs import MARGIN, SIGMA, WAYS
from n2n.measure.doctor import examine


@pytest.fixture(scope="module")
def clean():
    """(6, 3, 136, 136): cut from a photograph, in [0, 1]."""
    photo = skimage.data.astronaut().transpose(2, 0, 1) / 255
    places = [(0, 0), (0, 136), (0, 272), (136, 0), (136, 136), (136, 272)]
    return np.stack([photo[:, y : y + 136, x : x + 136] for y, x in places])


def noises(shots):
    return (shot.astype(float) - shots.clean for shot in (shots.source, shots.target))


def correlation(one, other):
    return scipy.stats.pearsonr(one.ravel(), other.ravel()).statistic


@pytest.mark.parametrize("way", [way for way in WAYS if way != "clip"])
def test_by_nothing_they_are_good_pairs(clean, way):
    shots = broken_pairs.broken(clean, way, 0.0, seed=0)
    one, other = noises(shots)
    assert np.array_equal(shots.clean, clean[..., MARGIN:-MARGIN, MARGIN:-MARGIN].astype(np.float32))
    assert [one.mean(), other.mean()] == pytest.approx([0, 0], abs=1e-3)
    assert [one.std(), other.std()] == pytest.approx([SIGMA, SIGMA], rel=0.01)
    assert correlation(one, other) == pytest.approx(0, abs=0.01)
    assert correlation(one[..., 1:], one[..., :-1]) == pytest.approx(0, abs=0.01)


def test_good_pairs_are_what_a_shift_of_nothing_makes(clean):
    good = broken_pairs.good(broken_pairs.inside(clean.astype(np.float32)), seed=3)
    assert all(map(np.array_equal, good, broken_pairs.broken(clean, "shift", 0.0, seed=3)))


@pytest.mark.parametrize("amount", [1, 2, 4])
def test_a_shift_is_found_by_cross_correlation(clean, amount):
    source, target, _ = broken_pairs.broken(clean, "shift", amount, seed=0)
    middle = source[..., 8:-8, 8:-8]
    likeness = {
        (down, right): correlation(middle, target[..., 8 + down : 120 + down, 8 + right : 120 + right])
        for down in (-1, 0, 1)
        for right in range(-5, 6)
    }
    assert max(likeness, key=likeness.get) == (0, amount)


def test_a_shifted_shot_shows_nothing_but_the_scene(clean):
    shots = broken_pairs.broken(clean, "shift", 3.0, seed=0, sigma=0.0)
    assert np.array_equal(shots.target[..., 3:], shots.clean[..., :-3])
    assert np.allclose(shots.target[..., 0], clean[..., MARGIN:-MARGIN, MARGIN - 3])


@pytest.mark.parametrize("share", [25, 50, 75])
def test_shared_noise_correlates_by_its_share_of_the_power(clean, share):
    one, other = noises(broken_pairs.broken(clean, "shared", share, seed=0))
    assert correlation(one, other) == pytest.approx(share / 100, abs=0.01)
    assert [one.std(), other.std()] == pytest.approx([SIGMA, SIGMA], rel=0.01)


def test_all_noise_shared_makes_one_shot_of_two(clean):
    shots = broken_pairs.broken(clean, "shared", 100.0, seed=0)
    assert np.array_equal(shots.source, shots.target)


def test_a_bias_is_the_mean_of_the_noise_in_both_shots(clean):
    one, other = noises(broken_pairs.broken(clean, "bias", 7.0, seed=0))
    assert [one.mean(), other.mean()] == pytest.approx([0.07, 0.07], abs=1e-3)
    assert correlation(one, other) == pytest.approx(0, abs=0.01)


def test_clipped_noise_is_off_by_what_a_cut_normal_distribution_says(clean):
    shots = broken_pairs.broken(clean, "clip", 30.0, seed=0)
    assert shots.source.min() == 0 and shots.source.max() == 1
    for noise in noises(shots):
        assert noise[shots.clean == 0].mean() == pytest.approx(SIGMA / math.sqrt(2 * math.pi), abs=1e-3)
        assert noise[shots.clean == 1].mean() == pytest.approx(-SIGMA / math.sqrt(2 * math.pi), abs=1e-3)
        assert noise[abs(shots.clean - 0.5) < 0.1].mean() == pytest.approx(0, abs=2e-3)


def test_clipping_raises_the_contrast_until_the_share_is_black_or_white(clean):
    shots = broken_pairs.broken(clean, "clip", 30.0, seed=0)
    assert np.isin(shots.clean, (0, 1)).mean() == pytest.approx(0.3, abs=0.02)
    assert scipy.stats.spearmanr(shots.clean[0, 0].ravel(), clean[0, 0, 4:-4, 4:-4].ravel()).statistic > 0.95


@pytest.mark.parametrize("rho", [0.2, 0.4, 0.8])
@pytest.mark.parametrize("axis", [-1, -2])
def test_noise_of_neighbours_falls_off_by_powers(clean, rho, axis):
    shots = broken_pairs.broken(clean, "neighbours", rho, seed=0)
    for noise in noises(shots):
        noise = np.moveaxis(noise, axis, -1)
        for lag in (1, 2):
            assert correlation(noise[..., lag:], noise[..., :-lag]) == pytest.approx(rho**lag, abs=0.03)


def test_noise_of_neighbours_is_as_strong_everywhere_and_independent_between_shots(clean):
    one, other = noises(broken_pairs.broken(np.repeat(clean, 4, axis=0), "neighbours", 0.6, seed=0))
    assert one[..., 0, 0].std() == pytest.approx(SIGMA, rel=0.25)  # 72 numbers
    assert one[..., :3, :].std() == pytest.approx(SIGMA, rel=0.05)
    assert one.std() == pytest.approx(SIGMA, rel=0.02)
    assert correlation(one, other) == pytest.approx(0, abs=0.02)


def test_the_noise_is_told_as_it_was_made(clean):
    found = broken_pairs.noise_statistics(broken_pairs.broken(clean, "shared", 40.0, seed=0))
    assert found[0::3] == pytest.approx((0, 0.4), abs=0.01) and found.next_pixel == pytest.approx(0, abs=0.01)
    found = broken_pairs.noise_statistics(broken_pairs.broken(clean, "clip", 40.0, seed=0))
    assert found.in_black > 0.01 and found.in_white < -0.01
    assert broken_pairs.noise_statistics(
        broken_pairs.broken(clean, "neighbours", 0.4, seed=0)
    ).next_pixel == pytest.approx(0.4, abs=0.02)


def test_noise_in_words_leaves_out_what_is_not_there():
    told = str(broken_pairs.NoiseStatistics(-0.0001, math.nan, 0.05, 0.5, 0.0))
    assert "average +0.0 % of white, +5.0 % of white in white areas" in told and "black" not in told
    assert "0.50 with the noise of the second shot" in told


def test_the_seed_decides_the_noise(clean):
    one, same, other = (broken_pairs.broken(clean, "bias", 1.0, seed).source for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


EXPECTED = {
    "shift": {"shift": "red"},
    "shared": {"noise in common": "amber"},
    "bias": {},
    "clip": {"clipping": "red"},
    "neighbours": {"noise correlated between pixels": "amber"},
}


@pytest.mark.parametrize("way", WAYS)
def test_half_way_the_pair_doctor_sees_it_or_does_not(clean, way):
    shots = broken_pairs.broken(clean, way, WAYS[way].amount(50), seed=0)
    verdicts = examine(broken_pairs.to_pairs(shots, "test"))
    seen = {found.check: found.level for found in verdicts if found.level != "green"}
    assert EXPECTED[way].items() <= seen.items() and bool(EXPECTED[way]) == bool(seen.keys() - {"amount"})


def test_amounts_are_steps_of_the_most():
    assert [WAYS["shift"].amount(percent) for percent in (0, 30, 50, 100)] == [0, 1, 2, 4]
    assert all(way.amount(100) == pytest.approx(way.most) and way.amount(0) == 0 for way in WAYS.values())


@pytest.mark.parametrize(("way", "amount", "told"), [("dust", 1, "allowed: shift"), ("shift", 5, "0 to 4 px")])
def test_what_cannot_be_broken_is_told(clean, way, amount, told):
    with pytest.raises(ValueError, match=told):
        broken_pairs.broken(clean, way, amount, seed=0)
