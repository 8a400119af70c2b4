"""What a TIFF file says of itself, beside its pixels."""

from collections.abc import Mapping
from typing import Any

import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC, PLANARCONFIG

from .layout import Layout
from .picture import TiffForm

COUNTED = {"ImageJ", "images", "channels", "slices", "frames", "hyperstack", "shape"}  # said anew by the writer


def form_of(file: tifffile.TiffFile, series: tifffile.TiffPageSeries, layout: Layout) -> TiffForm:
    """The form of the first series of a file whose axes are `layout`."""
    page = series.keyframe
    kind = series.kind if series.kind in ("imagej", "ome", "shaped") else ""
    text = str(page.description)
    if kind == "imagej" or text.startswith("{") or (file.is_ome and kind != "ome"):
        text = ""
    return TiffForm(
        layout,
        kind,
        text.encode() or None,
        _words(file, kind),
        photometric=_photometric(page),
        planar=page.planarconfig == PLANARCONFIG.SEPARATE and page.samplesperpixel > 1,
        extrasamples=tuple(map(int, page.extrasamples)),
        bits=page.bitspersample if page.bitspersample < 8 * series.dtype.itemsize else 0,
        packed=page.compression != COMPRESSION.NONE,
        byteorder=file.byteorder,
        colormap=page.colormap,
    )


def _photometric(page: tifffile.TiffPage) -> int:
    """The photometric of the pixels as they are decoded: YCbCr is decoded to RGB, and raw data are grey."""
    if page.photometric in (PHOTOMETRIC.YCBCR, PHOTOMETRIC.SEPARATED):
        return int(PHOTOMETRIC.RGB)
    if page.photometric in (PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.RGB, PHOTOMETRIC.PALETTE):
        return int(page.photometric)
    return int(PHOTOMETRIC.MINISBLACK)


def _words(file: tifffile.TiffFile, kind: str) -> Mapping[str, Any] | None:
    """What ImageJ's or tifffile's description says, but for the numbers of frames."""
    if kind == "imagej":
        words = dict(file.imagej_metadata or {})
    elif kind == "shaped":
        words = dict((file.shaped_metadata or ({},))[0])
    else:
        return None
    return {word: value for word, value in words.items() if word not in COUNTED}
