"""TIFF files that lie about where things are and how large they are."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .hostile import HostileFile, noise

KIND = "tiff"
BYTE, ASCII, SHORT, LONG, UNDEFINED, LONG8 = 1, 2, 3, 4, 7, 16
CODES = {BYTE: "B", SHORT: "H", LONG: "I", LONG8: "Q", 13: "I", 17: "q", 18: "Q"}
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, DESCRIPTION = 256, 257, 258, 259, 262, 270
OFFSETS, SAMPLES, ROWS, COUNTS, PLANAR, PREDICTOR, COLOURS = 273, 277, 278, 279, 284, 317, 320
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS, SUBFILES, FORMAT = 322, 323, 324, 325, 330, 339
EXIF, GPS, DEPTH = 34665, 34853, 32997
PIXELS = -1  # stands for the place of the pixels
HUGE = 2**31 - 1


@dataclass(frozen=True)
class Field:
    """A tag's value; `count` is what the file claims, where it lies."""

    type: int
    value: Sequence[int] | bytes
    count: int | None = None


Tags = Mapping[int, Field | None]


def short(*values: int) -> Field:
    return Field(SHORT, values)


def long(*values: int) -> Field:
    return Field(LONG, values)


def text(value: str | bytes) -> Field:
    return Field(ASCII, (value.encode() if isinstance(value, str) else value) + b"\0")


def grey(width: int = 8, height: int = 8, **more: int) -> dict[int, Field]:
    """The tags of an honest grey picture with one strip, or one whose size is a lie."""
    return {
        WIDTH: long(width),
        HEIGHT: long(height),
        BITS: short(8),
        COMPRESSION: short(more.get("compression", 1)),
        PHOTOMETRIC: short(1),
        OFFSETS: long(PIXELS),
        SAMPLES: short(1),
        ROWS: long(more.get("rows", height)),
        COUNTS: long(more.get("size", 64)),
    }


def tiff(tags: Tags, pixels: bytes = bytes(64), *, big: bool = False, order: str = "<", after: int = 0) -> bytes:
    """A TIFF of one directory, then the values that do not fit into it, then the pixels; `after`: the next directory.

    Tags that are None are left out.
    """
    fields = sorted((tag, field) for tag, field in tags.items() if field)
    room, pointer, entry = (8, "Q", 20) if big else (4, "I", 12)
    start = 16 if big else 8
    place = start + (8 if big else 2) + entry * len(fields) + room
    sizes = [len(_packed(field, 0, order)) for _, field in fields]
    pixels_at = place + sum(size for size in sizes if size > room)
    head = struct.pack(f"{order}2sHHHQ", b"II", 43, 8, 0, 16) if big else struct.pack(f"{order}2sHI", b"II", 42, 8)
    entries, values = [struct.pack(f"{order}{'Q' if big else 'H'}", len(fields))], b""
    for tag, field in fields:
        raw = _packed(field, pixels_at, order)
        count = len(field.value) if field.count is None else field.count
        inline = raw.ljust(room, b"\0") if len(raw) <= room else struct.pack(order + pointer, place + len(values))
        values += raw if len(raw) > room else b""
        entries.append(struct.pack(f"{order}HH{pointer}", tag, field.type, count) + inline)
    mark = {"<": b"II", ">": b"MM"}[order]
    return mark + head[2:] + b"".join(entries) + struct.pack(order + pointer, after) + values + pixels


def _packed(field: Field, pixels_at: int, order: str) -> bytes:
    if isinstance(field.value, bytes):
        return field.value
    values = [pixels_at if value == PIXELS else value for value in field.value]
    return struct.pack(f"{order}{len(values)}{CODES.get(field.type, 'I')}", *values)


def files() -> Iterator[HostileFile]:
    """All of them."""
    for said, tags in (_sizes() | _strips() | _layouts() | _tiles()).items():
        yield _file(said, tiff(tags, noise(len(said), 64)))
    for said, tags in _big().items():
        yield _file(f"big {said}", tiff(tags, big=True))
    yield _file("big-endian huge", tiff(grey(HUGE, HUGE), order=">"))
    yield from _chains()
    yield from _broken_heads()


def _file(said: str, data: bytes) -> HostileFile:
    return HostileFile(f"tiff-{said.replace(' ', '-')}.tif", KIND, data, said)


def _sizes() -> dict[str, Tags]:
    sizes = [(HUGE, HUGE), (2**32 - 1, 1), (1, 2**32 - 1), (65535, 65535), (14000, 14000), (100_000, 1), (0, 8), (8, 0)]
    claims = {f"{width} by {height}": grey(width, height) for width, height in sizes}
    whole = {f"all claimed {width}": grey(width, width, size=width * width % 2**32) for width in (3999, 14001, 46341)}
    none = {
        f"no strips {width}": grey(width, width) | {OFFSETS: None, COUNTS: None} for width in (8, 3998, 14002, HUGE)
    }
    return claims | whole | none


