"""What a TIFF file that is written says of its pixels: description, texts and resolution."""

import math
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from .metadata import DESCRIPTION, texts
from .ome import rewritten
from .picture import Picture, TiffForm

IMAGEJ_AXES = "TZCYXS"  # in this order
IMAGEJ_TYPES = "BHhf"
BESIDE = ("Info", "Labels", "Plot", "ROI", "Overlays")  # words of ImageJ that have a tag of their own, in Unicode
UNLABELLED = "QYXS"  # the axes that tifffile gives to an array of which it knows the shape alone


def described(form: TiffForm, exif: Image.Exif, imagej: bool, dtype: np.dtype[Any]) -> dict[str, Any]:
    """The arguments of tifffile for a description in the form of the old file."""
    axes = form.layout.axes
    words = {word: value for word, value in (form.words or {}).items() if _counts(word, value, form)}
    if imagej:
        return {"metadata": dict(map(_escaped, words.items())) | {"axes": axes}}
    if form.kind == "ome" and (xml := _ome(form, dtype)):
        return {"description": xml, "metadata": None}
    text = None if form.kind == "ome" else form.description or texts(exif).get(DESCRIPTION)
    if not form.kind and axes.rstrip("SC") in ("YX", "IYX"):
        return {"description": text, "metadata": None}
    labelled = "axes" in words or set(axes) - set(UNLABELLED)
    return {"description": text, "metadata": words | ({"axes": axes} if labelled else {})}


def fits_imagej(form: TiffForm, dtype: np.dtype[Any]) -> bool:
    """Whether a file of this form can be one of ImageJ's, as it was before."""
    if form.kind != "imagej" or form.planar or dtype.char not in IMAGEJ_TYPES:
        return False
    places = [IMAGEJ_AXES.find(letter) for letter in form.layout.axes]
    return -1 not in places and places == sorted(set(places))


def _counts(word: str, value: object, form: TiffForm) -> bool:
    """False for the labels of planes that are not as many any more."""
    planes = form.layout.frames * math.prod(form.layout.shape[place] for place in form.layout.of_channels)
    return word != "Labels" or (isinstance(value, list) and len(value) == planes)


def _escaped(said: tuple[str, Any]) -> tuple[str, Any]:
    """A word and its value as ImageJ writes them in its description, in ASCII: µ is \\u00b5."""
    word, value = (
        part.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00") if isinstance(part, str) else part
        for part in said
    )
    return (word, value) if word not in BESIDE else said


def _ome(form: TiffForm, dtype: np.dtype[Any]) -> bytes | None:
    try:
        return rewritten(form.description or b"", form.layout, form.byteorder, str(dtype))
    except ElementTree.ParseError:
        return None


def text_tags(exif: Image.Exif) -> list[tuple[int, str, int, str | bytes, bool]]:
    """The tags that hold text, but for the description, as tifffile takes them."""
    return [(tag, "s", 0, text, True) for tag, text in texts(exif).items() if tag != DESCRIPTION]


def resolution(picture: Picture) -> dict[str, Any]:
    """The arguments of tifffile for the resolution; none where it is not known, or too fine for a TIFF file."""
    if picture.resolution is None:
        return {}
    across, down = (value.as_integer_ratio() for value in picture.resolution[:2])
    if max(*across, *down) >= 2**32:
        return {}
    return {"resolution": (across, down), "resolutionunit": picture.resolution.unit}
