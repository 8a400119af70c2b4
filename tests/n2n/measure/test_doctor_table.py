"""The pair doctor against a table of sets: thirty with one thing wrong, fifteen with nothing wrong."""

from pathlib import Path

import numpy as np
import pytest
import scipy
import skimage

from n2n.data.pairs import gather
from n2n.data.scenes import Scene
from n2n.measure.doctor import examine

SIDE = 192  # pixels
NAMES = ("astronaut", "camera", "coffee", "coins", "chelsea", "rocket", "brick", "motorcycle_left")


def photographs(side=SIDE):
    """Photographs, float (3, side, side), white at 255; those in grey are grey in all channels."""
    for name in NAMES:
        [path] = Path(skimage.data_dir).glob(f"{name}.*")
        picture = skimage.io.imread(path).astype(float)
        picture = picture if picture.ndim == 3 else np.dstack([picture] * 3)
        top, left = ((length - side) // 2 for length in picture.shape[:2])
        yield picture[top : top + side, left : left + side, :3].transpose(2, 0, 1)


@pytest.fixture(scope="module")
def photos():
    return list(photographs())


def white(rng, shape, sigma=25):
    return rng.normal(0, sigma, shape)


def near(rng, shape, sigma=20, reach=0.8):
    """Noise that is alike in neighbouring pixels, as after a demosaicing or a smoothing."""
    noise = scipy.ndimage.gaussian_filter(rng.normal(0, 1, shape), (0, reach, reach))
    return sigma * noise / noise.std()


def shots(photos, first=None, second=None, noise=white, rng=None, both=None):
    """Pairs of each photograph: `first` and `second` change what is seen, before the noise of each shot."""
    rng = rng or np.random.default_rng(1)
    scenes = []
    for place, photo in enumerate(photos):
        seen = [photo if change is None else change(photo, place) for change in (first, second)]
        pair = [picture + noise(rng, picture.shape) for picture in seen]
        if both is not None:
            pair = [both(picture, place) for picture in pair]
        scenes.append(Scene(str(place), tuple(np.float32(picture) for picture in pair)))
    return gather(scenes, "test")


def as_bytes(picture, _=0):
    return np.rint(picture).clip(0, 255).astype(np.uint8)


def moved(down=0.0, right=0.0, degrees=0.0, zoom=1.0):
    """The second shot from elsewhere: shifted, turned about its centre, scaled."""

    def change(photo, _):
        centre = (np.array(photo.shape[1:]) - 1) / 2
        turn = skimage.transform.SimilarityTransform(rotation=np.radians(degrees), scale=zoom).params[:2, :2]
        inverse = np.linalg.inv(turn)
        offset = centre - inverse @ np.add(centre, (down, right))
        return np.stack(
            [scipy.ndimage.affine_transform(plane, inverse, offset, order=3, mode="mirror") for plane in photo]
        )

    return change


def other(photos, steps=1):
    return lambda photo, place: photos[(place + steps) % len(photos)]


def equally_bright(photos):
    """Another scene with the mean and the contrast of the first."""

    def change(photo, place):
        second = photos[(place + 3) % len(photos)]
        return (second - second.mean()) / second.std() * photo.std() + photo.mean()

    return change


def defects(kind, seed=5, amount=20.0):
    """The same defects of the camera in every shot."""
    rng = np.random.default_rng(seed)
    if kind == "columns":
        added = amount * rng.normal(0, 1, (1, 1, SIDE))
    elif kind == "rows":
        added = amount * rng.normal(0, 1, (1, SIDE, 1))
    elif kind == "noise":
        added = amount * rng.normal(0, 1, (3, SIDE, SIDE))
    elif kind == "hot":
        added = np.where(rng.random((3, SIDE, SIDE)) < 3e-4, 180.0, 0.0)
    else:  # dust: round shadows
        shadow = np.zeros((SIDE, SIDE))
        rows, columns = np.mgrid[:SIDE, :SIDE]
        for down, right in rng.uniform(20, SIDE - 20, (6, 2)):
            shadow += np.exp(-((rows - down) ** 2 + (columns - right) ** 2) / (2 * 4.0**2))
        return lambda picture, _: picture * (1 - 0.5 * shadow.clip(0, 1))
    return lambda picture, _: picture + added


def one_bad(change, place=5):
    """The change at one of the pairs only."""
    return lambda photo, where: change(photo, where) if where == place else photo


BROKEN = {  # what is wrong: the pairs, and the check that has to see it
    "other scenes": (lambda p: shots(p, second=other(p)), "same scene"),
    "other scenes of equal brightness": (lambda p: shots(p, second=equally_bright(p)), "same scene"),
    "other scenes, hardly any noise": (
        lambda p: shots(p, second=other(p, 2), noise=lambda r, s: white(r, s, 3)),
        "same scene",
    ),
    "one pair of other scenes": (lambda p: shots(p, second=one_bad(other(p))), "same scene"),
    "one pair, transposed": (lambda p: shots(p, second=one_bad(lambda q, _: q.swapaxes(1, 2))), "same scene"),
    "transposed": (lambda p: shots(p, second=lambda q, _: q.swapaxes(1, 2)), "same scene"),
    "mirrored": (lambda p: shots(p, second=lambda q, _: q[:, :, ::-1]), "same scene"),
    "upside down": (lambda p: shots(p, second=lambda q, _: q[:, ::-1]), "same scene"),
    "turned by 90 degrees": (lambda p: shots(p, second=lambda q, _: np.rot90(q, axes=(1, 2))), "same scene"),
    "channels swapped": (lambda p: shots(p, second=lambda q, _: q[::-1]), "same channels"),
    "one pair with channels swapped": (lambda p: shots(p, second=one_bad(lambda q, _: q[::-1], 0)), "same channels"),
    "turned by 1 degree": (lambda p: shots(p, second=moved(degrees=1)), "turn and scale"),
    "larger by 1 %": (lambda p: shots(p, second=moved(zoom=1.01)), "turn and scale"),
    "shifted by 0.7 pixels": (lambda p: shots(p, second=moved(0.6, -0.4)), "shift"),
    "shifted by 3.4 pixels": (lambda p: shots(p, second=moved(3.0, 1.6)), "shift"),
    "shifted by 26 pixels": (lambda p: shots(p, second=moved(10, 24)), "shift"),
    "one pair shifted": (lambda p: shots(p, second=one_bad(moved(2, 3))), "shift"),
    "out of focus": (
        lambda p: shots(p, second=lambda q, _: scipy.ndimage.gaussian_filter(q, (0, 1.5, 1.5))),
        "equal sharpness",
    ),
    "one pair out of focus": (
        lambda p: shots(p, second=one_bad(lambda q, _: scipy.ndimage.gaussian_filter(q, (0, 2, 2)))),
        "equal sharpness",
    ),
    "common columns": (lambda p: shots(p, both=defects("columns")), "common columns or rows"),
    "common rows, in bytes": (
        lambda p: shots(p, both=lambda q, i: as_bytes(defects("rows")(q, i))),
        "common columns or rows",
    ),
    "common columns in one pair": (
        lambda p: shots(p[:1], both=defects("columns", amount=12)),
        "common columns or rows",
    ),
    "hot pixels": (lambda p: shots(p, both=defects("hot")), "hot pixels in both shots"),
    "hot pixels in one pair": (lambda p: shots(p[1:2], both=defects("hot")), "hot pixels in both shots"),
    "dust": (lambda p: shots(p, both=defects("dust")), "dust or fixed pattern"),
    "noise in common": (lambda p: shots(p, both=defects("noise")), "noise in common"),
    "gain": (lambda p: shots(p, second=lambda q, _: 1.08 * q), "brightness drift"),
    "offset": (lambda p: shots(p, second=lambda q, _: q + 6), "brightness drift"),
    "one pair brighter": (lambda p: shots(p, second=one_bad(lambda q, _: 1.2 * q)), "brightness drift"),
    "the same file": (lambda p: shots(p, noise=lambda r, s: 0 * white(r, s)), "duplicate shots"),
}


def grey_card(photo, _):
    return np.full_like(photo, 128)


def poisson(photos, peak=20, seed=2):
    rng = np.random.default_rng(seed)
    scenes = [
        Scene(str(i), tuple(np.float32(rng.poisson(photo / 255 * peak) / peak) for _ in range(2)))
        for i, photo in enumerate(photos)
    ]
    return gather(scenes, "test")


GOOD = {
    "white noise": lambda p: shots(p),
    "white noise in bytes": lambda p: shots(
        [30 + 0.7 * q for q in p], noise=lambda r, s: white(r, s, 8), both=as_bytes
    ),
    "strong noise": lambda p: shots(p, noise=lambda r, s: white(r, s, 60)),
    "σ 1": lambda p: shots(p, noise=lambda r, s: white(r, s, 1)),
    "σ 5": lambda p: shots(p, noise=lambda r, s: white(r, s, 5)),
    "alike in neighbours": lambda p: shots(p, noise=near),
    "alike far away": lambda p: shots(p, noise=lambda r, s: near(r, s, 20, 2.0)),
    "alike in neighbours, weak": lambda p: shots(p, noise=lambda r, s: near(r, s, 8, 1.0)),
    "alike in neighbours, in one pair": lambda p: shots(p[:1], noise=near),
    "counts": lambda p: poisson(p),
    "few counts": lambda p: poisson(p, 4),
    "a grey card": lambda p: shots(p, grey_card, grey_card),
    "a grey card, noise alike in neighbours": lambda p: shots(p, grey_card, grey_card, noise=near),
    "one pair": lambda p: shots(p[1:2]),
    "small pictures": lambda p: shots(
        [q[:, y : y + 48, x : x + 48] for q in p for y in (0, 70, 140) for x in (0, 70, 140)]
    ),
}
USUAL = ("amount", "noise correlated between pixels")  # amber in small sets, and in good ones with such noise


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_seen(photos, name):
    make, check = BROKEN[name]
    levels = {verdict.check: verdict.level for verdict in examine(make(photos))}
    assert levels[check] != "green"


@pytest.mark.parametrize("name", GOOD)
def test_nothing_is_seen_where_nothing_is_wrong(photos, name):
    found = examine(GOOD[name](photos))
    assert [str(verdict) for verdict in found if verdict.level != "green" and verdict.check not in USUAL] == []