def _strips() -> dict[str, Tags]:
    plain = grey()
    return {
        "no offsets": plain | {OFFSETS: None},
        "no byte counts": plain | {COUNTS: None},
        "byte count 0": plain | {COUNTS: long(0)},
        "byte count 4 GB": plain | {COUNTS: long(2**32 - 1)},
        "offset beyond the end": plain | {OFFSETS: long(2**31)},
        "offset at the very end": plain | {OFFSETS: long(2**32 - 1)},
        "offset into itself": plain | {OFFSETS: long(0)},
        "a billion offsets": plain | {OFFSETS: Field(LONG, (PIXELS,), 2**30)},
        "a billion counts": plain | {COUNTS: Field(LONG, (64,), 2**30)},
        "rows 0": plain | {ROWS: long(0)},
        "rows 4 billion": plain | {ROWS: long(2**32 - 1)},
        "one row a strip of 30000": grey(3000, 30000, rows=1),
        "20000 strips on one another": grey(1000, 20000, rows=1)
        | {OFFSETS: long(*[PIXELS] * 20000), COUNTS: long(*[1000] * 20000)},
        "two counts for one strip": plain | {COUNTS: long(64, 64)},
        "no width": plain | {WIDTH: None},
        "width as text": plain | {WIDTH: text("eight")},
        "width of type 255": plain | {WIDTH: Field(255, (8,))},
        "width of no values": plain | {WIDTH: Field(LONG, (8,), 0)},
        "height negative": plain | {HEIGHT: Field(9, (2**32 - 8,))},
    }


def _layouts() -> dict[str, Tags]:
    plain, big = grey(), grey(4001, 4001)
    return {
        "65535 samples": plain | {SAMPLES: short(65535)},
        "65535 samples apart": plain | {SAMPLES: short(65535), PLANAR: short(2)},
        "0 samples": plain | {SAMPLES: short(0)},
        "65535 samples of 4000 by 4000": big | {SAMPLES: short(65535), COUNTS: None},
        "planes 9": plain | {PLANAR: short(9)},
        **{f"bits {bits}": plain | {BITS: short(bits)} for bits in (0, 1, 7, 24, 64, 65535)},
        "bits for 3 of 1 samples": plain | {BITS: short(8, 8, 8)},
        "a million bits": plain | {BITS: Field(SHORT, (8,), 10**6)},
        **{f"format {code} bits {bits}": plain | {FORMAT: short(code), BITS: short(bits)}
           for code, bits in ((2, 8), (3, 16), (3, 24), (3, 64), (5, 64), (6, 128), (9, 8))},
        "depth 2 billion": plain | {DEPTH: long(HUGE)},
        "depth 2 billion without strips": plain | {DEPTH: long(HUGE), OFFSETS: None, COUNTS: None},
        "palette without one": plain | {PHOTOMETRIC: short(3)},
        "palette cut off": plain | {PHOTOMETRIC: short(3), COLOURS: Field(SHORT, (0, 1), 768)},
        **{f"photometric {code}": plain | {PHOTOMETRIC: short(code)} for code in (2, 4, 5, 6, 8, 32803, 32845, 65535)},
        "predictor 2 of 1 bit": plain | {PREDICTOR: short(2), BITS: short(1)},
        "predictor 3 of integers": plain | {PREDICTOR: short(3)},
        "predictor 34894": plain | {PREDICTOR: short(34894)},
        "chroma of 0": plain | {PHOTOMETRIC: short(6), 530: short(0, 0)},
        "orientation 65535": plain | {274: short(65535)},
        "extra samples a billion": plain | {338: Field(SHORT, (0,), 10**9)},
        "resolution by zero": plain | {282: Field(5, (1, 0)), 283: Field(5, (0, 0))},
        "colour profile of 4 GB": plain | {34675: Field(UNDEFINED, b"abcdefgh", 2**32 - 1)},
    }  # fmt: skip


