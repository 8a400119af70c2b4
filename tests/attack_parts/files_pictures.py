"""Pictures of other formats: WebP, AVIF, GIF, BMP and PPM, as bombs and in pieces."""

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from .hostile import MEGABYTE, HostileFile, noise


def files() -> Iterator[HostileFile]:
    """All of them."""
    for suffix, make in ((".webp", _webp), (".avif", _avif), (".gif", _gif), (".bmp", _bmp), (".ppm", _ppm)):
        for said, data in make():
            yield HostileFile(f"{suffix[1:]}-{said.replace(' ', '-')}{suffix}", suffix[1:], data, said)


def encoded(form: str, side: int = 32, **options: object) -> bytes:
    """A colour picture of noise in a format of Pillow's."""
    file = io.BytesIO()
    pixels = np.random.default_rng(side).integers(0, 255, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def _riff(*chunks: tuple[bytes, bytes], length: int | None = None) -> bytes:
    body = b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4 if length is None else length) + b"WEBP" + body


def _webp() -> Iterator[tuple[str, bytes]]:
    lossy, lossless = encoded("WEBP"), encoded("WEBP", lossless=True)
    canvas = struct.pack("<I", 0x02) + (2**24 - 1).to_bytes(3, "little") * 2
    frame = b"ANMF", bytes(6) + b"\x1f\0\0\x1f\0\0" + b"\x01\0\0\x02" + lossy[12:]
    yield "cut off", lossy[:200]
    yield "lossless cut off", lossless[: len(lossless) // 2]
    yield "head only", lossy[:20]
    at = lossy.index(b"\x9d\x01\x2a") + 3
    yield "16383 by 16383", lossy[:at] + struct.pack("<HH", 16383, 16383) + lossy[at + 4 :]
    yield "lossless 16384", lossless[:21] + b"\xff\xff\xff\x0f" + lossless[25:]
    yield "canvas of 16 million", _riff((b"VP8X", canvas), (b"ANIM", bytes(6)), frame)
    small = struct.pack("<I", 0x02) + b"\x1f\0\0" * 2
    yield "2000 frames", _riff((b"VP8X", small), (b"ANIM", bytes(6)), *[frame] * 2000)
    yield "no frames", _riff((b"VP8X", small), (b"ANIM", bytes(6)))
    yield "length of 4 GB", b"RIFF\xff\xff\xff\xff" + lossy[8:]
    yield "profile of noise", _riff((b"VP8X", struct.pack("<I", 0x20) + b"\x1f\0\0" * 2), (b"ICCP", noise(1, 999)))
    for side in (14_000, 3999):
        yield f"solid {side}", _solid_webp(side)


def _solid_webp(side: int) -> bytes:
    """A lossless picture of one colour takes no bits a pixel: its size is its head's alone."""
    file = io.BytesIO()
    Image.new("RGB", (1, 1), (9, 9, 9)).save(file, "WEBP", lossless=True)
    data = file.getvalue()
    return data[:21] + struct.pack("<I", side - 1 | (side - 1) << 14 | data[24] >> 4 << 28) + data[25:]


def _avif() -> Iterator[tuple[str, bytes]]:
    plain = encoded("AVIF", speed=10)
    yield "cut off", plain[: len(plain) // 2]
    yield "cut in the head", plain[:40]
    yield "brand only", plain[:16]
    at = plain.index(b"ispe") + 8
    for side in (2**32 - 1, 65536, 3920):
        yield f"{side} by {side}", plain[:at] + struct.pack(">II", side, side) + plain[at + 8 :]
    at = plain.index(b"iloc")
    yield "place beyond the end", plain[: at + 20] + b"\xff" * 8 + plain[at + 28 :]
    yield "box of length 2^63", struct.pack(">I4sQ", 1, b"ftyp", 2**63) + plain[8:]
    yield "box of length 0", plain[:4] + plain[4:].replace(struct.pack(">I", len(plain)), bytes(4), 1) + bytes(64)
    yield "noise inside", plain[:-200] + noise(2, 200)


def _gif_frame(width: int, height: int, data: bytes) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02" + data


def _gif() -> Iterator[tuple[str, bytes]]:
    def start(width: int, height: int) -> bytes:
        return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)

    one = _gif_frame(1, 1, b"\x02\x4c\x01\0")
    yield "10000 frames on a huge canvas", start(65535, 65535) + one * 10_000 + b";"
    yield "10000 frames on 3000", start(3000, 3000) + one * 10_000 + b";"
    yield "frame of 65535", start(8, 8) + _gif_frame(65535, 65535, b"\x02\x4c\x01\0") + b";"
    yield (
        "frame outside",
        start(8, 8) + b"," + struct.pack("<HHHHB", 65000, 65000, 500, 500, 0) + b"\x02\x02\x4c\x01\0;",
    )
    yield "size 0", start(0, 0) + _gif_frame(0, 0, b"\x02\x4c\x01\0") + b";"
    yield "no end", start(8, 8) + one + b"!\xfe" + b"\xff" * MEGABYTE
    yield "a megabyte of comments", start(8, 8) + b"!\xfe" + (b"\xff" + b"x" * 255) * 4000 + b"\0" + one + b";"
    yield "code size 255", start(8, 8) + b"," + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\xff\x02\x4c\x01\0;"
    yield "cut off", encoded("GIF")[:300]
    yield "no frames", start(8, 8) + b";"
    solid = io.BytesIO()
    Image.new("P", (3900, 3900)).save(solid, "GIF")
    yield "solid 3900", solid.getvalue()
    yield "solid cut off 14000", solid.getvalue()[:6] + struct.pack("<HH", 14_000, 14_000) + solid.getvalue()[10:]


def _bmp_of(width: int, height: int, bits: int = 24, packing: int = 0, data: bytes = bytes(300), **more: int) -> bytes:
    """`colours` and `start` are what the file claims, where they lie."""
    start = more.get("start", 54)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, more.get("colours", 0), 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, start) + head + data


