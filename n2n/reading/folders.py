"""A reader of scenes from pictures in folders, in archives, loose, or in a stack."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from ..data import LAYOUTS, Scene
from . import names
from .frames import Frames, PictureReader, pictures_only, scenes_of
from .groups import Group, Reading
from .names import HIGH, listed
from .readings import readings
from .sources import Loader
from .thumbnails import SAMPLED, Thumbnails, bears_out, is_clearer, mistakes, noisiness

Roles = tuple[str, ...] | None
NOISIER = 1.5  # times as noisy, from which on a picture is not the clean one
WAY_OUT = "give partners the same name, in two folders or with the endings _1 and _2"


def read_photos(files: dict[PurePosixPath, Loader], name: str, reader: PictureReader) -> list[Scene]:
    """Scenes of clean photographs: each picture is the clean one of a scene of its own."""
    return [Scene(str(path), (), reader.picture(path, load)) for path, load in pictures_only(files, name).items()]


def read_pictures(
    files: dict[PurePosixPath, Loader], name: str, reader: PictureReader, roles: Roles = None
) -> list[Scene]:
    """Scenes of shots, by how pictures belong together. Raises ValueError naming pictures that have no partner.

    `roles` are those of the folders, or of the pictures of each scene, in order.
    """
    pictures = pictures_only(files, name)
    if len(pictures) == 1:
        [(path, load)] = pictures.items()
        return reader.scenes(str(path), load)
    frames = {path: reader.frames(str(path), load) for path, load in pictures.items()}
    thumbnails = Thumbnails(lambda path: frames[path][0] if path in frames else frames[path.parent][1])
    reading = _reading(frames, name, thumbnails, reader)
    if reading.said:
        reader.say(reading.said)
    groups = [group.with_roles(roles) for group in reading.groups] if roles else reading.groups
    _check_partners(thumbnails, groups, name, reader)
    if not roles:
        _check_high(groups, frames)
    scenes = [scene for group in groups for scene in scenes_of(group, frames)]
    for scene in scenes:
        _check_scene(scene)
    bare = [scene.name for scene in scenes if scene.clean is None]
    if 0 < len(bare) < len(scenes):
        raise ValueError(
            f"'{name}': {len(bare)} of {len(scenes)} scenes have no reference ({listed(bare)}); "
            "give every scene one, or none"
        )
    return scenes


def _reading(frames: Frames, name: str, thumbnails: Thumbnails, reader: PictureReader) -> Reading:
    """The reading of the names; of stacks, each is a scene of its own where names or pictures do not pair them."""
    alone = Reading(tuple(Group(str(path), (path,), ("shot",)) for path in frames), "each stack was taken for a scene")
    are_bursts = all(len(shots) > 1 and reader.is_burst(str(path)) for path, shots in frames.items())
    try:
        best = _chosen(readings(list(frames), name), thumbnails)
    except ValueError:
        if are_bursts:
            return alone
        raise
    in_stacks = [(path, path / "second frame") for path in frames]
    fits = are_bursts and not best.sure and is_clearer(thumbnails, _paths(best.groups), in_stacks)
    return alone if fits else best


def _chosen(found: Sequence[Reading], thumbnails: Thumbnails) -> Reading:
    """The likeliest reading of the names, or one that the pictures clearly fit better, with a note."""
    best, *others = found
    for other in others:
        if is_clearer(thumbnails, _paths(best.groups), _paths(other.groups)):
            best = other
    if best.unless and not bears_out(thumbnails, _paths(best.groups)):
        raise ValueError(best.unless)
    if best is found[0] or best.said:
        return best
    return replace(best, said=f"by what they show, {listed(best.groups[0].pictures)} were taken for one scene")


def _paths(groups: Sequence[Group]) -> list[tuple[PurePosixPath, ...]]:
    return [group.pictures for group in groups]


def _check_partners(thumbnails: Thumbnails, groups: Sequence[Group], name: str, reader: PictureReader) -> None:
    """Raises ValueError where the pictures show that the names lead to wrong partners; notes it of a few."""
    wrong = mistakes(thumbnails, _paths(groups))
    if not wrong:
        return
    first, looked_at = wrong[0], min(len(groups), SAMPLED)
    told = f"'{first.picture}' shows what '{first.better}' shows, not what its partner '{first.partner}' does"
    many = f"{len(wrong)} such of {looked_at}"
    if 2 * len(wrong) > looked_at or sum(mistake.clear for mistake in wrong) > 1:
        raise ValueError(f"'{name}': the names lead to wrong pairs: {told} ({many}); {WAY_OUT}")
    reader.say(f"{told} ({many}): look at these pairs")


def _check_high(groups: Sequence[Group], frames: Frames) -> None:
    """Raises ValueError where pictures that a name calls high are noisier than the others: then it is not for clean."""
    called = [group for group in groups[:SAMPLED] if group.clean and set(names.words_of(str(group.clean))) & {*HIGH}]
    high = [(group.clean, group.shots[0]) for group in called if group.clean and group.shots]
    noisier = [pair for pair in high if noisiness(frames[pair[0]][0]) > NOISIER * noisiness(frames[pair[1]][0])]
    if 2 * len(noisier) > len(high):
        clean, shot = noisier[0]
        raise ValueError(
            f"'{clean}' has a name as for a clean picture, but is noisier than '{shot}'; say what they are, in order "
            "of their names: --roles clean,source or source,clean or source,target"
        )


def _check_scene(scene: Scene) -> None:
    kinds = {(picture.shape, picture.dtype.name) for picture in scene.pictures}
    if len(kinds) > 1:
        found = ", ".join(f"{shape[2]}×{shape[1]} with {shape[0]} channels {kind}" for shape, kind in sorted(kinds))
        raise ValueError(
            f"scene '{scene.name}': its pictures differ ({found}); all shots of a scene need one size, depth and colour"
        )
    if len(scene.shots) < 2 and scene.clean is None:
        raise ValueError(f"scene '{scene.name}' has one shot only; Noise2Noise needs two: {LAYOUTS}")
