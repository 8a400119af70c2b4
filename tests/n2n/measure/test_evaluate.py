"""Measuring a set, and what is shown of it."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import skimage
import torch

from n2n.data.pairs import gather
from n2n.data.photographs import with_noise
from n2n.data.scenes import Scene
from n2n.figures import report
from n2n.measure import baselines
from n2n.measure.estimate import noise_level
from n2n.measure.evaluate import measure
from n2n.noise import parse


@pytest.fixture
def scenes(photo, rng):
    """Two scenes of unlike size, float, with two shots and the clean picture."""
    clean = photo.transpose(2, 0, 1).astype(np.float32) / 255
    cuts = [clean[:, :64, :96], clean[:, 100:148, 100:164]]
    return [
        Scene(str(i), tuple((cut + rng.normal(0, 0.1, cut.shape)).astype(np.float32) for _ in "12"), cut)
        for i, cut in enumerate(cuts)
    ]


@pytest.fixture
def pairs(scenes):
    return gather(scenes, "test")


def halved(noisy):
    return noisy / 2


def expected(scenes, of):
    return [skimage.metrics.peak_signal_noise_ratio(s.clean, of(s.shots[0]), data_range=1) for s in scenes]


def test_psnr_of_a_set_is_the_mean_over_its_pictures(pairs, scenes):
    measured = measure(halved, pairs)
    assert measured.denoised.psnr == pytest.approx(np.mean(expected(scenes, halved)), abs=1e-3)
    assert measured.noisy.psnr == pytest.approx(np.mean(expected(scenes, np.asarray)), abs=1e-3)


def test_pooled_psnr_weighs_every_pixel_alike(pairs, scenes):
    errors = np.concatenate([((s.shots[0] - s.clean) ** 2).ravel() for s in scenes])
    assert measure(halved, pairs).noisy.psnr_pooled == pytest.approx(-10 * np.log10(errors.mean()), abs=1e-3)


def test_every_picture_is_told_by_name(pairs, scenes):
    names, noisy, denoised = zip(*measure(halved, pairs).pictures)
    assert names == ("0", "1")
    assert noisy == pytest.approx(expected(scenes, np.asarray), abs=1e-3)
    assert denoised == pytest.approx(expected(scenes, halved), abs=1e-3)


def test_ssim_is_scikit_image_s(pairs, scenes):
    settings = dict(channel_axis=0, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    ours = measure(halved, pairs, with_ssim=True).noisy.ssim
    values = [skimage.metrics.structural_similarity(s.shots[0], s.clean, **settings) for s in scenes]
    assert ours == pytest.approx(np.mean(values), abs=1e-4)


def test_without_clean_pictures_only_the_estimate_is_told(scenes):
    measured = measure(halved, gather([Scene(s.name, s.shots) for s in scenes], "test"))
    assert measured.noisy is None and measured.denoised is None and measured.pictures == ()
    assert measured.estimated.low <= measured.estimated.psnr <= measured.estimated.high


def test_without_a_second_shot_only_the_true_psnr_is_told(scenes):
    measured = measure(halved, gather([Scene(s.name, s.shots[:1], s.clean) for s in scenes], "test"))
    assert measured.estimated is None and measured.psnr_target is None and measured.denoised is not None


def test_noise_known_to_be_biased_is_not_estimated(photo):
    pairs = with_noise([Scene("a", (), photo.transpose(2, 0, 1))], "test", parse("impulse:0.2")).frozen(0)
    measured = measure(halved, pairs)
    assert measured.estimated is None and measured.denoised is not None and measured.psnr_target is not None


def test_pictures_too_small_for_ssim_have_none(rng):
    shots = [rng.random((3, 8, 8)).astype(np.float32) for _ in range(3)]
    assert measure(halved, gather([Scene("a", shots[:2], shots[2])], "test"), with_ssim=True).noisy.ssim is None


@pytest.mark.parametrize("sigma", [15, 25, 50])
def test_the_noise_level_of_a_photograph_is_found(photo, rng, sigma):
    noisy = photo / 255 + rng.normal(0, sigma / 255, photo.shape)
    assert noise_level(noisy) * 255 == pytest.approx(sigma, rel=0.15)


def test_the_noise_level_leaves_channels_without_detail_out(rng):
    grey = rng.normal(0.5, 0.1, (64, 64, 1))
    assert noise_level(np.dstack([grey, 0 * grey, 0 * grey])) == noise_level(grey) == pytest.approx(0.1, rel=0.1)


def test_a_picture_without_detail_has_no_noise():
    assert noise_level(np.zeros((64, 64, 3))) == 0


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_every_baseline_denoises(pairs, name):
    measured = measure(partial(baselines.denoise, baselines.BASELINES[name]), pairs)
    assert measured.denoised.psnr > measured.noisy.psnr + 3


@pytest.mark.parametrize("channels", [1, 3])
def test_a_baseline_keeps_shape_and_type(channels):
    noisy = torch.rand(2, channels, 33, 20)
    denoised = baselines.denoise(baselines.wavelet, noisy)
    assert denoised.shape == noisy.shape and denoised.dtype == torch.float32


def test_the_table_has_a_line_for_every_denoiser(pairs):
    measured = measure(halved, pairs, with_ssim=True)
    text = report.table("mine", measured, {"blur": measured})
    assert [line.split()[0] for line in text.splitlines()[2:5]] == ["noisy", "mine", "blur"]
    assert f"{measured.denoised.psnr:.2f}" in text and f"{measured.estimated.psnr:.2f} dB pooled" in text


def test_the_table_tells_that_noise_was_cut_off(pairs):
    measured = measure(halved, pairs)
    cut = replace(measured, estimated=replace(measured.estimated, clipped=0.031))
    said = "corrected for the 3.1 % of the noisy values that are cut off at black or white"
    assert said in report.table("mine", cut, {}) and said not in report.table("mine", measured, {})
    most = replace(measured, estimated=replace(measured.estimated, clipped=0.31))
    assert "0.7 dB too high" in report.table("mine", most, {}) and "too high" not in report.table("mine", cut, {})


def test_the_contact_sheet_tells_each_picture_s_psnr(pairs, scenes):
    titles = [axes.get_title() for axes in report.contact_sheet(pairs, halved).axes]
    noisy, denoised = expected(scenes, np.asarray), expected(scenes, halved)
    assert titles[:3] == [f"noisy  {noisy[0]:.2f} dB", f"denoised  {denoised[0]:.2f} dB", "clean"]
    assert len(titles) == 6


def test_a_figure_is_only_written_as_png(pairs, tmp_path):
    with pytest.raises(ValueError, match=r"\.png"):
        report.save(tmp_path / "figure.pdf", report.contact_sheet(pairs, halved))