def _tiles() -> dict[str, Tags]:
    def tiled(side: int, tile: int, count: int = 1) -> dict[int, Field | None]:
        tiles = {TILE_WIDTH: long(tile), TILE_HEIGHT: long(tile), TILE_OFFSETS: long(*[PIXELS] * count)}
        return grey(side, side) | {OFFSETS: None, COUNTS: None, ROWS: None, TILE_COUNTS: long(*[64] * count)} | tiles

    return {
        "tile 2 billion": tiled(8, HUGE),
        "tile 65536": tiled(8, 65536),
        "tile 0": tiled(8, 0),
        "tile of 1 pixel": tiled(4002, 1),
        "tiles of 16 in a billion": tiled(10**9, 16),
        "tiles that are not there": tiled(4003, 16),
        "10000 tiles on one another": tiled(1600, 16, 10_000),
        "tiles without offsets": tiled(64, 16) | {TILE_OFFSETS: None},
        "tiles and strips at once": tiled(8, 16) | {OFFSETS: long(PIXELS), COUNTS: long(64)},
        "tile depth 2 billion": tiled(8, 16) | {32998: long(HUGE), DEPTH: long(HUGE)},
    }


def _big() -> dict[str, Tags]:
    plain, far = grey(), Field(LONG8, (2**63 - 1,))
    return {
        "offset 2^63": plain | {OFFSETS: far},
        "byte count 2^63": plain | {COUNTS: far},
        "width 2^63": plain | {WIDTH: far, HEIGHT: far},
        "width 2^64": plain | {WIDTH: Field(LONG8, (2**64 - 1,)), HEIGHT: Field(LONG8, (2**64 - 1,))},
        "count 2^62": plain | {OFFSETS: Field(LONG8, (PIXELS,), 2**62)},
        "description 2^60": plain | {DESCRIPTION: Field(ASCII, b"abcdefg\0", 2**60)},
        "subfiles in a loop": plain | {SUBFILES: Field(18, (16,))},
        "exif at 2^62": plain | {EXIF: Field(LONG8, (2**62,))},
    }


def _chains() -> Iterator[HostileFile]:
    """Directories that lead to themselves, and very many of them."""
    yield _file("directory to itself", tiff(grey(), after=8))
    once = tiff(grey(), after=8)
    yield _file("two directories in a loop", tiff(grey(), after=len(once)) + _moved(grey(), len(once), 8))
    for tag, said in ((SUBFILES, "subfiles"), (EXIF, "exif"), (GPS, "gps"), (40965, "interoperability")):
        yield _file(f"{said} in a loop", tiff(grey() | {tag: long(8)}))
        yield _file(f"{said} beyond the end", tiff(grey() | {tag: long(2**32 - 2)}))
    yield _file("exif in exif in exif", tiff(grey() | {EXIF: long(8), GPS: long(8), SUBFILES: long(*[8] * 5000)}))
    yield _file("200000 empty directories", _empties(200_000))
    yield _file("a million pages", _empties(1_000_000))
    yield _file("10000 pages of one strip", _pages(10_000))


def _moved(tags: Tags, place: int, after: int) -> bytes:
    """A directory without a header, at a place of its own; its strip lies in the first bytes of the file."""
    fields = sorted((tag, field) for tag, field in tags.items() if field and len(_packed(field, 8, "<")) <= 4)
    entries = [
        struct.pack("<HHI", tag, field.type, len(field.value)) + _packed(field, 8, "<").ljust(4, b"\0")
        for tag, field in fields
    ]
    return struct.pack("<H", len(fields)) + b"".join(entries) + struct.pack("<I", after)


def _empties(count: int) -> bytes:
    places = (8 + 6 * place for place in range(1, count + 1))
    return struct.pack("<2sHI", b"II", 42, 8) + b"".join(struct.pack("<HI", 0, place) for place in places)


def _pages(count: int) -> bytes:
    size = len(_moved(grey(), 8, 0))
    pages = (_moved(grey(), 0, 8 + size * place if place < count else 0) for place in range(1, count + 1))
    return struct.pack("<2sHI", b"II", 42, 8) + b"".join(pages)


def _broken_heads() -> Iterator[HostileFile]:
    whole = tiff(grey(), noise(1, 64))
    yield _file("header only", whole[:8])
    yield _file("four bytes", whole[:4])
    yield _file("first directory at 0", whole[:4] + bytes(4) + whole[8:])
    yield _file("first directory beyond", whole[:4] + struct.pack("<I", 2**32 - 2) + whole[8:])
    yield _file("65535 entries", whole[:8] + b"\xff\xff" + whole[10:])
    yield _file("cut in the directory", whole[:60])
    yield _file("cut in the pixels", whole[:-40])
    yield _file("tags backwards", whole[:10] + b"".join(whole[at : at + 12] for at in range(106, 0, -12)) + whole[118:])
    yield _file("big with pointers of 16", struct.pack("<2sHHHQ", b"II", 43, 16, 0, 16) + bytes(64))
    yield _file("big with 2^63 entries", struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, 2**63) + bytes(64))
    yield _file("big directory at 2^63", struct.pack("<2sHHHQ", b"II", 43, 8, 0, 2**63) + bytes(64))
