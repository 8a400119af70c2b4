"""The referee against the truth: its order, its intervals, what it refuses, and what it tells of each result."""

import itertools
import re

import numpy as np
import pytest
import scipy
import skimage
import torch

import n2n
from n2n.measure import baselines
from n2n.noise import generator, parse

NOISES = ("gaussian:25", "poisson:30", "speckle:0.2", "poisson:30+gaussian:10", "impulse:0.1", "camera:6")
DENOISERS = {name: method for name, method in baselines.installed().items() if name != "blur"}
SIDE = 96


def piece(side):
    """A piece of a colour photograph, float (1, 3, side, side) in [0, 1]."""
    photograph = skimage.data.astronaut()[40 : 40 + side, 170 : 170 + side]
    return np.ascontiguousarray(photograph.transpose(2, 0, 1)[None] / 255, np.float32)


def two_shots(clean):
    rng = np.random.default_rng(0)
    return [clean + rng.normal(0, 25 / 255, clean.shape).astype(np.float32) for _ in range(2)]


@pytest.fixture(scope="module")
def clean():
    return piece(SIDE)


@pytest.fixture(scope="module")
def shots(clean):
    return two_shots(clean)


@pytest.fixture(scope="module")
def smooth(shots):
    """An honest result."""
    return scipy.ndimage.gaussian_filter(shots[0], (0, 0, 1, 1))


def of(shots, result, **options):
    """What is found of a single result."""
    [found] = n2n.score(*shots, {"it": result}, data_range=1.0, **options).results
    return found


@pytest.fixture(scope="module")
def net():
    return n2n.Noise2Noise.load("gaussian-small", "cpu")


@pytest.mark.parametrize("spec", NOISES)
def test_the_order_is_the_true_one_wherever_the_truth_differs_by_more_than_the_interval(spec, clean, net):
    moves_the_mean = spec.startswith(("impulse", "camera"))
    drawn = parse(spec).shots(torch.from_numpy(clean), 32 if moves_the_mean else 2, generator(1))
    first, second, truth = drawn[0], drawn[1], torch.stack(drawn[2:]).mean(0) if moves_the_mean else clean
    results = {name: baselines.denoise(method, first) for name, method in DENOISERS.items()}
    score = n2n.score(first, second, results | {"ours": net.restore(first)}, truth, data_range=1.0)
    assert len(score.ranked) == len(DENOISERS) + 1
    for one, other in itertools.pairwise(score.ranked):
        assert one.true - other.true > -one.lead.reach, (one.name, other.name)


def test_the_true_psnr_stands_beside_and_lies_in_the_interval(shots, smooth, clean):
    found = of(shots, smooth, clean=clean)
    true = skimage.metrics.peak_signal_noise_ratio(clean, smooth, data_range=1)
    assert found.true == pytest.approx(true, abs=1e-3)
    assert found.estimate.low < true < found.estimate.high
    assert found.gain == pytest.approx(true + 20 * np.log10(25 / 255), abs=0.3)


def test_results_that_do_not_differ_are_said_to_be_the_same(shots, smooth):
    first = n2n.score(*shots, {"one": smooth, "twin": smooth.copy()}, data_range=1.0).ranked[0]
    assert not first.lead.sure and "are the same, pixel by pixel" in first.sentence


def bytes_of(picture):
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


