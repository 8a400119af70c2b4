"""The pictures of a score: the noisy shot, all results as they were compared, and maps of where each lost."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy
import torch
import torch.nn.functional as F
from torch import Tensor

from n2n.files import displayable
from n2n.measure import MeasuredPicture, one_picture
from n2n.referee import Judged, Pictures, Score, ShotPair, to_tensor

from .colour_maps import fitting
from .comparison import Drawn, encoders, write_drawn
from .contrast import DEEP, ENOUGH, Contrast, contrast_for
from .rows import Panel, Row, panel, row

SCENES = 3  # shown
SOFT = 0.5  # blocks: σ of the filter over a map, since the noise of the second shot is in each block
LOST = "where they lost"
UNIT = "root mean square error in % of white, estimated, around each place"
Scene = tuple[ShotPair, Pictures]


class Seen:
    """Keeps the pictures of the first scenes while they are judged."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def __call__(self, shots: ShotPair, pictures: Pictures) -> None:
        """Takes a scene."""
        if len(self.scenes) < SCENES:
            self.scenes.append((shots, pictures))


def contrast_of(score: Score, scene: Scene) -> Contrast | None:
    """The contrast that all pictures of a scene are shown with."""
    shots, pictures = scene
    best = to_tensor(pictures[score.ranked[0].name]) if score.ranked else shots.first
    return contrast_for(displayable(best), ENOUGH if shots.scene.shots[0].dtype == np.uint8 else DEEP)


def rows_of(score: Score, scenes: Sequence[Scene], folder: Path) -> list[Row]:
    """Two rows for each scene: the pictures, the best first, and the maps of where each lost. Raises OSError."""
    rows = []
    for place, scene in enumerate(scenes):
        name = score.scenes[place]
        several = len(score.scenes) > 1
        rows.append(_pictures(score, scene, folder, name if several else "pictures", f"{place}"))
        if score.ranked:
            rows.append(_maps(score, place, scene, folder, f"{name}: {LOST}" if several else LOST))
    return rows


def _pictures(score: Score, scene: Scene, folder: Path, name: str, prefix: str) -> Row:
    shots, pictures = scene
    contrast = contrast_of(score, scene)
    tensors = {"": shots.first} | {one.name: to_tensor(pictures[one.name]) for one in _shown(score, pictures)}
    written = [
        encoders().submit(write_drawn, _drawn(tensor), contrast, folder, f"{prefix}-{number}")
        for number, tensor in enumerate(tensors.values())
    ]
    first, *files = [each.result() for each in written]
    noisy = f"≈ {score.noisy:.1f} dB"
    panels = [panel("noisy", "Noisy", first.src, first.size, score.noisy, None, "", noisy, first.stretched)]
    for number, (one, file) in enumerate(zip(_shown(score, pictures), files), 1):
        psnr = one.estimate.psnr if one.estimate else None
        text = "" if psnr is None else f"≈ {psnr:.1f} dB"
        panels.append(panel(f"{number}", one.name, file.src, file.size, psnr, None, _note(one), text, file.stretched))
    return row(name, panels, contrast.words if contrast else "")


def _shown(score: Score, pictures: Pictures) -> list[Judged]:
    """The best first, and at last those that can be seen but have no score."""
    return [*score.ranked, *(one for one in score.refused if one.name in pictures)]


def _drawn(picture: Tensor) -> Drawn:
    return Drawn(one_picture.measure_displayed(picture, None), picture)


def _note(one: Judged) -> str:
    """What stands under a result."""
    if one.gain is None:
        return "no score: it is not allowed"
    gain = f"{one.gain:+z.2f} dB".replace("-", "−")
    if one.detail is None:
        return gain
    return f"{gain}; {'all detail, to' if one.detail.is_all else 'detail ends at'} {one.detail.pixels:.1f} pixels"


def _maps(score: Score, place: int, scene: Scene, folder: Path, name: str) -> Row:
    size = scene[0].size
    values = [error_map(one.maps[place], score.side, size) for one in score.ranked]
    colours = fitting(np.concatenate([part.ravel() for part in values]), UNIT)
    panels: list[Panel] = []
    for number, (one, part) in enumerate(zip(score.ranked, values), 1):
        drawn = Drawn(MeasuredPicture(colours.paint(part)), colours=colours)
        file = write_drawn(drawn, None, folder, f"{place}-lost-{number}")
        panels.append(panel(f"{number}", one.name, file.src, file.size, scale=colours.scale))
    return row(name, panels)


def error_map(blocks: npt.NDArray[np.float64], side: int, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """The root mean square error around each pixel in % of white, (H, W), from the mean squared errors of blocks."""
    height, width = size
    squares = scipy.ndimage.gaussian_filter(blocks, SOFT, mode="nearest").clip(0)
    side = min(side, height, width)
    whole = [side * count for count in blocks.shape]
    fine = F.interpolate(torch.from_numpy(squares)[None, None], whole, mode="bilinear")
    rest = [length - part for length, part in zip(size, whole)]
    values = np.pad(fine[0, 0].numpy(), [(0, rest[0]), (0, rest[1])], mode="edge")
    percent: npt.NDArray[np.float32] = (100 * np.sqrt(values)).astype(np.float32)
    return percent
