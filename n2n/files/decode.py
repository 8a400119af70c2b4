"""Encoded pictures → their frames, whatever the format."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from . import cmyk, formats, heif, png, pnm, raw, tiff
from .foreign import how_to_export
from .layout import Layout, overruled
from .metadata import read_metadata, upright
from .picture import Picture
from .types import Pixels

MAX_PIXELS = 200_000_000  # pixels of one picture; a decompression bomb is refused before it is decoded
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
HEAD = 16  # bytes at the beginning of a file that tell its format
PALETTE = "a palette became RGB"

# The errors of decoders for a file that is cut short or whose fields are wrong.
DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    OSError,
    EOFError,
    LookupError,
    SyntaxError,
    TypeError,
    struct.error,
    zlib.error,
    tiff.Damaged,
    png.Damaged,
    raw.Damaged,
)

CheckSize = Callable[[int, int, str], None]  # width and height in pixels, name; raises ValueError


def check_size(width: int, height: int, name: str) -> None:
    """Raises ValueError for a picture of more than MAX_PIXELS."""
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"'{name}' is {width}×{height} pixels; at most {MAX_PIXELS / 1e6:.0f} megapixels are read: cut or shrink it"
        )


class NotFinite(ValueError):
    """A picture has values that are NaN or infinite."""


class Frames(Sequence[Picture]):
    """The frames of a picture file, each decoded when it is asked for, with what was understood of its axes."""

    def __init__(self, name: str, layout: Layout, frames: Sequence[Picture]) -> None:
        self.name, self.layout, self.source = name, layout, frames

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> Picture:  # type: ignore[override]
        """Raises IndexError, or ValueError for a frame that is damaged."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        with _naming(self.name):
            picture = self.source[index]
        if picture.pixels.dtype.kind == "f" and not np.isfinite(picture.pixels).all():
            raise NotFinite(f"'{self.name}' has pixels that are NaN or infinite; replace them by measured values")
        return picture


