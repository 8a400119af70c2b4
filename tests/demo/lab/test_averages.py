"""Mean, median and mode of copies, and the experiment that shows them."""

import math
import re

import numpy as np
import pytest
import scipy.stats
import torch

from demo.lab.averages import EXPERIMENT
from n2n.analysis.averages import Averages, distances, half_sample_mode, pixel_averages
from n2n.files import image
from n2n.noise import generator, parse


def plain_mode(values):
    """Robertson and Cryer's half-sample mode of sorted numbers, written as they say it."""
    if len(values) <= 2:
        return sum(values) / len(values)
    if len(values) == 3:
        low, middle, high = values
        if middle - low == high - middle:
            return middle
        return (low + middle) / 2 if middle - low < high - middle else (middle + high) / 2
    half = math.ceil(len(values) / 2)
    widths = [values[i + half - 1] - values[i] for i in range(len(values) - half + 1)]
    first = widths.index(min(widths))
    return plain_mode(values[first : first + half])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 31, 64])
def test_the_three_centres_are_those_of_numpy_and_a_plain_loop(rng, count):
    copies = rng.normal(size=(count, 2, 3))
    found = pixel_averages(torch.from_numpy(copies))
    assert np.allclose(found.mean, copies.mean(0)) and np.allclose(found.median, np.median(copies, axis=0))
    modes = [plain_mode(np.sort(pixel).tolist()) for pixel in copies.reshape(count, -1).T]
    assert np.allclose(found.mode.numpy().ravel(), modes)


def test_the_middle_of_three_is_the_mode_where_both_gaps_are_equal():
    assert float(half_sample_mode(torch.tensor([1.0, 2.0, 3.0]))) == 2.0


def test_the_mode_of_a_skewed_distribution_is_its_peak(rng):
    shape = 4.0
    draws = np.sort(scipy.stats.gamma(shape).rvs((400, 2000), random_state=rng))
    found = half_sample_mode(torch.from_numpy(draws)).mean()
    assert float(found) == pytest.approx(shape - 1, abs=0.25)  # its median is 3.67, its mean 4


def test_of_impulse_noise_the_centres_are_those_of_its_distribution():
    chance, value = 0.7, 0.1
    shots = parse(f"impulse:{chance}").shots(torch.full((1, 1, 64, 64), value), 256, generator(0))
    found = pixel_averages(torch.cat(shots))
    assert float(found.mean.mean()) == pytest.approx((1 - chance) * value + chance / 2, abs=2e-3)
    assert float(found.median.mean()) == pytest.approx(1 - 0.5 / chance, abs=5e-3)
    assert (found.mode == value).double().mean() > 0.99


@pytest.mark.parametrize("loss, centre", [(2, "mean"), (1, "median")])
def test_a_loss_is_least_at_its_centre(rng, loss, centre):
    copies = torch.from_numpy(rng.exponential(size=(101, 1)))
    tried = torch.linspace(0, 3, 3001, dtype=torch.float64)
    losses = (copies - tried).abs().pow(loss).mean(0)
    assert float(tried[losses.argmin()]) == pytest.approx(float(getattr(pixel_averages(copies), centre)), abs=1e-3)


def test_without_copies_there_is_no_centre():
    with pytest.raises(ValueError, match="no copy"):
        pixel_averages(torch.empty(0, 1, 2, 2))


def test_distances_are_root_mean_square():
    found = Averages(torch.zeros(4), torch.ones(4), torch.tensor([0.0, 0, 0, 2]))
    assert distances(torch.zeros(4), found) == pytest.approx({"mean": 0, "median": 1, "mode": 1})


def screens(folder, **given):
    chosen, wrong = EXPERIMENT.read({"seconds": "0", "copies": "16"} | given)
    assert not wrong
    return list(EXPERIMENT.work(lambda: False, folder, chosen))


def seen(screen):
    return {picture.role: picture for row in screen.rows for picture in row}


def test_copies_double_up_to_the_number_chosen(tmp_path):
    said = [screen.headline.split(":")[0] for screen in screens(tmp_path)]
    assert said == ["One copy", "2 copies", "4 copies", "8 copies", "16 copies"]


@pytest.mark.parametrize("noise, best", [("impulse:0.7", "mode"), ("gaussian:50", "mean")])
def test_the_noise_decides_which_average_is_clean(tmp_path, noise, best):
    *_, last = screens(tmp_path, noise=noise, copies="256")
    psnr = {role: picture.psnr for role, picture in seen(last).items()}
    assert max(psnr["mean"], psnr["median"], psnr["mode"]) == psnr[best] > psnr["noisy"]
    assert f"the {best} is closest" in last.headline and "<svg" in last.figure


def test_text_leaves_median_and_mode_clean(tmp_path):
    *_, last = screens(tmp_path, noise="text:0.25", copies="64")
    assert min(seen(last)["median"].psnr, seen(last)["mode"].psnr) > seen(last)["mean"].psnr + 10


def test_a_net_is_told_by_the_average_that_its_picture_is_nearest_to(tmp_path):
    chosen = EXPERIMENT.read({"noise": "text:0.25", "copies": "4"})[0] | {"seconds": "1"}
    *_, last = EXPERIMENT.work(lambda: False, tmp_path, chosen)
    net, *averages = (image.read(seen(last)[role].file).pixels.astype(float) for role in ("net", *Averages._fields))
    far = dict(zip(Averages._fields, (np.sqrt(np.mean((net - each) ** 2)) for each in averages)))
    told = {name: float(value) for name, value in re.findall(r"(mean|median|mode) ([\d.]+)", last.notes[0])}
    assert told == pytest.approx(far, abs=1.5)  # the files hold whole numbers from 0 to 255
    assert last.share == 1


def test_asked_to_stop_it_ends_after_a_screen(tmp_path):
    assert len(list(EXPERIMENT.work(lambda: True, tmp_path, EXPERIMENT.read({})[0]))) == 1
