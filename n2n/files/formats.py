"""The one list of file formats, from which readers, messages, help and upload fields are made.

A new format is a line here, a function that reads it (decode.py for pictures, array_frames.py for arrays), and a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath


class Kind(StrEnum):
    """The content of a file, in words."""

    PICTURE = "a picture"
    STACK = "a picture, or a stack of frames"
    TENSORS = "two or three tensors"
    ARRAYS = "arrays: pictures, stacks or pairs"
    ARCHIVE = "a folder of pictures"


WHOLE = ("uint8", "uint16")
ANY = (*WHOLE, "int8", "int16", "uint32", "int32", "float16", "float32", "float64")


@dataclass(frozen=True)
class Format:
    """A file format."""

    label: str
    suffixes: tuple[str, ...]  # in small letters
    kind: Kind
    pillow: str = ""  # the name that Pillow uses, where it reads the format
    writes: bool = False
    found: bool = False  # whether pictures that are not written are looked for in folders; the others are
    depths: tuple[str, ...] = ("uint8",)  # the types of pixels that are written
    channels: tuple[int, ...] = (1, 3)  # the numbers of channels that are written; none: any
    alpha: bool = False  # whether pictures are written with transparency
    pairs: bool = False  # whether several arrays are written, such as pairs
    raw: bool = False  # whether it is a camera's


# Pillow knows more; some of them start another program (PostScript) or are badly maintained.
FORMATS = (
    Format("PNG", (".png",), Kind.PICTURE, "PNG", writes=True, depths=WHOLE, alpha=True),
    Format("JPEG", (".jpg", ".jpeg"), Kind.PICTURE, "JPEG", writes=True),
    Format("WebP", (".webp",), Kind.PICTURE, "WEBP", writes=True, alpha=True),
    Format("BMP", (".bmp",), Kind.PICTURE, "BMP", writes=True),
    Format("TIFF", (".tif", ".tiff"), Kind.STACK, "TIFF", writes=True, depths=ANY, channels=(), alpha=True),
    Format("PGM", (".pgm",), Kind.PICTURE, "PPM", writes=True, depths=WHOLE, channels=(1,)),
    Format("PPM", (".ppm",), Kind.PICTURE, "PPM", writes=True, depths=WHOLE, channels=(3,)),
    Format("PNM", (".pbm", ".pnm"), Kind.PICTURE, "PPM"),
    Format("GIF", (".gif",), Kind.PICTURE, "GIF"),
    Format("JPEG2000", (".jp2", ".j2k"), Kind.PICTURE, "JPEG2000"),
    Format("AVIF", (".avif",), Kind.PICTURE, "AVIF"),
    Format("HEIC", (".heic", ".heif"), Kind.PICTURE, found=True),
    Format("camera raw", (".dng", ".cr2", ".cr3", ".nef", ".arw"), Kind.PICTURE, found=True, raw=True),
    Format("PyTorch, the course's", (".pkl",), Kind.TENSORS, writes=True, pairs=True),
    Format("PyTorch", (".pt", ".pth"), Kind.TENSORS),
    Format("NumPy, several arrays", (".npz",), Kind.ARRAYS, writes=True, pairs=True, depths=ANY, channels=()),
    Format("NumPy, one array", (".npy",), Kind.ARRAYS, writes=True, depths=ANY, channels=()),
    Format("zip", (".zip",), Kind.ARCHIVE),
    Format("tar", (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"), Kind.ARCHIVE),
)
SETS = (Kind.ARCHIVE, Kind.TENSORS, Kind.ARRAYS)  # files that are a set of pairs by themselves
PICTURES = (Kind.PICTURE, Kind.STACK)


def format_of(name: str | PurePath) -> Format | None:
    """The format of a file by the ending of its name, in small letters or capitals; None for an unknown one."""
    ending = "".join(PurePath(name).suffixes[-2:]).lower()  # .tar.gz has two dots
    return next((form for form in FORMATS if ending.endswith(form.suffixes)), None)


def of_kind(*kinds: Kind, written: bool = False) -> tuple[Format, ...]:
    """The formats of these kinds; with `written`, those of them that are written."""
    return tuple(form for form in FORMATS if form.kind in kinds and form.writes >= written)


def endings(chosen: Sequence[Format]) -> tuple[str, ...]:
    """All endings of file names of these formats."""
    return tuple(suffix for form in chosen for suffix in form.suffixes)


def pictures() -> tuple[str, ...]:
    """Endings of pictures that are looked for in folders."""
    return endings([form for form in of_kind(*PICTURES) if form.writes or form.found])


def writable(dtype: object = "uint8", channels: int = 3) -> tuple[str, ...]:
    """Endings of files to which a picture with this type of pixels and number of channels is written."""
    formats = of_kind(*PICTURES, written=True) + of_kind(Kind.ARRAYS, written=True)
    return endings([form for form in formats if holds(form, dtype, channels)])


def written() -> tuple[str, ...]:
    """Endings of all files to which pictures are written."""
    return endings(of_kind(*PICTURES, Kind.ARRAYS, written=True))


def holds(form: Format, dtype: object, channels: int) -> bool:
    """Whether a format that is written holds this type of pixels and number of channels."""
    return form.writes and str(dtype) in form.depths and (not form.channels or channels in form.channels)


def written_name(name: str) -> str:
    """The name of a denoised picture in another folder: the same, or a .tif where its format is not written."""
    form = format_of(name)
    return name if form is None or form.writes else str(PurePath(name).with_suffix(".tif"))


def picture_labels() -> str:
    """'PNG, JPEG, WebP, BMP, TIFF …'"""
    return ", ".join(form.label for form in of_kind(*PICTURES) if form.writes or form.found)


def arrays(written: bool = False) -> tuple[str, ...]:
    """Endings of files of arrays that are read, or of those to which pairs are written."""
    return endings([form for form in of_kind(Kind.TENSORS, Kind.ARRAYS) if form.pairs >= written])


def holds_arrays(name: str | PurePath) -> bool:
    """Whether a file, by its ending, holds arrays rather than pictures."""
    return is_kind(name, Kind.TENSORS, Kind.ARRAYS)


def is_picture(name: str | PurePath) -> bool:
    """Whether a file, by its ending, is a picture that is looked for in folders."""
    return PurePath(name).suffix.lower() in pictures()


def is_raw(name: str | PurePath) -> bool:
    """Whether a file, by its ending, is a camera's raw data."""
    form = format_of(name)
    return form is not None and form.raw


def is_lossy(name: str | PurePath) -> bool:
    """Whether a picture of this name, by its ending, loses a little when it is written."""
    form = format_of(name)
    return form is not None and form.label == "JPEG"


def is_kind(name: str | PurePath, *kinds: Kind) -> bool:
    """Whether a file, by its ending, is of one of these kinds."""
    form = format_of(name)
    return form is not None and form.kind in kinds


def sets() -> tuple[str, ...]:
    """Endings of files that are a set of pairs by themselves: archives and arrays."""
    return endings(of_kind(*SETS))


def either(words: Sequence[str]) -> str:
    """'.pkl, .pt or .npz'"""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def table() -> str:
    """The endings of each kind of file as rows of a Markdown table: those that are read, and those that are written."""
    rows = ["| a file with | is read from | is written to |", "|---|---|---|"]
    for kind in Kind:
        read, written = (
            ", ".join(f"`{suffix}`" for suffix in endings(of_kind(kind, written=only))) for only in (False, True)
        )
        rows.append(f"| {kind} | {read} | {written or 'nothing'} |")
    return "\n".join(rows)
