"""Pictures decoded for a set: one frame or several of each file, kept where they take no memory, with notes."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import PurePosixPath

from ..data import LAYOUTS, Scene
from ..files import MAX_UNPACKED, ONE_PICTURE, PACKED, Kind, Layout, Picture, Planes, formats, how_to_export, image
from .groups import Group
from .sources import Loader, file_of
from .spool import Spool

ONE_SHOT = (
    "`train --method neighbor2neighbor` learns from one alone, with less detail; Noise2Noise needs two shots of a scene"
)
Frames = Mapping[PurePosixPath, list[Planes]]


class PictureReader:
    """Decodes pictures to (C, H, W), MAX_UNPACKED bytes at most in all, and counts the changes made on reading."""

    def __init__(self, axes: str | None = None) -> None:
        """`axes` overrule those of TIFF stacks."""
        self.axes = axes
        self.layouts: dict[str, Layout] = {}  # of the files that were read
        self.bytes = 0
        self.counts: dict[str, int] = defaultdict(int)
        self._said: list[str] = []
        self._spool = Spool()

    def frames(self, name: str, load: Loader) -> list[Planes]:
        """The frames of an encoded picture. Raises ValueError as image.opened, and where all take too much memory."""
        with ExitStack() as stack:
            found = image.opened(
                file_of(load) or load(), name, stack, axes=self.axes if formats.is_kind(name, Kind.STACK) else None
            )
            self.layouts[name] = found.layout
            kept = [self._kept(picture) for picture in found]
            notes = found[0].notes
        if found.layout.axes not in ONE_PICTURE:
            notes = (f"read as {found.layout}", *notes)
        for note in notes:
            self.counts[note] += 1
        return kept

    def is_burst(self, name: str) -> bool:
        """Whether a file that was read holds several shots of one scene, by its axes."""
        return self.layouts[name].frames > 1 and len(self.layouts[name].scenes()) == 1

    def _kept(self, picture: Picture) -> Planes:
        """(C, H, W), where it takes no memory."""
        self.bytes += picture.pixels.nbytes
        if self.bytes > MAX_UNPACKED:
            raise ValueError(f"the pictures decode to over {MAX_UNPACKED / 2**30:.0f} GB; use fewer, or smaller ones")
        if picture.alpha is not None:
            self.counts["alpha dropped"] += 1
        return self._spool.keep(picture.pixels.transpose(2, 0, 1))

    def scenes(self, name: str, load: Loader) -> list[Scene]:
        """The scenes of a single file: shots are frames that differ in time. Raises ValueError where there are none."""
        shots = self.frames(name, load)
        layout = self.layouts[name]
        scenes = layout.scenes_of(len(shots))
        if len(scenes[0]) > 1:
            names = [name] if len(scenes) == 1 else [f"{name}, {place}" for place in range(1, len(scenes) + 1)]
            return [Scene(each, tuple(shots[frame] for frame in scene)) for each, scene in zip(names, scenes)]
        if len(shots) == 1:
            read = "" if layout.axes in ONE_PICTURE else f" (read as {layout}; --axes overrules)"
            raise ValueError(f"'{name}' is one shot only{read}; {ONE_SHOT}: {LAYOUTS}")
        raise ValueError(
            f"'{name}' was read as {layout}, which are not shots of one scene; bring a second file taken alike, whose "
            f"frames are then the partners of these, or say --axes {layout.as_shots()} if they are shots of one scene"
        )

    def say(self, note: str) -> None:
        """Adds a note on how the pictures were understood."""
        self._said.append(note)

    @property
    def notes(self) -> tuple[str, ...]:
        """How the pictures were understood; the changes made on reading, each with the number of pictures."""
        return (*self._said, *(f"{note} ({count} picture{'s' * (count != 1)})" for note, count in self.counts.items()))

    def picture(self, path: PurePosixPath, load: Loader) -> Planes:
        """The only frame of a file. Raises ValueError for a stack."""
        first, *others = self.frames(str(path), load)
        if others:
            raise ValueError(f"'{path}' is a stack of {len(others) + 1} frames; give a stack alone, it is one scene")
        return first


def pictures_only(files: dict[PurePosixPath, Loader], name: str) -> dict[PurePosixPath, Loader]:
    """Leaves out files that are no pictures. Raises ValueError if nothing is left."""
    pictures = {path: load for path, load in files.items() if formats.is_picture(path)}
    if not pictures:
        if advice := next(filter(None, map(how_to_export, files)), None):
            raise ValueError(f"'{name}' holds no pictures: {advice}" if len(files) > 1 else advice)
        endings = Counter(path.suffix.lower() or "no ending" for path in files).most_common(4)
        found = ": " * bool(files) + ", ".join(f"{count} {ending}" for ending, count in endings)
        way_out = "export them as one of these"
        if any(path.suffix.lower() in PACKED for path in files):
            way_out = "unpack the archives in it"
        elif any(map(formats.holds_arrays, files)):
            way_out = "bring arrays in one file: numpy.savez('pairs.npz', source=…, target=…)"
        raise ValueError(
            f"'{name}' holds no pictures ({len(files)} files{found}); allowed: {', '.join(formats.pictures())}: "
            f"{way_out}"
        )
    return pictures


def scenes_of(group: Group, frames: Frames) -> list[Scene]:
    """The scene of a group of pictures; of movies that belong together, one for each frame. Raises ValueError."""
    counts = {path: len(frames[path]) for path in group.pictures}
    longest = max(counts.values())
    clean, shots = group.clean, group.shots
    if longest == 1:
        return [Scene(group.name, tuple(frames[path][0] for path in shots), frames[clean][0] if clean else None)]
    if len(group.pictures) == 1:
        return [Scene(group.name, tuple(frames[group.pictures[0]]))]
    if len(shots) == 1 and clean and counts[clean] == 1:
        return [Scene(group.name, tuple(frames[shots[0]]), frames[clean][0])]
    odd = {path: count for path, count in counts.items() if count != longest and (path != clean or count > 1)}
    if odd:
        told = ", ".join(f"'{path}' is a stack of {count} frames" for path, count in counts.items())
        raise ValueError(
            f"{told}; movies that belong together need as many frames each; a stack of shots alone is one scene"
        )
    return [
        Scene(
            f"{group.name} frame {place + 1}",
            tuple(frames[path][place] for path in shots),
            frames[clean][place % counts[clean]] if clean else None,
        )
        for place in range(longest)
    ]
