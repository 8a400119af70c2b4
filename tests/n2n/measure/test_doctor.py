"""The pair doctor against pairs whose ailment is known."""

import math
import re

import numpy as np
import pytest
import scipy
import skimage

from n2n.data.pairs import gather
from n2n.data.photographs import with_noise
from n2n.data.scenes import Scene
from n2n.measure.doctor import examine
from n2n.measure.verdicts import Verdict, signed
from n2n.noise import parse

SIGMA = 25 / 255


@pytest.fixture(scope="module")
def photos():
    """Photographs, float (C, 256, 256) in [0, 1]: a face in colour, a man with a camera, fine gravel."""
    names = ("astronaut", "camera", "gravel")
    pictures = [np.atleast_3d(getattr(skimage.data, name)())[128:384, 128:384] for name in names]
    return [picture.transpose(2, 0, 1) / 255 for picture in pictures]


def noisy(photo, rng, sigma=SIGMA):
    return (photo + rng.normal(0, sigma, photo.shape)).astype(np.float32)


def pairs_of(photos, source, target):
    return gather([Scene(str(i), (source(photo), target(photo))) for i, photo in enumerate(photos)], "test")


def verdict(pairs, check):
    return next(verdict for verdict in examine(pairs) if verdict.check == check)


@pytest.fixture
def good(photos, rng):
    """Pairs that meet every assumption."""
    return pairs_of(photos, lambda photo: noisy(photo, rng), lambda photo: noisy(photo, rng))


def test_good_pairs_have_nothing_red_and_only_their_small_number_amber(good):
    levels = {verdict.check: verdict.level for verdict in examine(good)}
    assert levels.pop("amount") == "amber"
    assert set(levels.values()) == {"green"}


@pytest.mark.parametrize("spec", ["gaussian:5", "gaussian:50", "poisson:10", "impulse:0.3", "speckle:0.3"])
def test_no_noise_model_alarms(photos, spec):
    scenes = [Scene(str(i), (), photo) for i, photo in enumerate(photos)]
    pairs = with_noise(scenes, "test", parse(spec))
    assert all(verdict.level == "green" for verdict in examine(pairs) if verdict.check not in ("amount", "clipping"))


def test_hundreds_of_tiny_pictures_under_heavy_noise_have_nothing_red(photos, rng):
    tiny = [photo[:1, y : y + 32, x : x + 32] for photo in photos for y in range(0, 256, 32) for x in range(0, 256, 32)]
    verdicts = examine(pairs_of(tiny, lambda photo: noisy(photo, rng, 0.2), lambda photo: noisy(photo, rng, 0.2)))
    assert not [verdict.check for verdict in verdicts if verdict.level == "red"]


def test_duplicate_shots(photos):
    found = verdict(pairs_of(photos, np.float32, np.float32), "duplicate shots")
    assert (found.level, found.value) == ("red", 100)


def test_duplicate_shots_in_a_third_of_the_scenes(photos, rng):
    one = noisy(photos[0], rng)
    scenes = [Scene("same", (one, one)), *(Scene(str(i), (noisy(one, rng), noisy(one, rng))) for i in range(2))]
    assert verdict(gather(scenes, "test"), "duplicate shots").value == pytest.approx(100 / 3)


def test_black_centres_are_not_taken_for_the_same_file(rng):
    shots = np.zeros((2, 1, 1024, 1024), np.float32)
    shots[:, :, :200] = noisy(shots[:, :, :200], rng)
    assert verdict(gather([Scene("night", tuple(shots))], "test"), "duplicate shots").level == "green"


@pytest.mark.parametrize(("share", "level"), [(0.0, "green"), (0.3, "amber"), (0.7, "red")])
def test_noise_in_common(photos, rng, share, level):
    scenes = []
    for photo in photos:
        common = noisy(photo, rng, SIGMA * math.sqrt(share))
        scenes.append(Scene("", tuple(noisy(common, rng, SIGMA * math.sqrt(1 - share)) for _ in range(2))))
    found = verdict(gather(scenes, "test"), "noise in common")
    assert found.value == pytest.approx(100 * share, abs=8)
    assert found.level == level


def test_noise_in_common_bounds_the_gain(photos, rng):
    scenes = [
        Scene("", tuple(noisy(noisy(photo, np.random.default_rng(1)), rng) for _ in range(2))) for photo in photos
    ]
    assert "at most 3." in verdict(gather(scenes, "test"), "noise in common").text  # 10·log10(2) dB


@pytest.mark.parametrize(
    ("shift", "level"), [((0, 0), "green"), ((0.3, 0.2), "amber"), ((1.5, -0.5), "red"), ((-6, 9), "red")]
)
def test_shift(photos, rng, shift, level):
    def moved(photo):
        return noisy(scipy.ndimage.shift(photo, (0, *shift), mode="reflect"), rng)

    found = verdict(pairs_of(photos, lambda photo: noisy(photo, rng), moved), "shift")
    assert found.value == pytest.approx(math.hypot(*shift), abs=0.1, rel=0.02)
    assert found.level == level


def test_shift_tells_where_to(photos):
    def moved(photo):
        return scipy.ndimage.shift(photo, (0, 1.5, -0.5), mode="reflect").astype(np.float32)

    text = verdict(pairs_of(photos, np.float32, moved), "shift").text
    down, right = re.search(r"(\S+) px down and (\S+) px right", text).groups()
    assert [float(number.replace("−", "-")) for number in (down, right)] == pytest.approx([1.5, -0.5], abs=0.1)


