"""The one list of file formats, from which readers, messages, help and upload fields are made.

A new format is a line here, a function that reads it (in image.py for pictures, in arrays.py for arrays), and a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath


class Kind(StrEnum):
    """The content of a file, in words."""

    PICTURE = "a picture"
    STACK = "a picture, or a stack of shots"
    TENSORS = "two or three tensors"
    ARRAYS = "two or three arrays"
    ARCHIVE = "a folder of pictures"


@dataclass(frozen=True)
class Format:
    """A file format."""

    label: str  # for a picture, the name that Pillow uses, but for capitals
    suffixes: tuple[str, ...]  # in small letters
    kind: Kind
    writes: bool = False  # pictures of a format that is not written are read, but not looked for in folders
    sixteen_bits: bool = False  # whether pictures are written with 16 bits too
    alpha: bool = False  # whether pictures are written with transparency


# Pillow knows more; some of them start another program (PostScript) or are badly maintained.
FORMATS = (
    Format("PNG", (".png",), Kind.PICTURE, writes=True, sixteen_bits=True, alpha=True),
    Format("JPEG", (".jpg", ".jpeg"), Kind.PICTURE, writes=True),
    Format("WebP", (".webp",), Kind.PICTURE, writes=True, alpha=True),
    Format("BMP", (".bmp",), Kind.PICTURE, writes=True),
    Format("TIFF", (".tif", ".tiff"), Kind.STACK, writes=True, sixteen_bits=True, alpha=True),
    Format("GIF", (".gif",), Kind.PICTURE),
    Format("PPM", (".ppm", ".pgm", ".pbm", ".pnm"), Kind.PICTURE),
    Format("JPEG2000", (".jp2", ".j2k"), Kind.PICTURE),
    Format("AVIF", (".avif",), Kind.PICTURE),
    Format("PyTorch, the course's", (".pkl",), Kind.TENSORS, writes=True),
    Format("PyTorch", (".pt", ".pth"), Kind.TENSORS),
    Format("NumPy, several arrays", (".npz",), Kind.ARRAYS, writes=True),
    Format("NumPy, one array", (".npy",), Kind.ARRAYS),
    Format("zip", (".zip",), Kind.ARCHIVE),
    Format("tar", (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"), Kind.ARCHIVE),
)
SETS = (Kind.ARCHIVE, Kind.TENSORS, Kind.ARRAYS)  # files that are a set of pairs by themselves


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


def pictures(sixteen_bits: bool = False) -> tuple[str, ...]:
    """Endings of pictures that are looked for in folders and written; with `sixteen_bits`, those that hold 16 bits."""
    found = of_kind(Kind.PICTURE, Kind.STACK, written=True)
    return endings([form for form in found if form.sixteen_bits >= sixteen_bits])


def picture_labels() -> str:
    """'PNG, JPEG, WebP, BMP, TIFF'"""
    return ", ".join(form.label for form in of_kind(Kind.PICTURE, Kind.STACK, written=True))


def arrays(written: bool = False) -> tuple[str, ...]:
    """Endings of files of arrays that are read, or of those that are written."""
    return endings(of_kind(Kind.TENSORS, Kind.ARRAYS, written=written))


def holds_arrays(name: str | PurePath) -> bool:
    """Whether a file, by its ending, holds arrays rather than pictures."""
    return is_kind(name, Kind.TENSORS, Kind.ARRAYS)


def is_picture(name: str | PurePath) -> bool:
    """Whether a file, by its ending, is a picture that is looked for in folders and can be written."""
    return PurePath(name).suffix.lower() in pictures()


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
