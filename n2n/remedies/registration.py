"""How one noisy shot lies against another: found by correlation, then by least squares."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from .motion import Grey, Motion, Window, likeness, moved_back, shared_window

# The passes of the refinement, coarse to fine: pixels compared at most (of larger pictures, means of blocks), and
# the σ of the Gaussian filter before.
PASSES = ((2**15, 3.0), (2**18, 1.5))
STEPS, STILL = 12, 0.005  # of a pass at most; pixels moved in a step below which it has ended
SURE = 4.0  # standard errors from which on a turn or a change of scale is believed
LEAST_OVERLAP = 0.4  # share of a picture that both shots have to show
NOTICED = 0.2  # pixels by which it has to move the corners, besides
BETTER = 0.03  # share by which it has to make the shots more alike, besides


class Found(NamedTuple):
    """A motion as it was found."""

    motion: Motion
    error: float  # pixels: the standard error of where the corners are; infinite where there is too little to see


def find_motion(reference: Grey, moving: Grey) -> Found:
    """The motion from a noisy reference to another noisy shot of the same scene, both (H, W), in any unit.

    First the best shift in whole pixels by cross-correlation, then the shift, turn and scale with the least squares of
    the difference of the smoothed shots, in which the noise hardly counts.
    """
    if min(np.ptp(reference), np.ptp(moving)) == 0:
        return Found(Motion(), math.inf)
    found = Found(Motion(), math.inf)
    for most, sigma in PASSES:
        block = math.ceil(math.sqrt(reference.size / most))
        one, other = (_reduced(shot, block) for shot in (reference, moving))
        start = _in_blocks(found.motion, 1 / block) if found.motion.distance else _coarse(one, other)
        one, other = (scipy.ndimage.gaussian_filter(shot, sigma) for shot in (one, other))
        shifted = _refined(one, other, start, sigma, turning=False)
        turned = _refined(one, other, shifted.motion, sigma, turning=True)
        best = turned if _is_turned(one, other, shifted, turned, NOTICED / block) else shifted
        found = Found(_in_blocks(best.motion, block), best.error * block)
    return found


def _is_turned(one: Grey, other: Grey, shifted: Found, turned: Found, noticed: float) -> bool:
    """Whether a turn and a change of scale can be believed: they move the corners, and make the shots more alike."""
    bent = turned.motion.farthest((one.shape[0], one.shape[1]), Motion(*turned.motion[:2]))
    if bent < max(noticed, SURE * turned.error):
        return False
    unlike = [1 - likeness(one, other, found.motion) for found in (shifted, turned)]
    return unlike[1] < (1 - BETTER) * unlike[0]


def _in_blocks(motion: Motion, size: float) -> Motion:
    return motion._replace(down=motion.down * size, right=motion.right * size)


def _reduced(shot: Grey, block: int) -> Grey:
    """Means of blocks; incomplete ones at the end are left out."""
    rows, columns = (side // block * block for side in shot.shape)
    cut = shot[:rows, :columns].astype(np.float32)
    reduced: Grey = skimage.transform.downscale_local_mean(cut, (block, block)) if block > 1 else cut
    standard: Grey = (reduced - reduced.mean()) / max(float(reduced.std()), 1e-12)
    return standard


def _coarse(reference: Grey, moving: Grey) -> Motion:
    """The shift in whole pixels by cross-correlation: the candidate after which the shots are most alike."""
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in reference.shape))
    candidates = {Motion()}
    for low, high in ((1, 4), (2, 16)):
        bands = [
            scipy.ndimage.gaussian_filter(s, low) - scipy.ndimage.gaussian_filter(s, high) for s in (reference, moving)
        ]
        back, *_ = skimage.registration.phase_cross_correlation(*(band * window for band in bands), normalization=None)
        candidates.add(Motion(*(-back).tolist()))
    possible = [motion for motion in candidates if _overlap(reference.shape, motion) > LEAST_OVERLAP]
    smooth = [scipy.ndimage.gaussian_filter(shot, 2) for shot in (reference, moving)]
    return max(
        possible,
        key=lambda motion: likeness(smooth[0], smooth[1], motion) * math.sqrt(_overlap(reference.shape, motion)),
    )


def _overlap(shape: tuple[int, ...], motion: Motion) -> float:
    """The share of the reference that the other shot shows, too."""
    return max(0, 1 - abs(motion.down) / shape[0]) * max(0, 1 - abs(motion.right) / shape[1])


def _refined(reference: Grey, moving: Grey, start: Motion, sigma: float, turning: bool) -> Found:
    """Gauss-Newton on the squared difference of smoothed shots."""
    motion, error = start, math.inf
    for _ in range(STEPS):
        window = shared_window(reference.shape, [motion], margin=math.ceil(2 * sigma))
        if min(part.stop - part.start for part in window) < 8:
            return Found(start, math.inf)
        one, other = reference[window], moved_back(moving, motion, window, order=1)
        step, error = _step(one, other, window, reference.shape, sigma, turning)
        moved = _moved(motion, step)
        if _overlap(reference.shape, moved) < LEAST_OVERLAP or abs(moved.turn) > 20 or not 0.8 < moved.zoom < 1.25:
            return Found(start, math.inf)
        if moved.farthest(reference.shape, motion) < STILL:
            return Found(moved, error)
        motion = moved
    return Found(motion, error)


def _step(
    one: Grey, other: Grey, window: Window, shape: tuple[int, ...], sigma: float, turning: bool
) -> tuple[npt.NDArray[np.float64], float]:
    """One step: (4,) down, right, turn [rad] and zoom; and the error that noise makes of it at the corners."""
    half = math.hypot(*shape) / 2
    rows, columns = (
        (np.arange(part.start, part.stop, dtype=np.float32) - (side - 1) / 2) / np.float32(half)
        for part, side in zip(window, shape)
    )
    # The slope of both shots, so that noise in one does not shorten the step.
    down, right = ((a + b) / 2 for a, b in zip(np.gradient(one), np.gradient(other)))
    slopes = [down, right]
    if turning:
        slopes += [down * columns - right * rows[:, None], down * rows[:, None] + right * columns]
    parts = np.stack([part.ravel() for part in (*slopes, other, np.ones_like(other))]).astype(np.float64)
    products = parts @ parts.T
    solved = np.linalg.lstsq(products, parts @ one.ravel(), rcond=1e-12)[0]
    left = one.ravel() - solved @ parts
    together = _sharing(sigma)
    spread = np.sqrt(np.abs(np.diag(np.linalg.pinv(products))) * float(np.mean(left**2)) * together)
    step = np.zeros(4)
    step[: len(slopes)] = solved[: len(slopes)] / (solved[len(slopes)] or 1.0)
    error = float(np.hypot(*spread[2:4])) if turning else float(np.hypot(*spread[:2]))
    # Slopes of noise are none of the scene's: only what both shots have in common holds the motion.
    common = float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
    error = error / common if common > by_chance(one.shape, sigma) else math.inf
    step[2:] /= half
    return step, error


def _sharing(sigma: float) -> float:
    """With how many others a pixel shares its noise after a Gaussian filter."""
    return 4 * math.pi * sigma**2


def by_chance(shape: tuple[int, ...], sigma: float) -> float:
    """The highest correlation that two smoothed pictures of noise only are likely to have."""
    return SURE * math.sqrt(_sharing(sigma) / math.prod(shape))


def _moved(motion: Motion, step: npt.NDArray[np.float64]) -> Motion:
    down, right, turn, zoom = step.tolist()
    return Motion(motion.down + down, motion.right + right, motion.turn + math.degrees(turn), motion.zoom * (1 + zoom))