def test_what_is_hardly_below_zero_is_told_as_zero():
    assert [signed(number) for number in (-0.001, -0.25, 0.25)] == ["+0.00", "−0.25", "+0.25"]


def test_one_moved_shot_of_five_is_seen(photos, rng):
    moved = np.roll(photos[0], 8, axis=1)
    scene = Scene("", tuple(noisy(photo, rng) for photo in (*[photos[0]] * 4, moved)))
    assert verdict(gather([scene], "test"), "shift").level == "amber"


def test_gain_and_offset(photos, rng):
    found = verdict(
        pairs_of(photos, lambda p: noisy(p, rng), lambda p: noisy(1.05 * p + 0.02, rng)), "brightness drift"
    )
    brightest = np.quantile(np.concatenate([photo.ravel() for photo in photos]), 0.95)
    assert found.value == pytest.approx(5 * brightest + 2, abs=0.5)
    assert "1.05" in found.text
    assert found.level == "red"


def test_unsteady_light_is_seen_though_it_changes_nothing_on_average(photos, rng):
    scenes = [Scene("", (noisy(photos[0], rng), noisy(photos[0] + change, rng))) for change in (-0.03, 0.03)]
    found = verdict(gather(scenes, "test"), "brightness drift")
    assert found.value == pytest.approx(3, abs=0.3)


def test_clipped_share(photos, rng):
    pairs = pairs_of([np.zeros_like(photos[1]) + 0.5], *[lambda p: noisy(p, rng, 0.3).clip(0, 1)] * 2)
    tail = scipy.stats.norm.cdf(-0.5 / 0.3)
    alone = 2 * 2 * tail * (1 - tail)  # at black or white, in source or target
    assert verdict(pairs, "clipping").value == pytest.approx(100 * alone, abs=0.5)


def test_cost_of_clipping_is_the_bias_it_makes(photos, rng):
    def draw(photo):
        return noisy(photo, rng, 50 / 255).clip(0, 1)

    bias = np.mean([np.square(np.mean([draw(photo) for _ in range(100)], axis=0) - photo).mean() for photo in photos])
    told = verdict(pairs_of(photos, draw, draw), "clipping").text
    assert float(told.split("near ")[1].split(" dB")[0]) == pytest.approx(-10 * math.log10(bias), abs=2)


@pytest.mark.parametrize("axis", [1, 2])
def test_noise_of_neighbours(photos, rng, axis):
    def draw(photo):
        return photo + scipy.ndimage.uniform_filter1d(noisy(np.zeros_like(photo), rng), 2, axis=axis)

    found = verdict(pairs_of(photos, draw, draw), "noise correlated between pixels")
    assert found.value == pytest.approx(0.5, abs=0.02)  # the mean of two neighbours shares half with the next
    assert f"{0.5 * (axis == 2):.1f}" in found.text.split(": ")[1]


def test_unequal_noise(photos, rng):
    found = verdict(pairs_of(photos, lambda p: noisy(p, rng, 0.05), lambda p: noisy(p, rng, 0.08)), "equal noise")
    assert found.value == pytest.approx(1.6, abs=0.03)
    assert [float(sigma) / 255 for sigma in re.findall(r"\d+\.\d", found.text)[:2]] == pytest.approx(
        [0.05, 0.08], rel=0.02
    )


def test_clean_target_is_told(photos, rng):
    found = verdict(pairs_of(photos, lambda photo: noisy(photo, rng), np.float32), "equal noise")
    assert found.level == "red"
    assert "Shot 2 looks clean" in found.text


@pytest.mark.parametrize(("side", "level"), [(1100, "green"), (512, "amber"), (64, "red")])
def test_amount(rng, side, level):
    shots = tuple(noisy(np.zeros((1, side, side)), rng) for _ in range(2))
    found = verdict(gather([Scene("", shots)], "test"), "amount")
    assert (found.value, found.level) == (side * side / 1e6, level)


def test_one_shot_gives_one_red_verdict(photos, rng):
    (found,) = examine(gather([Scene("", (noisy(photo, rng),), photo.astype(np.float32)) for photo in photos], "test"))
    assert found.level == "red"
    assert "Noise2Noise needs two" in found.text


@pytest.mark.parametrize("size", [(8, 8), (8, 300), (33, 17)])
def test_any_size_is_examined(rng, size):
    shots = tuple(rng.integers(0, 256, (3, *size), dtype=np.uint8) for _ in range(2))
    assert len(examine(gather([Scene("", shots)], "test"))) == 15


def test_a_change_of_light_alone_is_no_noise_of_its_own(photos):
    verdicts = examine(pairs_of(photos, np.float32, lambda photo: (photo + 0.1).astype(np.float32)))
    levels = {verdict.check: verdict.level for verdict in verdicts}
    assert levels["noise in common"] == levels["brightness drift"] == "red"


def test_half_black_pictures_have_no_shift(photos, rng):
    halved = [photo * (np.arange(256) < 128) for photo in photos]
    pairs = pairs_of(halved, *[lambda photo: noisy(photo, rng) * (photo > 0)] * 2)
    assert verdict(pairs, "shift").value < 0.1


def test_verdict_reads_well():
    told = str(Verdict("shift", "amber", 0.31, "px", "Found. Costs. Do."))
    assert told == "AMBER  shift: 0.31 px\n       Found. Costs. Do."