BAD = {
    "nan": ("nan", lambda it, first, second: np.where(it > it.max() - 1e-6, np.nan, it), "NaN"),
    "first": ("shot 1", lambda it, first, second: first, "give what a program made of it"),
    "second": ("shot 2", lambda it, first, second: second, "that is not allowed"),
    "larger": ("size", lambda it, first, second: it.repeat(2, -1).repeat(2, -2), "save it in their size"),
    "cropped": ("crop", lambda it, first, second: it[..., 5:70, 11:80], "rows 5 to 69 and columns 11 to 79"),
    "shifted": ("shift", lambda it, first, second: np.roll(it, (2, -1), (-2, -1)), "down and .* px left"),
    "range": ("range", lambda it, first, second: it * 255, "match it. The option --match-range does it"),
    "gamma": ("gamma", lambda it, first, second: it.clip(0) ** 0.45, "another gamma or tone curve"),
    "grey": ("channels", lambda it, first, second: it.mean(1, keepdims=True), "the shots are in colour"),
    "BGR": ("channels", lambda it, first, second: it[:, ::-1], "RGB, not BGR"),
    "mirrored": ("scene", lambda it, first, second: it[..., ::-1], "turned or mirrored"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_result_that_cannot_be_compared_has_a_sentence_and_no_number(name, shots, smooth):
    code, spoil, told = BAD[name]
    found = of(shots, np.ascontiguousarray(spoil(smooth, *shots), np.float32))
    assert (found.code, found.estimate) == (code, None)
    assert re.search(told, found.sentence), found.sentence


def test_eight_bits_of_sixteen_bit_shots_are_matched_where_that_is_asked_for(shots, smooth, clean):
    deep = [(np.clip(shot * 0.6 + 0.2, 0, 1) * 65535).round().astype(np.uint16) for shot in shots]
    result = bytes_of(smooth * 0.6 + 0.2)
    [found] = n2n.score(*deep, {"it": result}).results
    assert (found.code, found.remedy) == ("range", "--match-range") and "uint8, they are uint16" in found.problem
    truth = ((clean * 0.6 + 0.2) * 65535).round().astype(np.uint16)
    [matched] = n2n.score(*deep, {"it": result}, truth, match_range=True).results
    assert matched.true == pytest.approx(
        skimage.metrics.peak_signal_noise_ratio(truth / 65535, result / 255, data_range=1), abs=0.01
    )


# What other programs make of values: of an 8-bit shot 16 bits; of a 16-bit one floats up to 1, or stretched to its own
# least and greatest value.
RANGES = {
    "16 bits": (np.uint8, lambda it: (it * 65535).round().astype(np.uint16)),
    "floats": (np.uint16, lambda it: it.astype(np.float32)),
    "stretched": (np.uint16, lambda it: ((it - it.min()) / (it.max() - it.min())).astype(np.float32)),
    "z-scores": (np.uint8, lambda it: ((it - it.mean()) / it.std()).astype(np.float32)),
}


@pytest.mark.parametrize("name", RANGES)
def test_another_range_is_matched_as_if_it_were_that_of_the_shots(name, shots, smooth):
    dtype, change = RANGES[name]
    top = np.iinfo(dtype).max
    first, second, kept = ((np.clip(it * 0.4 + 0.3, 0, 1) * top).round().astype(dtype) for it in (*shots, smooth))
    changed = change(smooth * 0.4 + 0.3)
    [refused] = n2n.score(first, second, {"it": changed}).results
    assert refused.code == "range" and refused.remedy == "--match-range"
    score = n2n.score(first, second, {"it": changed, "kept": kept}, match_range=True)
    one, other = (each.estimate.psnr for each in score.ranked)
    assert one == pytest.approx(other, abs=0.05)


@pytest.mark.parametrize("spoil", [lambda it: np.roll(it, (2, -1), (-2, -1)), lambda it: it[..., 5:, 11:]])
def test_what_lies_elsewhere_is_laid_back_where_that_is_asked_for(spoil, shots, smooth, clean):
    moved, kept = (of(shots, it, clean=clean, align=True) for it in (np.ascontiguousarray(spoil(smooth)), smooth))
    assert moved.true == pytest.approx(kept.true, abs=0.4)


def test_a_second_shot_that_lies_elsewhere_is_told_and_laid_back(shots, smooth):
    moved = [shots[0], np.roll(shots[1], (2, 3), (-2, -1))]
    score = n2n.score(*moved, {"it": smooth}, data_range=1.0)
    assert any("Edges lie elsewhere in the second shot" in told for told in score.worth)
    assert score.ranked  # the result itself lies where the first shot does
    assert of(moved, smooth, align=True).estimate.psnr == pytest.approx(of(shots, smooth).estimate.psnr, abs=0.5)


def test_one_shot_twice_has_no_score(shots, smooth):
    with pytest.raises(ValueError, match="both shots of '0' are the same picture; a score needs two exposures"):
        n2n.score(shots[0], shots[0], [smooth])


def test_shots_of_two_sizes_have_no_score(shots, smooth):
    with pytest.raises(ValueError, match=r"the first shot and second shot differ .*; save them alike"):
        n2n.score(shots[0], shots[1][..., :90], [smooth])


def test_files_and_arrays_are_not_mixed(shots):
    with pytest.raises(ValueError, match="files and arrays are mixed"):
        n2n.score(*shots, ["result.png"])


def test_where_it_lost_is_what_was_done_to_it(shots, smooth):
    bright, red = smooth + 0.02, smooth + np.array([0.03, 0, 0], np.float32)[:, None, None]
    cut = smooth.clip(0.1, None)
    kept, brighter, coloured, clipped = (of(shots, it).losses for it in (smooth, bright, red, cut))
    assert brighter.brightness - kept.brightness == pytest.approx(2, abs=0.01)
    assert coloured.colours == pytest.approx(2, abs=0.2)
    assert kept.colours < 0.05 and clipped.clipped > 1 and kept.clipped == 0


def test_colours_that_the_second_shot_alone_has_are_no_fault_of_a_result(shots, smooth):
    second = shots[1] + np.array([0.03, 0, 0], np.float32)[:, None, None]
    assert of((shots[0], second), smooth).losses.colours < 0.05


def test_what_a_blur_removes_holds_structure_and_what_is_all_noise_does_not(shots, clean):
    blurred = scipy.ndimage.gaussian_filter(shots[0], (0, 0, 2, 2))
    assert of(shots, blurred).losses.structure > 0.3
    assert abs(of(shots, clean + 0.2 * (shots[0] - clean)).losses.structure) < 0.05


@pytest.mark.parametrize("sigma", [0.8, 1.2])
def test_detail_ends_where_a_gaussian_filter_leaves_half(sigma, rng):
    """exp(−2π²σ²f²) = ½; the picture has detail at all frequencies."""
    clean = np.float32(0.5 + scipy.ndimage.gaussian_filter(rng.normal(0, 0.4, (1, 1, 256, 256)), (0, 0, 0.5, 0.5)))
    shots = [clean + rng.normal(0, 0.05, clean.shape).astype(np.float32) for _ in range(2)]
    found = of(shots, scipy.ndimage.gaussian_filter(shots[0], (0, 0, sigma, sigma)))
    assert found.detail.pixels == pytest.approx(np.pi * sigma * np.sqrt(2 / np.log(2)), rel=0.05)


def test_the_clean_picture_has_the_curve_of_a_perfect_denoiser(shots, clean):
    curve = of(shots, clean).curve
    assert np.abs(np.subtract(curve.result, curve.perfect))[len(curve.periods) // 2 :].max() < 0.06


def test_scenes_are_pooled_and_told_one_by_one(shots, smooth, clean):
    stacks = [np.concatenate([it[..., :48], it[..., 48:]]) for it in (*shots, smooth, clean)]
    score = n2n.score(*stacks[:2], {"it": stacks[2]}, stacks[3], data_range=1.0)
    assert len(score.ranked[0].scenes) == 2 and "mean of 2 scenes" in str(score)
    assert score.ranked[0].true == pytest.approx(of(shots, smooth, clean=clean).true, abs=1e-3)


def test_the_score_is_values_for_json(shots, smooth):
    values = n2n.score(*shots, {"it": smooth}, data_range=1.0).as_json()
    assert values["results"][0]["sentence"].startswith("“it” gains") and "maps" not in values["results"][0]
