"""Pictures to denoise: uploads within the limits, with noise added or beside clean ones, and shots of pairs."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from n2n import Pairs
from n2n.data import Scene
from n2n.files import Picture, ValueRange, formats, to_tensor
from n2n.measure import NoisyPicture, one_picture
from n2n.nets import Header
from n2n.noise import Noise
from n2n.reading import read_shots_or_one

from .. import settings
from . import stacks
from .stacks import StackView

WAY_OUT = "Cut it, or use the command line, which has no such limit: python -m n2n denoise PICTURE -o OUT"
SCENES = 4  # shown of pairs that were learnt from
WHOLE = StackView()
UNKNOWN = Header()

Cases = list[tuple[str, NoisyPicture]]  # with the names of the pictures


def check_size(width: int, height: int, name: str, way_out: str = WAY_OUT) -> None:
    """Raises ValueError, with the `way_out`, for a picture that is larger than the demo accepts.

    Nets pad both sides to multiples of 32, which adds little to a picture while its sides are limited.
    """
    limits = settings.limits()
    if max(width, height) > limits.side:
        raise ValueError(
            f"'{name}' is {width}×{height} pixels; this page takes sides of up to {limits.side:,}. {way_out}"
        )
    if width * height > limits.pixels:
        raise ValueError(
            f"'{name}' has {width * height / 1e6:.1f} megapixels; this page takes up to {limits.pixels / 1e6:.0f}. "
            f"{way_out}"
        )


def read(path: str | Path, chosen: StackView = WHOLE) -> Picture:
    """Reads an uploaded picture, of a stack the chosen frame. Raises ValueError where it is none, or larger than the
    demo accepts.
    """
    picture = stacks.read(Path(path), chosen, check_size)
    if picture.pixels.size > 3 * settings.limits().pixels:
        raise ValueError(
            f"'{Path(path).name}' has {picture.pixels.shape[2]} channels, more than this page takes of this size. Use "
            "the command line, which has no such limit: python -m n2n denoise PICTURE -o OUT"
        )
    return picture


def read_all(paths: Sequence[str], chosen: StackView = WHOLE) -> list[tuple[str, Picture]]:
    """Reads uploaded pictures, with their names. Raises ValueError for too many, or for one that cannot be read."""
    limits = settings.limits()
    if len(paths) > limits.pictures:
        raise ValueError(
            f"{len(paths)} pictures at once; this page takes up to {limits.pictures}. Bring fewer, or use the "
            "command line for whole folders: python -m n2n denoise FOLDER -o OUT"
        )
    pictures = [(Path(path).name, read(path, chosen)) for path in paths]
    total = sum(picture.pixels[:, :, 0].size for _, picture in pictures)
    if total > limits.all_pixels:
        raise ValueError(
            f"these pictures have {total / 1e6:.0f} megapixels together; this page takes up to "
            f"{limits.all_pixels / 1e6:.0f} at once. Bring fewer, or use the command line for whole folders"
        )
    return pictures


def smaller(pictures: list[tuple[str, Picture]], most: int) -> list[tuple[str, Picture]]:
    """The same pictures, scaled down by area averaging where they have more than `most` pixels, without their alpha."""
    return [(name, _smaller(picture, most)) for name, picture in pictures]


def _smaller(picture: Picture, most: int) -> Picture:
    height, width = picture.pixels.shape[:2]
    scale = math.sqrt(most / (height * width))
    if scale >= 1:
        return picture
    sides = [max(1, int(side * scale)) for side in (height, width)]
    tensor = torch.from_numpy(picture.pixels.transpose(2, 0, 1)[None].astype(np.float32))
    averaged = F.interpolate(tensor, sides, mode="bilinear", antialias=True)[0].permute(1, 2, 0).numpy()
    whole = averaged.round() if picture.pixels.dtype.kind in "iu" else averaged
    return replace(picture, pixels=whole.astype(picture.pixels.dtype), alpha=None)


def with_noise(pictures: list[tuple[str, Picture]], noise: Noise, seed: int, header: Header = UNKNOWN) -> Cases:
    """Adds noise to clean pictures; each gets noise of its own from the seed. `header` is that of the weights."""
    return [
        (name, one_picture.corrupted(picture, noise, seed + place, _learnt(header, picture)))
        for place, (name, picture) in enumerate(pictures)
    ]


def with_clean(
    pictures: list[tuple[str, Picture]], cleans: list[tuple[str, Picture]], header: Header = UNKNOWN
) -> Cases:
    """Noisy pictures with their clean ones, matched by name, or by order where there are as many.

    `header` is that of the weights. Raises ValueError.
    """
    by_name = {Path(name).stem: picture for name, picture in cleans}
    named = [by_name.get(Path(name).stem) for name, _ in pictures]
    if cleans and not any(named):
        if len(cleans) != len(pictures):
            raise ValueError(
                f"{len(cleans)} clean pictures for {len(pictures)} noisy ones, with other names; "
                "bring one for each in the same order, or name them alike"
            )
        named = [picture for _, picture in cleans]
    return [
        (name, one_picture.already_noisy(picture, clean, _learnt(header, picture)))
        for (name, picture), clean in zip(pictures, named)
    ]


def real(name: str, picture: Picture, second: Picture, header: Header = UNKNOWN) -> tuple[str, NoisyPicture]:
    """A picture with real noise; its PSNR is estimated from a second shot. `header` is that of the weights."""
    case = one_picture.already_noisy(picture, None, _learnt(header, picture))
    return name, replace(case, second=to_tensor(second.pixels, case.range))


def _learnt(header: Header, picture: Picture) -> ValueRange | None:
    return header.learnt_range(picture.pixels.dtype)


def from_pairs(
    files: Sequence[Path], hold_out: float, seed: int, axes: str | None = None, header: Header = UNKNOWN
) -> Cases:
    """The first shot, whole, of some scenes of a training's data, given its hold-out and seed.

    They are seen in the range of `header`, that of the weights. Scenes that it did not learn from come first. The PSNR
    is estimated from the second shots of these only, since a net that learnt from a noisy target knows a little of its
    noise; from the part held out where there is a single scene.
    Raises ValueError, OSError.
    """
    data = read_shots_or_one(*files, axes=axes)
    if (seen := header.learnt_range(data.dtype)) and data.fits(seen):
        data = data.seen_in(seen)
    learnt, held = data.hold_out(hold_out, seed) if hold_out else (data, data)
    if len(data) == 1:
        rows, columns = (slice(int(whole - part), None) for whole, part in zip(data.sizes[0], held.sizes[0]))
        return [_shot(data, data.scenes[0], (rows, columns) if len(data.scenes[0].shots) > 1 else None)]
    everywhere = (slice(None), slice(None))
    cases: Cases = []
    pixels = 0
    for scene, unlearnt in chain(_first(held, everywhere), _first(learnt, None)):
        pixels += scene.shots[0][0].size
        if cases and (pixels > settings.limits().pixels or len(cases) == SCENES):
            break
        cases.append(_shot(data, scene, unlearnt))
    return cases


def _first(some: Pairs, unlearnt: tuple[slice, slice] | None) -> Iterator[tuple[Scene, tuple[slice, slice] | None]]:
    return ((some.scenes[place], unlearnt) for place in range(min(SCENES, len(some))))


def _shot(data: Pairs, scene: Scene, unlearnt: tuple[slice, slice] | None) -> tuple[str, NoisyPicture]:
    """The first shot of a scene with its clean picture, or else with the `unlearnt` part of its second shot."""
    height, width = _fitting(*scene.shots[0].shape[-2:])
    noisy, *others = (data.to_float(shot[:, -height:, -width:])[None].contiguous() for shot in scene.shots[:2])
    notes = []
    if (height, width) != scene.shots[0].shape[-2:]:
        notes.append(f"only the last {width}×{height} pixels are shown: this page takes so many")
    seen = np.broadcast_to(scene.shots[0][:, -height:, -width:], noisy.shape[1:]).transpose(1, 2, 0)
    case = NoisyPicture(noisy, None, Picture(np.ascontiguousarray(seen)), data.range)
    if scene.clean is not None:
        case = replace(case, target=data.to_float(scene.clean[:, -height:, -width:])[None].contiguous())
    elif unlearnt and others:
        rows, columns = (
            slice(-min(length, whole - (part.start or 0)), None)
            for length, whole, part in zip((height, width), scene.shots[0].shape[-2:], unlearnt)
        )
        case = replace(case, second=others[0], unlearnt=(rows, columns))
    else:
        notes.append("the training learnt from this scene, so its second shot does not tell how good the result is")
    return _name(scene), replace(case, picture=replace(case.picture, notes=tuple(notes)))


def _fitting(height: int, width: int) -> tuple[int, int]:
    """Height and width of the part of a picture that the page accepts."""
    limits = settings.limits()
    most = min(limits.side, max(math.isqrt(limits.pixels), limits.pixels // min(height, width)))
    return min(height, most), min(width, most)


def _name(scene: Scene) -> str:
    """A file name for a scene; scenes of arrays have only numbers."""
    name = Path(scene.name)
    safe = re.sub(r"[^\w.-]+", "_", f"scene_{name.name}" if name.name.isdigit() else name.name) or "scene"
    return safe if formats.is_picture(name) else f"{safe}.png"
