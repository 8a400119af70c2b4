"""Experiment 6: what is hidden until there is an answer, and PSNR and SSIM as scikit-image has them."""

import re

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from demo.lab import guess
from demo.lab.guess import BLIND_TESTS, EXPERIMENT, Measured
from demo.lab.material import SHIPPED
from n2n import Noise2Noise


def run(folder, key, answer="none", seed=0):
    """The one screen."""
    (screen,) = guess.work(lambda: False, folder, {"case": key, "answer": answer, "seed": seed})
    return screen


def judged(screen):
    """(PSNR, SSIM) of A and of B, as scikit-image measures their files."""
    _, *both, clean = (np.array(Image.open(seen.file)) for seen in screen.rows[0])
    axis = 2 if clean.ndim == 3 else None
    settings = {"gaussian_weights": True, "use_sample_covariance": False, "data_range": 255, "channel_axis": axis}
    return [(peak_signal_noise_ratio(clean, each), structural_similarity(clean, each, **settings)) for each in both]


def measured(psnr, ssim):
    """A and B with these measures."""
    empty = torch.zeros(1, 3, 1, 1)
    return tuple(Measured(name, "x", empty, *values) for name, *values in zip("AB", psnr, ssim))


def test_before_an_answer_no_number_and_no_clean_picture_is_told(tmp_path):
    screen = run(tmp_path, "cat")
    assert [seen.role for seen in screen.rows[0]] == ["noisy", "A", "B"]
    assert not any(seen.psnr for seen in screen.rows[0]) and not re.search(r"\d", screen.headline)
    assert not (screen.notes or screen.figure or screen.answer)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["A.png", "B.png", "noisy.png"]


def test_an_answer_shows_the_same_pictures_and_what_they_are(tmp_path):
    before = [seen.file.read_bytes() for seen in run(tmp_path, "cat").rows[0]]
    screen = run(tmp_path, "cat", "a")
    _, one, other, clean = screen.rows[0]
    assert [seen.file.read_bytes() for seen in screen.rows[0][:3]] == before
    assert {one.title[3:], other.title[3:]} == {"blur", "wavelet"} and one.title[:3] == "A: " and one.role == "A"
    assert clean.role == "clean" and clean.psnr is None


@pytest.mark.parametrize("key", BLIND_TESTS)
def test_psnr_and_ssim_are_those_of_scikit_image(tmp_path, key):
    screen = run(tmp_path, key, "b")
    for seen, note, (psnr, ssim) in zip(screen.rows[0][1:], screen.notes, judged(screen)):
        assert (seen.psnr, seen.ssim) == (pytest.approx(psnr, abs=1e-3), pytest.approx(ssim, abs=1e-3))
        assert note == f"{seen.title}, {psnr:.2f} dB, SSIM {ssim:.3f}."


@pytest.mark.parametrize("seed", range(4))
def test_the_tissue_has_the_higher_psnr_where_it_is_too_smooth_and_the_lower_ssim(tmp_path, seed):
    screen = run(tmp_path, "tissue", "a", seed)
    smooth = next(place for place, seen in enumerate(screen.rows[0][1:]) if "too strong" in seen.title)
    both = judged(screen)
    (psnr, ssim), (other_psnr, other_ssim) = both[smooth], both[1 - smooth]
    assert psnr > other_psnr + 0.3 and ssim < other_ssim - 0.04
    assert screen.answer.sentence.endswith("here PSNR and SSIM disagree.")


@pytest.mark.parametrize("key", BLIND_TESTS)
def test_the_screen_says_that_they_disagree_where_they_do(tmp_path, key):
    screen = run(tmp_path, key, "a", seed=5)
    (psnr_a, ssim_a), (psnr_b, ssim_b) = judged(screen)
    assert ("disagree" in screen.answer.sentence) == ((psnr_a > psnr_b) != (ssim_a > ssim_b))


def test_some_cases_agree_and_some_disagree(tmp_path):
    told = ["disagree" in run(tmp_path, key, "a").answer.sentence for key in BLIND_TESTS]
    assert 1 <= sum(told) < len(told) and len(told) >= 4


VERDICTS = [
    ("a", (28.44, 29.06), (0.8, 0.7), "PSNR says B, SSIM says A: here PSNR and SSIM disagree."),
    ("b", (28.44, 29.06), (0.7, 0.8), "PSNR and SSIM agree with you."),
    ("a", (28.44, 29.06), (0.7, 0.8), "PSNR and SSIM say B."),
]


@pytest.mark.parametrize(("answer", "psnr", "ssim", "said"), VERDICTS)
def test_the_verdict_says_whether_the_measures_agree_with_the_eye(answer, psnr, ssim, said):
    assert guess.verdict(measured(psnr, ssim), answer).sentence == said


def test_the_headline_repeats_the_choice_with_both_figures():
    both = measured((28.44, 29.06), (0.8, 0.7))
    assert guess.headline(both, "b") == "You chose B: 29.1 dB against 28.4 dB."


@pytest.mark.parametrize("key", BLIND_TESTS)
def test_the_seed_decides_which_is_a_and_both_are_as_likely(key):
    firsts = [guess.order(key, seed)[0] is BLIND_TESTS[key].methods[0] for seed in range(1000)]
    assert abs(sum(firsts) - 500) < 5 * np.sqrt(250)
    assert firsts[:20] == [guess.order(key, seed)[0] is BLIND_TESTS[key].methods[0] for seed in range(20)]


def test_a_seed_hides_the_cases_differently():
    swapped = [[guess.order(key, seed)[0] is BLIND_TESTS[key].methods[0] for key in BLIND_TESTS] for seed in range(100)]
    assert not all(len(set(each)) == 1 for each in swapped)


def test_a_lower_strength_keeps_that_much_of_the_noise(rng):
    noisy = torch.from_numpy(rng.random((1, 3, 40, 40), dtype=np.float32))
    whole = Noise2Noise.load(SHIPPED, "cpu").predict(noisy, data_range=1.0)
    assert torch.allclose(guess.net(0.7).denoise(noisy), 0.3 * noisy + 0.7 * whole, atol=1e-6)


def test_the_answers_are_what_the_control_takes():
    control = next(control for control in EXPERIMENT.controls if control.name == "answer")
    assert [control.read(value) for _, value in EXPERIMENT.answers] == ["a", "b"] and control.value == "none"
