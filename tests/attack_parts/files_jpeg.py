"""JPEG and JPEG 2000 files: huge, with hundreds of scans, cut off, coded as hardly anybody does."""

import io
import struct
from collections.abc import Iterator

import imagecodecs
import numpy as np
from PIL import Image

from .hostile import HostileFile, noise


def jpeg(side: int = 64, **options: object) -> bytes:
    """A grey JPEG of noise."""
    file = io.BytesIO()
    pixels = np.random.default_rng(side).integers(0, 255, (side, side), np.uint8)
    Image.fromarray(pixels).save(file, "JPEG", **options)
    return file.getvalue()


def files() -> Iterator[HostileFile]:
    """All of them."""
    for make in (_sizes, _scans, _segments):
        for said, data in make():
            yield HostileFile(f"jpeg-{said.replace(' ', '-')}.jpg", "jpeg", data, said)
    for suffix, make in ((".jp2", _boxed), (".j2k", _codestreams)):
        for said, data in make():
            yield HostileFile(f"jpeg2000-{said.replace(' ', '-')}{suffix}", "jpeg 2000", data, said)
    huge = dict(_codestreams())["2147483647"]
    yield HostileFile("jpeg2000-named-a-png.png", "jpeg 2000", huge + b" ", "a huge JPEG 2000 named .png")


def _resized(data: bytes, width: int, height: int, marker: bytes = b"\xff\xc0") -> bytes:
    at = data.index(marker) + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def _sizes() -> Iterator[tuple[str, bytes]]:
    for width, height in ((65500, 65500), (65535, 1), (1, 65535), (0, 64), (64, 0), (14000, 14000), (4001, 3998)):
        yield f"{width} by {height}", _resized(jpeg(), width, height)
    yield "progressive 65500", _resized(jpeg(progressive=True), 65500, 65500, b"\xff\xc2")
    yield "progressive 3990", _resized(jpeg(progressive=True), 3990, 3990, b"\xff\xc2")


def _scans() -> Iterator[tuple[str, bytes]]:
    """Scans that a decoder goes through one by one over the whole picture."""
    whole = jpeg(32, progressive=True)
    scans = whole.index(b"\xff\xda")
    last = whole.rindex(b"\xff\xda")
    empty = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 1, 63, 0x00)
    yield "300 scans", whole[:-2] + whole[last:-2] * 300 + whole[-2:]
    yield "300 scans of 3980", _resized(whole, 3980, 3980, b"\xff\xc2")[:-2] + whole[last:-2] * 300 + whole[-2:]
    yield "20000 empty scans of 3970", _resized(whole, 3970, 3970, b"\xff\xc2")[:scans] + empty * 20_000 + b"\xff\xd9"
    arithmetic = whole.replace(b"\xff\xc2", b"\xff\xca", 1)
    yield "arithmetic", arithmetic
    yield "arithmetic of 3960", _resized(arithmetic, 3960, 3960, b"\xff\xca")
    for code in (0xC1, 0xC3, 0xC5, 0xC9, 0xCB):
        yield f"coded as {code:02x}", jpeg(48).replace(b"\xff\xc0", bytes([255, code]), 1)


