"""Remedies for shots that lie apart or differ in brightness: every scene's shots are laid on its first one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..data import LEAST_SIDE, Scene, Shots, gather
from ..files import Planes
from .exposure import Exposure, exposed_as_reference, find_exposure
from .motion import Grey, Motion, likeness, put_back, shared_window
from .registration import Found, find_motion

NEAR = 0.1  # pixels within which shots lie on one another
WHOLE = 0.75  # pixels from a shift by whole ones up to which that does; turned and scaled shots lie farther off
SURE = 3.0  # standard errors from which on a motion is believed
SMOOTH = 2.0  # pixels: σ of the filter that takes the noise out before shots are compared
NAMED = 3  # scenes that a note names


@dataclass(frozen=True)
class Remedies:
    """What is done to the shots before anything is learnt from them."""

    align: bool = False
    subpixel: bool | None = None  # whether to interpolate between pixels; None: only shots that are turned or scaled
    match_exposure: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """The words of the command line that ask for them."""
        between = {None: (), True: ("--subpixel",), False: ("--no-subpixel",)}[self.subpixel]
        return (*(("--align", *between) if self.align else ()), *(("--match-exposure",) * self.match_exposure))


UNTREATED = Remedies()


@dataclass(frozen=True)
class Treatment:
    """What was found at a scene, and done about it."""

    scene: str
    shots: int
    found: tuple[Motion, ...]  # of every shot but the first, and of the clean picture
    used: tuple[Motion, ...]  # by which they were moved back
    exposures: tuple[Exposure, ...]  # of every shot but the first
    before: float  # likeness of the shots, the mean correlation with the first one without noise
    after: float
    kept: float  # share of the area
    lost: float = 0.0  # share of the pixels that their type cannot hold at the other exposure
    unsure: bool = False  # whether there was too little to see

    @property
    def interpolated(self) -> int:
        """How many of the shots were moved by parts of pixels."""
        return sum(motion != motion.whole for motion in self.used[: self.shots - 1])


def remedied(shots: Shots, remedies: Remedies, scenes: Iterable[Scene] | None = None) -> tuple[Shots, list[Treatment]]:
    """The same scenes with their shots aligned, cut to what all of them show, and equally bright; and what was done.

    `scenes` are those of the shots, for a loop that shows its progress. Raises ValueError where nothing is left.
    """
    treated = [_treated(scene, remedies) for scene in scenes or shots.scenes]
    done = [treatment for _, treatment in treated]
    made = gather([scene for scene, _ in treated], "the remedied pairs", (*shots.notes, *notes(done, remedies)))
    # Interpolated noise is weaker than its own noise floor says: a PSNR estimated from it would be far too high.
    return replace(made, zero_mean=shots.zero_mean and not any(one.interpolated for one in done)), done


def _treated(scene: Scene, remedies: Remedies) -> tuple[Scene, Treatment]:
    shots, greys = list(scene.shots), [_grey(picture) for picture in scene.pictures]
    still = tuple(Motion() for _ in greys[1:])
    before = after = _alike(greys[: len(shots)], still)
    done = Treatment(scene.name, len(shots), still, still, (), before, after, 1.0)
    clean = scene.clean
    if remedies.align and len(greys) > 1:
        found = [find_motion(greys[0], grey) for grey in greys[1:]]
        used = tuple(
            _used(one, greys[0].shape, remedies.subpixel if place < len(shots) - 1 else True)
            for place, one in enumerate(found)
        )
        window = shared_window(greys[0].shape, used)
        height, width = (part.stop - part.start for part in window)
        unsure = min(height, width) < LEAST_SIDE or not any(np.isfinite(one.error) for one in found)
        if not unsure:
            pictures = [put_back(picture, motion, window) for picture, motion in zip(scene.pictures, (Motion(), *used))]
            shots, clean = pictures[: len(shots)], pictures[-1] if clean is not None else None
            after = _alike(greys[: len(shots)], used)
        motions = tuple(one.motion for one in found)
        kept = 1.0 if unsure else height * width / greys[0].size
        done = replace(done, found=motions, used=still if unsure else used, after=after, kept=kept, unsure=unsure)
    if remedies.match_exposure and len(shots) > 1:
        shots, exposures, lost = _equally_bright(shots)
        done = replace(done, exposures=exposures, lost=lost)
    return Scene(scene.name, tuple(shots), clean), done


def _grey(picture: Planes) -> Grey:
    grey: Grey = picture.astype(np.float32).mean(axis=0)
    return grey


def _used(found: Found, shape: tuple[int, ...], subpixel: bool | None) -> Motion:
    """The motion that is undone: none where it may be chance, by whole pixels where those do or are asked for."""
    sides = (shape[0], shape[1])
    far = found.motion.farthest(sides)
    if not np.isfinite(found.error) or far < max(NEAR, SURE * found.error):
        return Motion()
    beside = found.motion.farthest(sides, found.motion.whole)
    return found.motion if subpixel or (subpixel is None and beside > WHOLE) else found.motion.whole


def _alike(greys: Sequence[Grey], motions: Sequence[Motion]) -> float:
    """The mean likeness of the shots to the first one; 1 where there is one only."""
    pairs = zip(greys[1:], motions)
    return float(np.mean([likeness(greys[0], grey, motion, SMOOTH) for grey, motion in pairs] or [1.0]))


def _equally_bright(shots: Sequence[Planes]) -> tuple[list[Planes], tuple[Exposure, ...], float]:
    """The shots with the exposure of the first one, what they had, and the share of pixels that are cut off."""
    matched, exposures, most = [shots[0]], [], 0.0
    for shot in shots[1:]:
        exposure = find_exposure(shots[0], shot)
        exposures.append(exposure)
        same, lost = exposed_as_reference(shot, exposure) if exposure.sure else (shot, 0.0)
        matched.append(same)
        most = max(most, lost)
    return matched, tuple(exposures), most


def notes(done: Sequence[Treatment], remedies: Remedies) -> tuple[str, ...]:
    """What was done, in sentences: shifts, likeness before and after, and what it does to the noise."""
    return (
        *(_notes_on_places(done) if remedies.align else ()),
        *(_notes_on_light(done) if remedies.match_exposure else ()),
    )


def _notes_on_places(done: Sequence[Treatment]) -> list[str]:
    found = [motion for one in done if not one.unsure for motion in one.found[: len(one.used)]]
    if not found:
        return ["not aligned: the pictures show too little to see how they lie"]
    distances = [motion.distance for motion in found]
    turns = max(abs(motion.turn) for motion in found)
    zooms = max(abs(motion.zoom - 1) for motion in found)
    bent = f", turned by up to {turns:.2f}° and scaled by up to {100 * zooms:.2f} %" if turns or zooms else ""
    between, count = (sum(numbers) for numbers in zip(*((one.interpolated, one.shots - 1) for one in done)))
    before, after = (float(np.mean([getattr(one, when) for one in done])) for when in ("before", "after"))
    noise = "moved by whole pixels, half a pixel off at most, so that their noise stays what it is"
    if between:
        noise = (
            f"{between} of {count} shots were interpolated between pixels, which makes their noise weaker and alike in "
            "neighbouring pixels: no PSNR can be estimated from them; the first shot of each scene is as it was"
        )
    apart = f"{np.median(distances):.2f} px apart in the median, {max(distances):.2f} px at most"
    lines = [
        f"aligned: the shots lay {apart}{bent}",
        f"likeness of the shots {before:.3f} before and {after:.3f} after; "
        f"{100 * np.mean([one.kept for one in done]):.0f} % of the area is kept",
        noise,
    ]
    if unsure := [one.scene for one in done if one.unsure]:
        lines.append(f"{len(unsure)} scenes show too little to be aligned, and stay as they were: {_named(unsure)}")
    return lines


def _notes_on_light(done: Sequence[Treatment]) -> list[str]:
    found = [exposure for one in done for exposure in one.exposures]
    if not found:
        return []
    gains, offsets = [exposure.gain for exposure in found], [exposure.offset for exposure in found]
    lines = [
        f"exposures matched: gains were {min(gains):.3f} to {max(gains):.3f}, offsets {min(offsets):+.4g} to "
        f"{max(offsets):+.4g}".replace("-", "−")
    ]
    if lost := [one.scene for one in done if one.lost > 1e-3]:
        lines.append(f"over 0.1 % of the pixels are cut off at the end of their range in {_named(lost)}")
    return lines


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