def opened(
    source: bytes | Path,
    name: str,
    stack: ExitStack,
    *,
    axes: str | None = None,
    check: CheckSize = check_size,
) -> Frames:
    """The frames of an encoded picture, or of a file of one, which stays open as long as `stack`.

    `name` is for error messages, and its ending tells camera raw from TIFF. Integers and floating point of any depth
    and any number of channels; palettes and CMYK become RGB, an EXIF turn is applied. `axes` overrules what the
    file says of its axes.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            head = file.read(HEAD)
    else:
        head = source[:HEAD]
    if advice := how_to_export(name):
        raise ValueError(advice)
    sized = partial(_checked_size, name, check)
    is_raw = formats.is_raw(name)
    with _naming(name):
        if head[:4] in tiff.SIGNATURES and not is_raw:
            frames = stack.enter_context(tiff.opened(source, name, sized, axes))
            if frames is not None:
                return Frames(name, frames.layout, frames)
        data = source if isinstance(source, bytes) else source.read_bytes()
        if is_raw:
            picture = raw.decode(data, name, sized)
        elif heif.is_heif(data):
            picture = heif.decode(data, sized)
        else:
            picture = _by_pillow(data, name, sized)
    shape = picture.pixels.shape
    layout = Layout("YX", shape[:2]) if shape[2] == 1 else Layout("YXS", shape)
    return Frames(name, overruled(layout, axes, name) if axes else layout, [picture])


def decode(
    data: bytes, name: str, *, first_only: bool = False, check: CheckSize = check_size, axes: str | None = None
) -> list[Picture]:
    """The frames of an encoded picture, as `opened`; `first_only` leaves the others undecoded, with a note."""
    with ExitStack() as stack:
        frames = opened(data, name, stack, check=check, axes=axes)
        return [first(frames)] if first_only else list(frames)


def first(frames: Frames) -> Picture:
    """The first frame, with a note where there are others."""
    picture = frames[0]
    notes = (first_frame_note(len(frames)),) if len(frames) > 1 else ()
    return replace(picture, notes=(*picture.notes, *notes))


def first_frame_note(frames: int) -> str:
    """The note on a picture that has more frames than the one that is used."""
    return f"only the first of {frames} frames is used"


def _checked_size(name: str, check: CheckSize, width: int, height: int) -> None:
    check(width, height, name)


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Turns the errors of decoders into a ValueError that names the file."""
    try:
        yield
    except UnidentifiedImageError:
        raise ValueError(f"'{name}' is not a picture that can be read; allowed: {formats.picture_labels()}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"'{name}' has more than {MAX_PIXELS / 1e6:.0f} megapixels; cut or shrink it") from None
    except FileNotFoundError:
        raise
    except DAMAGED as error:
        raise ValueError(f"'{name}' is damaged or incomplete ({error}); export or copy it again") from error


def _by_pillow(data: bytes, name: str, check: tiff.CheckSize) -> Picture:
    """The first frame of a picture of a format that Pillow reads."""
    with tiff.broken_fields():
        names = {form.pillow for form in formats.of_kind(*formats.PICTURES) if form.pillow}
        image_file = Image.open(io.BytesIO(data), formats=sorted(names))
    with image_file as image:
        check(*image.size)
        with tiff.broken_fields():
            frames = getattr(image, "n_frames", 1)
        pixels, white, notes = _pixels(image, data, name)
        with tiff.broken_fields():
            found = read_metadata(image)
    notes += (first_frame_note(frames),) if frames > 1 else ()
    array = upright(pixels.reshape(*pixels.shape[:2], -1), found.orientation)
    colours = 3 if array.shape[2] >= 3 else 1
    alpha = np.ascontiguousarray(array[:, :, colours]) if array.shape[2] > colours else None
    pixels = np.ascontiguousarray(array[:, :, :colours])
    return Picture(pixels, alpha, found.exif, found.icc, notes, found.resolution, white=white)


def _pixels(image: Image.Image, data: bytes, name: str) -> tuple[Pixels, int | None, tuple[str, ...]]:
    """The pixels of an image, the largest value that its file allows, and what was changed."""
    with tiff.broken_fields():
        if image.format == "PNG" and png.is_16_bit(data):
            return png.decode(data), None, ()
        if image.format == "PPM" and (deep := pnm.read_deep(data)):
            return *deep, ()
        bits = _bits(image, data)
        image.load()
    plain, note = _plain_mode(image, name)
    notes = (note, f"{bits} bits became 8" if bits < 8 and image.mode == "L" else "")
    return np.asarray(plain), None, tuple(filter(None, notes))


def _bits(image: Image.Image, data: bytes) -> int:
    """The bits of a grey value, where Pillow tells or the file of a PNG does; else 8."""
    if image.format == "PNG":
        return png.depth(data)
    bits = image.tag_v2.get(258, (8,)) if isinstance(image, TiffImageFile) else (8,)
    return int(bits[0])


def _plain_mode(image: Image.Image, name: str) -> tuple[Image.Image, str]:
    """The image in one of the modes L, LA, RGB, RGBA, I;16, and what was converted. Raises ValueError where none of
    them can hold it.
    """
    if image.mode in ("L", "LA", "RGB", "RGBA", "I;16"):
        return image, ""
    if image.mode == "1":
        return image.convert("L"), "1 bit became 8-bit grey"
    if image.mode == "I;16B":
        return image.convert("I;16"), ""
    if image.mode in ("P", "PA", "CMYK", "YCbCr", "LAB", "HSV"):
        note = {"P": PALETTE, "PA": PALETTE, "CMYK": cmyk.NOTE}.get(image.mode, f"{image.mode} became RGB")
        return image.convert("RGBA" if image.has_transparency_data else "RGB"), note
    raise ValueError(f"'{name}' holds pixels of mode {image.mode}; save it as TIFF, or as .npy")
