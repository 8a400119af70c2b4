"""Whether a result knows the second shot's noise: what cheats is told, what is honest is not."""

import io

import numpy as np
import pytest
import scipy
import skimage
from PIL import Image

import n2n

SIDE = 176


@pytest.fixture(scope="module")
def clean():
    """A piece of a photograph, (SIDE, SIDE, 3) in [0, 1]."""
    return skimage.data.astronaut()[40 : 40 + SIDE, 170 : 170 + SIDE] / 255


@pytest.fixture(scope="module")
def shots(clean):
    rng = np.random.default_rng(0)
    return [clean + rng.normal(0, 25 / 255, clean.shape) for _ in range(2)]


def smooth(picture):
    return scipy.ndimage.gaussian_filter(picture, (1, 1, 0))


def median(picture):
    return scipy.ndimage.median_filter(picture, (3, 3, 1))


def means(picture):
    return skimage.restoration.denoise_nl_means(picture, 5, 6, h=0.04, sigma=0.05, channel_axis=-1)


def guided(picture, guide):
    """The guided filter of He et al. (2010)."""

    def box(values):
        return scipy.ndimage.uniform_filter(values, (5, 5, 1))

    power, common = box(guide**2) - box(guide) ** 2, box(guide * picture) - box(guide) * box(picture)
    slope = common / (power + 0.01)
    return box(slope) * guide + box(box(picture) - slope * box(guide))


def by_jpeg(picture):
    """As programs save it by default: colours at half the size."""
    file = io.BytesIO()
    Image.fromarray((picture.clip(0, 1) * 255).round().astype(np.uint8)).save(file, "jpeg")
    return np.asarray(Image.open(file)) / 255


CHEATERS = {
    "second shot, rounded": lambda first, second: (second * 255).round() / 255,
    "second shot, median": lambda first, second: median(second),
    "mean of both": lambda first, second: (first + second) / 2,
    "mean of both, blurred": lambda first, second: smooth((first + second) / 2),
    "mean of both, median": lambda first, second: median((first + second) / 2),
    "mean of both, median, as JPEG": lambda first, second: by_jpeg(median((first + second) / 2)),
    "mean of both, non-local means": lambda first, second: means((first + second) / 2),
    "a tenth of it mixed in": lambda first, second: 0.9 * smooth(first) + 0.1 * second,
    "smoothed along the edges of the second": guided,
}
HONEST = {
    "blurred": smooth,
    "median": median,
    "as JPEG": by_jpeg,
    "non-local means": means,
    "smoothed along its own edges": lambda first: guided(first, first),
    "smoothed along the edges of a blur": lambda first: guided(first, smooth(first)),
}


def planes(picture):
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)


def codes(shots, results):
    score = n2n.score(*map(planes, shots), {name: planes(it) for name, it in results.items()}, data_range=1.0)
    return {one.name: one.code for one in score.results}, score


def test_what_holds_the_second_shot_is_not_allowed(shots):
    told, score = codes(shots, {name: cheat(*shots) for name, cheat in CHEATERS.items()})
    assert told == dict.fromkeys(CHEATERS, "not allowed")
    assert all("Make it from the first shot alone" in one.sentence for one in score.results)


def test_what_is_made_from_the_first_shot_alone_is_allowed_and_so_is_the_clean_picture(shots, clean):
    told, _ = codes(shots, {name: denoise(shots[0]) for name, denoise in HONEST.items()} | {"clean": clean})
    assert set(told.values()) == {""}


def test_noise_of_the_second_shot_is_found_in_many_small_scenes(shots):
    cut = [
        np.concatenate([planes(it)[..., y : y + 40, x : x + 40] for y in range(0, 160, 40) for x in range(0, 160, 40)])
        for it in (*shots, smooth(sum(shots) / 2), smooth(shots[0]))
    ]
    score = n2n.score(*cut[:2], {"mean": cut[2], "honest": cut[3]}, data_range=1.0)
    assert {one.name: one.code for one in score.results} == {"honest": "", "mean": "not allowed"}


def test_a_second_shot_with_less_noise_accuses_nobody(shots, clean):
    second = clean + (shots[1] - clean) * 0.8
    told, _ = codes((shots[0], second), {"clean": clean, "honest": smooth(shots[0]), "mean": (shots[0] + second) / 2})
    assert told == {"clean": "", "honest": "", "mean": "not allowed"}
