"""Experiment 4: averages against numpy, the crossing against interpolation, and what the screen says of it."""

import re

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from demo.content import samples
from demo.lab import exposures
from demo.lab.material import SHIPPED, photograph
from n2n import Noise2Noise, noise

CHOSEN = {"picture": "cat", "noise": 25.0, "seed": 3}
GAUSSIAN = noise.parse("gaussian:25")


def never():
    return False


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    return list(exposures.work(never, tmp_path_factory.mktemp("exposures"), CHOSEN))


def measured(screen):
    """PSNR by exposures, of one shot and of the averages that double."""
    found = {int(role.split()[-1]): seen.psnr for role, seen in by_role(screen).items() if role.startswith("average")}
    doubled = {count: found[count] for count in sorted(found) if count.bit_count() == 1 and count // 2 in {1, *found}}
    return {1: by_role(screen)["one noisy shot"].psnr} | doubled


def by_role(screen):
    return {seen.role: seen for row in screen.rows for seen in row}


def worth(screen):
    return float(re.search(r"about ([\d.]+) exposures", screen.headline)[1])


def test_an_average_is_numpys_mean_of_the_same_shots():
    clean = photograph("cat", exposures.SIDE)
    shots = [GAUSSIAN(clean, noise.generator(3, number)).numpy() for number in range(8)]
    assert np.allclose(exposures.average(clean, GAUSSIAN, 8, 3).numpy(), np.mean(shots, axis=0), atol=1e-6)


def test_the_screen_tells_the_psnr_of_numpys_mean(screens):
    clean = photograph("cat", exposures.SIDE)
    shots = np.stack([GAUSSIAN(clean, noise.generator(3, number)).numpy() for number in range(32)])
    for count, psnr in measured(screens[-1]).items():
        expected = peak_signal_noise_ratio(clean.numpy(), shots[:count].mean(0), data_range=1)
        assert psnr == pytest.approx(expected, abs=1e-3)


def test_each_doubling_gains_three_decibels(screens):
    psnr = list(measured(screens[-1]).values())
    assert np.diff(psnr) == pytest.approx(10 * np.log10(2), abs=0.1)


def test_the_shots_differ_and_the_seed_decides_them():
    clean = photograph("coins", exposures.SIDE)
    one, two = (noise.generator(3, number).initial_seed() for number in (0, 1))
    assert one != two
    again, other = (exposures.average(clean, GAUSSIAN, 2, seed) for seed in (3, 4))
    assert (exposures.average(clean, GAUSSIAN, 2, 3) == again).all() and not (again == other).all()


def test_the_number_of_exposures_is_where_the_measured_averages_cross(screens):
    counts, psnr = zip(*measured(screens[-1]).items())
    crossing = 2 ** np.interp(by_role(screens[-1])["denoised"].psnr, psnr, np.log2(counts))
    assert worth(screens[-1]) == pytest.approx(crossing, rel=0.03)


def test_the_average_of_so_many_is_as_good_as_the_net(screens):
    seen, count = by_role(screens[-1]), round(worth(screens[-1]))
    assert seen[f"average of {count}"].psnr == pytest.approx(seen["denoised"].psnr, abs=10 * np.log10(1 + 0.6 / count))


def test_the_net_sees_the_one_shot_alone(screens):
    noisy = exposures.average(photograph("cat", exposures.SIDE), GAUSSIAN, 1, 3)
    again = Noise2Noise.load(SHIPPED, "cpu").predict(noisy)[0].permute(1, 2, 0).clamp(0, 1).numpy() * 255
    shown = np.array(Image.open(by_role(screens[-1])["denoised"].file), dtype=float)
    assert np.abs(shown - again).max() <= 1


def test_the_screens_grow_by_one_doubling_each(screens):
    assert [max(measured(screen)) for screen in screens] == [1, 2, 4, 8, 16, 32]
    assert [screen.share for screen in screens] == pytest.approx(np.arange(6) / 5)


@pytest.mark.parametrize(("worth", "last"), [(0.9, 32), (31.9, 32), (33.0, 64), (1e6, 256)])
def test_averaging_goes_on_until_it_is_as_good_as_the_net(worth, last):
    assert exposures._last(worth) == last


def test_asked_to_stop_it_ends(tmp_path):
    assert len(list(exposures.work(lambda: True, tmp_path, CHOSEN))) == 1


def test_noise_never_learnt_is_told_of(tmp_path):
    screen = next(exposures.work(never, tmp_path, CHOSEN | {"noise": 75.0}))
    assert "more than the σ 0 to 50 this model learnt" in screen.notes[0]


def test_where_the_net_does_harm_the_headline_says_so():
    assert "less than the shot itself" in exposures._headline(0.94)


@pytest.mark.parametrize("key", exposures.PICTURES)
def test_every_picture_fits_the_side(key):
    assert photograph(key, exposures.SIDE).shape[-2:] == (exposures.SIDE, exposures.SIDE)
    assert samples.SAMPLES[key].label in dict(exposures.EXPERIMENT.controls[0].options)


def test_the_figure_marks_the_crossing(screens):
    assert f">{worth(screens[-1]):.1f}<" in re.sub(r"\s", "", screens[-1].figure)