def _segments() -> Iterator[tuple[str, bytes]]:
    plain = jpeg(40)
    start, rest = plain[:2], plain[2:]
    yield "cut off", plain[: len(plain) // 2]
    yield "two bytes", plain[:2]
    yield "cut in the head", plain[: plain.index(b"\xff\xc0") + 6]
    yield "no tables", start + rest[rest.index(b"\xff\xc0") :]
    yield "12 bits", plain.replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc0\x00\x0b\x0c", 1)
    yield "9 channels", plain.replace(b"\x01\x01\x11\x00", b"\x09\x01\x11\x00", 1)
    yield "sampling of 15", plain.replace(b"\x01\x01\x11\x00", b"\x01\x01\xff\x00", 1)
    yield "sampling of 0", plain.replace(b"\x01\x01\x11\x00", b"\x01\x01\x00\x00", 1)
    yield "restarts everywhere", start + b"\xff\xdd\x00\x04\x00\x01" + rest[:-2] + b"\xff\xd0" * 9999 + rest[-2:]
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 34665, 4, 1, 8) + struct.pack("<I", 8)
    yield "exif in a loop", start + _segment(0xE1, exif) + rest
    yield "exif of noise", start + _segment(0xE1, b"Exif\0\0" + noise(8, 60_000)) + rest
    turned = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 274, 3, 1, 65535) + bytes(4)
    yield "turned 65535", start + _segment(0xE1, turned) + rest
    yield "30 comments of 64 kB", start + _segment(0xFE, b"x" * 65_000) * 30 + rest
    pieces = b"".join(
        _segment(0xE2, b"ICC_PROFILE\0" + bytes([place, 255]) + noise(place, 99)) for place in range(1, 255)
    )
    yield "profile in 255 pieces", start + pieces + rest
    yield "profile piece 0 of 0", start + _segment(0xE2, b"ICC_PROFILE\0\0\0x") + rest
    yield "segment of length 0", start + b"\xff\xe0\x00\x00" + rest
    yield "fill bytes", start + b"\xff" * 10**6 + rest
    mpf = b"MPF\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0xB001, 4, 1, 2**32 - 1) + bytes(4)
    yield "4 billion pictures in one", start + _segment(0xE2, mpf) + rest
    yield (
        "Photoshop that breaks off",
        start + _segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\xff\xff\xff\xff") + rest,
    )
    yield "Adobe colours 9", start + _segment(0xEE, b"Adobe\0\x64\0\0\0\0\x09") + rest


def _segment(marker: int, data: bytes) -> bytes:
    return bytes([255, marker]) + struct.pack(">H", len(data) + 2) + data


def _codestream(shape: tuple[int, ...] = (32, 32)) -> bytes:
    return imagecodecs.jpeg2k_encode(np.zeros(shape, np.uint8), codecformat="J2K")


def _large(stream: bytes, side: int, tile: int) -> bytes:
    at = stream.index(b"\xff\x51") + 6
    return stream[:at] + struct.pack(">IIIIII", side, side, 0, 0, tile, tile) + stream[at + 24 :]


def _codestreams() -> Iterator[tuple[str, bytes]]:
    plain = _codestream()
    for side in (2**31 - 1, 65535, 14000, 3950):
        yield f"{side}", _large(plain, side, side)
    yield "tiles of 1 pixel", _large(plain, 3940, 1)
    yield "tiles of 0", _large(plain, 3930, 0)
    yield "65535 tiles", _large(plain, 256 * 255, 255)
    at = plain.index(b"\xff\x51") + 38
    yield "16384 channels", plain[:at] + b"\x40\x00" + plain[at + 2 :]
    at = plain.index(b"\xff\x52") + 9
    yield "33 levels", plain[:at] + b"\x21" + plain[at + 1 :]
    yield "cut off", plain[: len(plain) // 2]
    yield "end at once", plain[:4]


def _boxed() -> Iterator[tuple[str, bytes]]:
    plain = imagecodecs.jpeg2k_encode(np.zeros((32, 32), np.uint8))
    at = plain.index(b"ihdr") + 4
    yield "head of 4 billion", plain[:at] + struct.pack(">II", 2**32 - 1, 2**32 - 1) + plain[at + 8 :]
    yield "head and stream of 2 billion", _large(plain, 2**31 - 1, 2**31 - 1)
    yield "box of length 2^63", plain[:12] + struct.pack(">I4sQ", 1, b"ftyp", 2**63) + plain[20:]
    yield "box of length 0", plain[:12] + bytes(4) + plain[16:]
    yield "boxes in boxes", plain[:12] + b"".join(struct.pack(">I4s", 8 * left, b"jp2h") for left in range(9999, 0, -1))
    yield "10000 empty boxes", plain[:12] + struct.pack(">I4s", 8, b"free") * 10_000 + plain[12:]
    yield "colours unknown", plain.replace(b"colr\x01", b"colr\x63", 1)
