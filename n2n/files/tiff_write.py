"""TIFF files written frame by frame, in the form of the file that the frames come from."""

import io
import math
import struct
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import tifffile
from PIL import Image
from tifffile import PHOTOMETRIC

from .layout import CHANNELS, Layout
from .metadata import directories, packed_directory
from .pages import pages
from .picture import Picture, TiffForm
from .tiff import white_above_black
from .tiff_words import described, fits_imagej, resolution, text_tags
from .types import Pixels

CLASSIC = 2**32 - 2**25  # bytes of pixels up to which a file needs no BigTIFF; tifffile keeps as much free


def encode(picture: Picture) -> bytes:
    """A picture as a TIFF file."""
    file = io.BytesIO()
    write(file, iter([picture]), 1)
    return file.getvalue()


def write(file: BinaryIO, frames: Iterator[Picture], count: int, folder: Path | None = None) -> None:
    """Writes `count` pictures of one size in the form of the first, one after the other; `folder` is for what has to be
    kept on disk meanwhile. Raises ValueError, OSError.
    """
    first = next(frames)
    form = fitted(first, count)
    exif = first.exif if first.exif is not None else Image.Exif()
    big = math.prod(form.layout.shape) * first.pixels.dtype.itemsize > CLASSIC
    form = replace(form, byteorder="<" if big else form.byteorder)  # Pillow packs no directories for the other kind
    imagej = fits_imagej(form, first.pixels.dtype) and not big
    inside = directories(exif)
    with tifffile.TiffWriter(file, bigtiff=big, byteorder=form.byteorder, imagej=imagej) as writer:
        writer.write(
            pages((_as_stored(frame, form) for frame in chain([first], frames)), form.layout, page_start(form), folder),
            shape=form.layout.shape,
            dtype=first.pixels.dtype,
            iccprofile=first.icc,
            software=False,
            extratags=[
                *text_tags(exif),
                *((tifffile.TIFF.TAGS[tag], "Q" if big else "I", 1, 0, True) for tag in inside),
            ],
            compression="zlib" if form.packed and not form.bits and not imagej else None,
            bitspersample=form.bits or None,
            **resolution(first),
            **_samples(form),
            **described(form, exif, imagej, first.pixels.dtype),
        )
    for tag, content in inside.items():
        _add_directory(file, tag, content, form.byteorder, big)


def fitted(first: Picture, count: int) -> TiffForm:
    """The form of a new file; its layout differs from the old one's where frames were left out, turned or converted."""
    height, width, channels = first.pixels.shape
    channels += first.alpha is not None
    alpha = () if first.alpha is None else ((1,) if first.premultiplied else (2,))
    colour = 3 if first.pixels.shape[2] >= 3 else 1
    form = first.form or TiffForm(
        Layout("YXS" if channels > 1 else "YX", (height, width, channels)[: 2 + (channels > 1)]),
        photometric=int(PHOTOMETRIC.RGB if colour == 3 else PHOTOMETRIC.MINISBLACK),
        extrasamples=(0,) * (first.pixels.shape[2] - colour) + alpha,
    )
    layout = form.layout.counted(count).sized(height, width)
    if layout.channels != channels:
        layout = layout.rechannelled(channels)
    dtype = first.pixels.dtype
    packs = dtype.kind == "u" and 4 * dtype.itemsize < form.bits < 8 * dtype.itemsize
    return replace(form, layout=layout, bits=form.bits if packs else 0)


def _sample_place(form: TiffForm) -> int | None:
    """The place of the axis of the samples of a pixel."""
    layout = form.layout
    before = (layout.row - 1,) if form.planar and layout.row else ()
    after = range(layout.column + 1, len(layout.axes))
    places = [place for place in (*before, *after) if layout.axes[place] in CHANNELS]
    return places[0] if places else None


def page_start(form: TiffForm) -> int:
    """The number of axes before those of a page."""
    sample = _sample_place(form)
    return min(form.layout.row, form.layout.column, form.layout.row if sample is None else sample)


def _samples(form: TiffForm) -> dict[str, Any]:
    """The arguments of tifffile that tell what the samples of a pixel are."""
    sample, photometric = _sample_place(form), PHOTOMETRIC(form.photometric)
    if sample is None:
        grey = PHOTOMETRIC.MINISBLACK if photometric == PHOTOMETRIC.RGB else photometric
        return {"photometric": grey} | ({"colormap": form.colormap} if grey == PHOTOMETRIC.PALETTE else {})
    count = form.layout.shape[sample]
    if photometric == PHOTOMETRIC.RGB and count < 3:
        photometric = PHOTOMETRIC.MINISBLACK
    extra = count - (3 if photometric == PHOTOMETRIC.RGB else 1)
    extras = form.extrasamples if len(form.extrasamples) == extra else (0,) * extra
    planar = sample < form.layout.row
    return {
        "photometric": photometric,
        "planarconfig": "separate" if planar else "contig",
        "extrasamples": extras or None,
    }


def whole(picture: Picture) -> Pixels:
    """(H, W, C), or with alpha (H, W, C + 1)."""
    return picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])


def _as_stored(picture: Picture, form: TiffForm) -> Pixels:
    """(H, W, C and alpha) as a file of this form holds them."""
    pixels = whole(picture)
    if form.bits:
        pixels = np.minimum(pixels, 2**form.bits - 1)
    if form.photometric == PHOTOMETRIC.MINISWHITE and pixels.dtype.kind == "u":
        pixels = white_above_black(pixels, form)
    return pixels.astype(pixels.dtype.newbyteorder(form.byteorder))


def _add_directory(file: BinaryIO, tag: int, content: dict[int, object], byteorder: str, big: bool) -> None:
    """Appends an Exif or GPS directory, which tifffile does not write, and lets the first page's tag point to it."""
    pointer, count, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    file.seek(0)
    head = file.read(16 if big else 8)
    [directory] = struct.unpack(byteorder + pointer, head[8 if big else 4 :])
    file.seek(directory)
    [entries] = struct.unpack(byteorder + count, file.read(struct.calcsize(count)))
    codes = [struct.unpack(byteorder + "H", file.read(entry)[:2])[0] for _ in range(entries)]
    place = directory + struct.calcsize(count) + entry * codes.index(tag) + entry - struct.calcsize(pointer)
    offset = file.seek(0, io.SEEK_END)
    offset += file.write(bytes(offset % 2))
    file.write(packed_directory(content, tag, head, offset))
    file.seek(place)
    file.write(struct.pack(byteorder + pointer, offset))
