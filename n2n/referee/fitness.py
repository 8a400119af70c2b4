"""Whether a result can be compared with its shots pixel by pixel: its values, where it lies, and its range."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from ..data import LEAST_SIDE
from ..files import Planes, ValueRange, check_type, ordinary
from ..measure import doctor
from ..remedies import Motion, exposure, likeness, motion, registration
from .shots import ShotPair, Unfit, Unit, Window, checked, grey, in_words

NEAR, FAR = 0.1, 0.4  # pixels: off a whole one, up to which nothing is interpolated; from which on a result lies apart
SURE, BETTER = 6.0, 0.1  # standard errors from which on that is believed, and share by which it is more alike there
OTHER = 0.05, 0.3  # of white, and of the picture: a change by more is another range; by less, the result's own fault
STRAIGHT = 0.85  # power of the brightness down to which, or to whose inverse, it is in proportion
STRAY = 0.01  # share of values beyond the shots' up to which they are outliers, and not another range
BINS = 32  # of brightness
COARSE, ALIKE = 2**15, 0.8  # pixels in which a crop is looked for; correlation from which on it is found
ALIGN, MATCH = "--align", "--match-range"


@dataclass(frozen=True)
class Mending:
    """What may be done to pictures before they are scored."""

    align: bool = False  # lay results, and the second shot, where the first shot lies
    match_range: bool = False  # bring results to the range of the shots


AS_THEY_ARE = Mending()


@dataclass(frozen=True)
class Fit:
    """A result that can be scored."""

    picture: Unit  # as large as its window
    window: Window  # the part of the shots that it shows
    notes: tuple[str, ...]  # what was done to it


def fit(name: str, values: Planes, shots: ShotPair, mending: Mending = AS_THEY_ARE) -> Fit:
    """A result, (C, H, W) in any type and unit, as it can be compared with the shots. Raises Unfit."""
    what = f"'{name}'"
    check_type(values.dtype)
    checked(values, what)
    values = _in_channels(what, values, shots)
    _check_copy(what, values, shots)
    window, notes = _window(what, values, shots, mending)
    _check_scene(what, values, shots.part(window))
    moved = _motion(what, values, shots.part(window), mending)
    if moved != Motion():
        inner = motion.shared_window(values.shape, [moved])
        values = motion.put_back(values, moved, inner)
        window = _inside(window, inner)
        if min(values.shape[-2:]) < LEAST_SIDE:
            raise Unfit("shift", f"{what} shows next to nothing of the shots; save it where the first shot lies")
        how = "" if moved == moved.whole else ", interpolated between pixels"
        notes.append(f"{what} lay {in_words(moved)} and was moved back{how}")
    picture, more = _in_range(what, values, shots.part(window), mending)
    return Fit(picture, window, (*notes, *more))


def _in_channels(what: str, values: Planes, shots: ShotPair) -> Planes:
    """The result with the channels of the shots. Raises Unfit where it has others."""
    wanted = shots.scene.shots[0].shape[0]
    if len(values) == wanted:
        return values
    if wanted == 1 and len(values) == 3 and (values == values[:1]).all():
        return values[:1]  # grey that was saved as colour
    told = {1: "grey", 3: "in colour"}
    found, asked = (told.get(count, f"of {count} channels") for count in (len(values), wanted))
    raise Unfit("channels", f"{what} is {found}, the shots are {asked}; save it as they are")


def _check_copy(what: str, values: Planes, shots: ShotPair) -> None:
    """Raises Unfit where a result is one of the shots."""
    first, second = shots.scene.shots[:2]
    if np.array_equal(values, first):
        raise Unfit("shot 1", f"{what} is the first shot itself, pixel by pixel; give what a program made of it")
    if np.array_equal(values, second):
        raise Unfit(
            "shot 2",
            f"{what} is the second shot itself, by which results are measured: that is not allowed. Give what a "
            "program made of the first shot alone",
        )


def _window(what: str, values: Planes, shots: ShotPair, mending: Mending) -> tuple[Window, list[str]]:
    """The part of the shots that a result of this size shows. Raises Unfit for another size than theirs."""
    height, width = values.shape[-2:]
    rows, columns = shots.size
    if (height, width) == (rows, columns):
        return (slice(0, rows), slice(0, columns)), []
    told = f"{what} is {width}×{height} pixels, the shots are {columns}×{rows}"
    if height > rows or width > columns or min(height, width) < LEAST_SIDE:
        raise Unfit("size", f"{told}: save it in their size, neither scaled nor with a border")
    top, left, likeness = _place(values, shots.mean)
    if likeness < ALIKE:
        raise Unfit("size", f"{told}, and it is no part of them: save it in their size, not scaled")
    shown = f"rows {top} to {top + height - 1} and columns {left} to {left + width - 1} of them"
    if not mending.align:
        raise Unfit("crop", f"{told}: it shows {shown}. Compare that part alone, or save all of it.", ALIGN)
    return (slice(top, top + height), slice(left, left + width)), [f"{what} shows {shown}; only these are compared"]


def _place(values: Planes, mean: Unit) -> tuple[int, int, float]:
    """The top and left corner in the shots at which a smaller picture is most like them, and how much."""
    block = max(1, round((mean[0].size / COARSE) ** 0.5))
    block = block if min(values.shape[-2:]) >= 8 * block else 1
    small = [scipy.ndimage.gaussian_filter(grey(picture.astype(np.float32)), 1.5) for picture in (mean, values)]
    large, part = (_reduced(picture, block) for picture in small)
    found = skimage.feature.match_template(large, part)
    top, left = (block * int(place) for place in np.unravel_index(int(found.argmax()), found.shape))
    if block == 1:
        return top, left, float(found.max())
    height, width = values.shape[-2:]
    low = [max(0, place - block) for place in (top, left)]
    near = small[0][low[0] : top + block + height, low[1] : left + block + width]
    fine = skimage.feature.match_template(near, small[1])
    down, right = np.unravel_index(int(fine.argmax()), fine.shape)
    return low[0] + int(down), low[1] + int(right), float(fine.max())


def _reduced(picture: Unit, block: int) -> Unit:
    rows, columns = (side // block * block for side in picture.shape)
    reduced: Unit = skimage.transform.downscale_local_mean(picture[:rows, :columns], (block, block))
    return reduced


def _check_scene(what: str, values: Planes, shots: ShotPair) -> None:
    """Raises Unfit where a result shows something else than the shots, or another way round."""
    exact, mean = values.astype(np.float64), shots.mean
    alike = (exact - exact.mean()) * (float(mean.std()) / max(float(exact.std()), 1e-12)) + float(mean.mean())
    found = doctor.disagreement(mean, alike.astype(np.float32))
    if found == "same channels":
        raise Unfit("channels", f"{what} has its channels in another order than the shots; save it as RGB, not BGR")
    if found:
        raise Unfit(
            "scene",
            f"{what} does not show what the shots show, or is turned or mirrored; give what was made of the first "
            "shot, the same way round",
        )


def _motion(what: str, values: Planes, shots: ShotPair, mending: Mending) -> Motion:
    """The motion that is undone. Raises Unfit for one that may not be."""
    pictures = grey(shots.unbiased[0][0].numpy()), grey(values.astype(np.float32))
    found, error = registration.find_motion(*pictures)
    if not found.farthest(shots.size) > max(FAR, SURE * error):
        return Motion()
    unlike, left = (1 - likeness(*pictures, moved) for moved in (Motion(), found))
    if left > (1 - BETTER) * unlike:
        return Motion()
    if not mending.align:
        raise Unfit(
            "shift",
            f"{what} lies {in_words(found)} of the first shot, so that edges would be measured and not noise. Save it "
            "where the first shot lies, or lay it back.",
            ALIGN,
        )
    return found.whole if found.farthest(shots.size, found.whole) < NEAR else found


def _inside(window: Window, inner: Window) -> Window:
    rows, columns = (slice(out.start + part.start, out.start + part.stop) for out, part in zip(window, inner))
    return rows, columns


def _in_range(what: str, values: Planes, shots: ShotPair, mending: Mending) -> tuple[Unit, list[str]]:
    """The result with black at 0 and white at 1, and what was done. Raises Unfit for another range or gamma."""
    mean, own = shots.mean, values.dtype
    if (power := bend(mean, values.astype(np.float32))) != 1:
        raise Unfit(
            "gamma",
            f"the brightness of {what} follows that of the shots by a power of about {power:.2f}, and not in "
            "proportion: it has another gamma or tone curve. Save it with that of the shots: the same colour profile, "
            "no automatic tones",
        )
    plain, exact = ordinary(values, shots.range, shots.data.values), shots.range.to_unit(values)
    if (plain != exact).mean() > STRAY:
        plain = exact
    found = exposure.find_exposure(mean, plain)
    limit = min(OTHER[0], OTHER[1] * float(np.sqrt(np.mean(mean**2))))
    theirs = shots.scene.shots[0].dtype
    if found.change <= limit:
        return plain, [f"{what} is {own}, in the unit of the shots, which are {theirs}"] if own != theirs else []
    if not mending.match_range:
        types = f" ({what} is {own}, they are {theirs})" if own != theirs else ""
        added = f" and {100 * found.offset:.2g} % of white off" if abs(found.offset) > 0.01 else ""
        raise Unfit(
            "range",
            f"the values of {what} are {found.gain:.3g} × those of the shots{added}{types}: another range. Save it in "
            "the depth and range of the shots, or match it.",
            MATCH,
        )
    for limits in _ranges(values, theirs, shots.range):
        picture = limits.to_unit(values)
        if exposure.find_exposure(mean, picture).change <= limit / 5:
            return picture, [f"in {what} ({own}) black is taken to be {limits.black:g}, white {limits.white:g}"]
    fitted: Unit = ((plain.astype(np.float64) - found.offset) / found.gain).astype(np.float32)
    return fitted, [f"{what} was brought to the brightness of the shots, so that its own is not judged"]


def _ranges(values: Planes, theirs: np.dtype[Any], limits: ValueRange) -> Iterator[ValueRange]:
    """The values of the shots' black and white that a result may have by its type: where all of the shots' type became
    all of its own, and where the shots' white became its white.
    """
    whites = [_greatest(values.dtype)] if values.dtype.kind in "iu" else [1.0, 255.0, 65535.0]
    if theirs.kind in "iu":
        yield from (
            ValueRange(*(end * white / _greatest(theirs) for end in (limits.black, limits.white))) for white in whites
        )
    yield from (ValueRange(0.0, white) for white in whites)


def _greatest(whole: np.dtype[Any]) -> float:
    """The greatest value of a type of whole numbers."""
    return float(np.iinfo(whole.name).max)


def bend(mean: Unit, picture: Unit) -> float:
    """The power of the shots' brightness that a result's follows, (C, H, W) each; 1 where it is in proportion."""
    side = max(1, min(exposure.BLOCK, *(length // 4 for length in mean.shape[-2:])))
    one, two = (exposure.block_means(part, side) for part in (mean, picture))
    order = np.array_split(np.argsort(one), min(BINS, len(one)))
    one, two = (np.array([np.median(part[place]) for place in order]) for part in (one, two))
    spread = np.ptp(two)
    if np.ptp(one) < 0.1 or not spread > 0:
        return 1.0
    straight = _left(one, two)
    if straight < 0.01 * spread:
        return 1.0
    powers = np.geomspace(0.3, 1 / 0.3, 49)
    left = [_left(one.clip(1e-4) ** power, two) for power in powers]
    best = int(np.argmin(left))
    return float(powers[best]) if left[best] < straight / 2 and not STRAIGHT < powers[best] < 1 / STRAIGHT else 1.0


def _left(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64]) -> float:
    """The root mean square of what a straight line from one to two leaves."""
    line = np.polynomial.Polynomial.fit(one, two, 1)
    return float(np.sqrt(np.mean((line(one) - two) ** 2)))
