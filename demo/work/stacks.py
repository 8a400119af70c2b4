"""Stacks of frames in the first tab: one frame is shown, and the whole stack can be downloaded, within limits."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from n2n.files import Picture, frame_files, how_displayed, layout

from .. import settings


@dataclass(frozen=True)
class StackView:
    """How stacks are looked at."""

    frame: int = 1  # that is shown, from 1
    axes: str | None = None  # letters that overrule those of the file


def view(frame: object, axes: object) -> StackView:
    """The values of the controls → how to look at stacks. Raises ValueError for letters that are no axes."""
    number = int(frame) if isinstance(frame, int | float) and frame >= 1 else 1
    return StackView(number, layout.parse(str(axes)) if axes else None)


def read(path: Path, chosen: StackView, check: frame_files.CheckSize) -> Picture:
    """The chosen frame of a file, or its last one, with notes on what was understood. Raises ValueError, OSError."""
    with ExitStack() as stack:
        frames = frame_files.open_frames(path, stack, axes=chosen.axes, check=check)
        place = min(chosen.frame, len(frames))
        picture = frames[place - 1]
        notes = [how_displayed(picture.pixels.shape[2])]
        if frames.layout.axes not in layout.ONE_PICTURE:
            notes.append(f"read as {frames.layout}")
        if len(frames) > 1:
            notes.append(f"frame {place} of {len(frames)} is shown")
        return replace(picture, notes=(*picture.notes, *filter(None, notes)))


class Written(NamedTuple):
    """A stack that was denoised, if it was, and what is said of it."""

    file: Path | None = None
    notes: tuple[str, ...] = ()


def write(
    path: Path, axes: str | None, folder: Path, denoise: Callable[[Picture], Picture], passes: int = 1
) -> Written:
    """Denoises all frames of a stack, within the limits of the page, into `folder`; `passes` of the net for each pixel.

    A file of one frame is left to others. Raises ValueError, OSError.
    """
    with ExitStack() as stack:
        frames = frame_files.open_frames(path, stack, axes=axes)
        if len(frames) == 1:
            return Written()
        height, width = (frames.layout.shape[place] for place in (frames.layout.row, frames.layout.column))
        limit = settings.limits().all_pixels
        if len(frames) * height * width * passes > limit:
            advice = f"for the whole stack: python -m n2n denoise {path.name} -o denoised_{path.name}"
            many = f"{len(frames)} frames are more than this page takes ({limit / 1e6:.0f} megapixels)"
            return Written(None, (f"the download is this frame alone, since {many}; {advice}",))
        target = folder / path.name
        while target.exists():
            target = target.with_stem(f"{target.stem}_")
        frame_files.write_frames(target, map(denoise, frames), frames)
    return Written(target, (f"the download is the whole stack, {len(frames)} frames",))