def _bmp() -> Iterator[tuple[str, bytes]]:
    for width, height in (
        (2**31 - 1, 2**31 - 1),
        (2**31 - 1, 1),
        (-8, 8),
        (8, -8),
        (8, -(2**31)),
        (0, 0),
        (14001, 13999),
    ):
        yield f"{width} by {height}", _bmp_of(width, height)
    yield "RLE 8 bomb", _bmp_of(3910, 3910, 8, 1, bytes(1024) + b"\xff\0" * 60_000 + b"\0\1", start=1078)
    yield "RLE 8 of 14000", _bmp_of(14_000, 14_000, 8, 1, bytes(1024) + b"\0\1", start=1078)
    yield "RLE 8 that jumps", _bmp_of(99, 99, 8, 1, bytes(1024) + b"\0\2\xff\xff" * 9999, start=1078)
    yield "RLE 4 bomb", _bmp_of(3900, 3905, 4, 2, bytes(64) + b"\xff\0" * 60_000, start=118)
    for bits in (0, 1, 3, 48, 64, 65535):
        yield f"bits {bits}", _bmp_of(8, 8, bits)
    yield "4 billion colours", _bmp_of(8, 8, 8, colours=2**32 - 1)
    yield "pixels beyond the end", _bmp_of(8, 8, start=2**32 - 1)
    yield "pixels in the head", _bmp_of(8, 8, start=0)
    for packing in (3, 4, 5, 99):
        yield f"packing {packing}", _bmp_of(8, 8, 32, packing)
    yield "head of 4 GB", b"BM" + bytes(8) + struct.pack("<II", 54, 2**32 - 1) + bytes(60)
    yield "head of 12", b"BM" + bytes(8) + struct.pack("<IIHHHH", 26, 12, 65535, 65535, 1, 24)
    yield "cut off", _bmp_of(200, 200)


def _ppm() -> Iterator[tuple[str, bytes]]:
    heads = {
        "huge": "P6 99999999 99999999 255\n", "huge in digits": f"P6 {'9' * 4000} 8 255\n",
        "negative": "P6 -8 -8 255\n", "no numbers": "P6 width height 255\n", "maximum 0": "P5 8 8 0\n",
        "maximum 10^30": f"P5 8 8 {10**30}\n", "maximum 65536": "P5 8 8 65536\n", "zero": "P6 0 0 255\n",
        "plain 3900 by 3915": "P3 3900 3915 255\n", "plain number of a megabyte": "P2 8 8 255\n" + "1" * MEGABYTE,
        "comment of a megabyte": "P6\n#" + "x" * MEGABYTE, "bits 14003": "P4 14003 14003\n", "float": "Pf 8 8 -1.0\n",
        "float of 10^6": "PF 1000000 1000000 1e999\n", "nan scale": "PF 8 8 nan\n", "head only": "P6",
        "any map": "P7\nWIDTH 999999\nHEIGHT 999999\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n",
        "film": "Py 9 9 255\n", "spaces": "P6" + " " * 400_000 + "8 8 255\n", "thumbnail": "P7 332\n8 8 255\n",
    }  # fmt: skip
    for said, head in heads.items():
        yield said, head.encode() + bytes(96)
