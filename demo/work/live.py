"""A person's own picture while a training goes on: denoised whole again and again, in a small share of the time."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from n2n import Pairs, Progress
from n2n.data import Batch
from n2n.measure import Denoiser

from .picture_files import EVERYWHERE, PictureRow, PictureRows, Window, write_pair, write_picture
from .subsets import first_pairs, spread_scenes

SHARE = 0.07  # of the time that a training may take, at most, for its pictures
AHEAD = 0.5  # of that share may be spent before it was earned, or nothing would be seen at the beginning
FREE = 0.5  # seconds beside that share
EVERY = 1.0  # seconds between two pictures, at least
SHOWN = 2**20  # pixels of a picture that are shown; of larger ones the last
MORE, ROWS = 2**17, 4  # pixels of all further pictures together; pictures at most
PROBE = 128  # pixels: side of the corner by which it is told how long a picture will take


class Shown(NamedTuple):
    """A pair of whole pictures, or what is shown of it."""

    pair: Batch
    unlearnt: Window  # the part on which the PSNR is measured: no net has learnt from it
    note: str


def whole_pictures(data: Pairs, held: Pairs) -> list[Shown]:
    """The picture of a single scene, of which a part is held out; or else some scenes of the hold-out."""
    if len(data) == 1:
        rows, columns = (slice(int(whole - part), None) for whole, part in zip(data.sizes[0], held.sizes[0]))
        (pair,) = first_pairs(data)
        return [_shown(pair, (rows, columns), "on the part held out")]
    some: list[Shown] = []
    for pair in first_pairs(spread_scenes(held, ROWS)):
        if not some or sum(one.pair.source[0, 0].numel() for one in (*some, Shown(pair, EVERYWHERE, ""))) <= MORE:
            some.append(_shown(pair, EVERYWHERE, ""))
    return some


def _shown(pair: Batch, unlearnt: Window, note: str) -> Shown:
    """A pair, or the last of its pixels: where a part is held out, it is there."""
    height, width = pair.source.shape[-2:]
    most = max(math.isqrt(SHOWN), SHOWN // min(height, width))
    low, left = max(0, height - most), max(0, width - most)
    if not (low or left):
        return Shown(pair, unlearnt, note)
    cut = pair.window(slice(low, None), slice(left, None))
    rows, columns = (slice(max(0, (part.start or 0) - gone), None) for part, gone in zip(unlearnt, (low, left)))
    told = f"the last {width - left}×{height - low} pixels of {width}×{height}"
    return Shown(cut, (rows, columns), "; ".join(filter(None, (told, note))))


class LivePictures:
    """The pictures that improve during a training; noisy, target and clean ones are written once.

    They take SHARE of `seconds`, the time of the whole training, and FREE seconds at most; None: of the time so far.
    """

    def __init__(
        self,
        shown: list[Shown],
        folder: Path,
        denoise: Denoiser,
        seconds: float | None,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Raises OSError where the pictures that stay cannot be written."""
        self.shown, self.folder, self.denoise, self.seconds, self.now = shown, folder, denoise, seconds, now
        self.spent, self.drawn_at = 0.0, -math.inf
        folder.mkdir(exist_ok=True)
        self.originals = [self._originals(place) for place in range(len(shown))]
        self.cost = self._probed()

    def _originals(self, place: int) -> PictureRow:
        one = self.shown[place]
        return write_pair(self.folder, place, one.pair, "noisy", one.unlearnt, one.note)

    def _probed(self) -> float:
        """About how many seconds the pictures will take, by a corner of the first."""
        corner = self.shown[0].pair.source[..., :PROBE, :PROBE].contiguous()
        self.denoise(corner)  # the first pass is slower
        began = self.now()
        self.denoise(corner)
        pixels = sum(one.pair.source[0, 0].numel() for one in self.shown)
        return (self.now() - began) * pixels / corner[0, 0].numel()

    def due(self, progress: Progress) -> bool:
        """Whether it is time: when the hold-out was measured, and every second, as far as the share allows it."""
        whole = self.seconds or progress.seconds
        left = FREE + SHARE * ((1 - AHEAD) * progress.seconds + AHEAD * whole) - self.spent
        if progress.validation is not None or self.drawn_at < 0:
            return left >= self.cost
        return left >= 2 * self.cost and progress.seconds - self.drawn_at >= EVERY

    def draw(self, progress: Progress) -> PictureRows:
        """The pictures as the net makes them now. Raises OSError."""
        began, self.drawn_at = self.now(), progress.seconds
        rows = self.drawn(self.denoise, f"{progress.step:06d}")
        self.cost = self.now() - began
        self.spent += self.cost
        return rows

    def drawn(self, denoise: Denoiser, name: str) -> PictureRows:
        """The pictures as any net makes them, in files of this name. Raises OSError."""
        rows = []
        for place, (one, (noisy, *others)) in enumerate(zip(self.shown, self.originals)):
            file = self.folder / f"{place}_denoised_{name}.png"
            result = denoise(one.pair.source)
            denoised = write_picture(file, "denoised", result, one.pair, noisy.contrast, one.unlearnt, one.note)
            rows.append((noisy, denoised, *others))
        return tuple(rows)
