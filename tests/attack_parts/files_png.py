"""PNG files: huge, thin, broken, and with bombs in their words."""

import struct
import zlib
from collections.abc import Iterator

from .hostile import MEGABYTE, HostileFile, noise, zeros_deflated

KIND = "png"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, RGBA = 0, 2, 3, 6


def chunk(name: bytes, data: bytes = b"", crc: int | None = None, length: int | None = None) -> bytes:
    """A chunk; `crc` and `length` are what the file claims, where they lie."""
    checked = zlib.crc32(name + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + name + data + struct.pack(">I", checked)


def head(width: int, height: int, bits: int = 8, colours: int = GREY, interlace: int = 0, method: int = 0) -> bytes:
    """The IHDR chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, method, 0, interlace))


def png(*chunks: bytes) -> bytes:
    """Signature, chunks, end."""
    return b"".join([SIGNATURE, *chunks, chunk(b"IEND")])


def zeros(count: int) -> bytes:
    """An IDAT chunk of so many zero bytes, packed."""
    return chunk(b"IDAT", zeros_deflated(count))


SMALL = head(8, 8), zeros(72)


def files() -> Iterator[HostileFile]:
    """All of them."""
    for make in (_sizes, _words, _broken, _animated):
        for said, data in make():
            yield HostileFile(f"png-{said.replace(' ', '-')}.png", KIND, data, said)


def _sizes() -> Iterator[tuple[str, bytes]]:
    for width, height in ((2**31 - 1, 2**31 - 1), (2**31 - 1, 1), (1, 2**31 - 1), (0, 8), (8, 0), (2**32 - 1, 8)):
        yield f"{width} by {height}", png(head(width, height), zeros(999))
    yield "thin 1 by 5000000", png(head(1, 5_000_000), zeros(10_000_000))
    yield "flat 5000000 by 1", png(head(5_000_000, 1), zeros(5_000_001))
    yield "bomb 13000", png(head(13_000, 13_000), zeros(13_000 * 13_001))
    yield "bomb of 4000 in 16 bits", png(head(4000, 4000, 16, RGBA), zeros(4000 * 32_001))
    yield "bomb of 3999 interlaced", png(head(3999, 3999, 8, RGB, 1), zeros(3999 * 3999 * 3 + 8000))
    yield "bomb of 1 bit", png(head(60_000, 3000, 1), zeros(3000 * 7501))
    yield "interlaced 2 billion", png(head(2**31 - 1, 9, 8, GREY, 1), zeros(999))
    yield "16 bits 14142", png(head(14_142, 14_142, 16), zeros(9999))
    yield "a small head over a large body", png(head(4, 4), zeros(100 * MEGABYTE))
    yield "a large head over a small body", png(head(3990, 3990), zeros(8))


def _words() -> Iterator[tuple[str, bytes]]:
    packed = zeros_deflated(150 * MEGABYTE)
    yield "zTXt bomb", png(SMALL[0], chunk(b"zTXt", b"Comment\0\0" + packed), SMALL[1])
    yield "zTXt bomb after", png(*SMALL, chunk(b"zTXt", b"Comment\0\0" + packed))
    yield "iTXt bomb", png(SMALL[0], chunk(b"iTXt", b"Comment\0\1\0\0\0" + packed), SMALL[1])
    yield "iCCP bomb", png(SMALL[0], chunk(b"iCCP", b"ICC\0\0" + packed), SMALL[1])
    short = zeros_deflated(900 * 1024)
    yield (
        "200 zTXt bombs",
        png(SMALL[0], *[chunk(b"zTXt", b"C%d\0\0" % place + short) for place in range(200)], SMALL[1]),
    )
    yield "100000 tEXt", png(SMALL[0], *[chunk(b"tEXt", b"k\0v")] * 100_000, SMALL[1])
    yield "exif of noise", png(SMALL[0], chunk(b"eXIf", noise(3, 900)), SMALL[1])
    loop = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 34665, 4, 1, 8) + struct.pack("<I", 8)
    yield "exif in a loop", png(SMALL[0], chunk(b"eXIf", loop), SMALL[1])
    yield (
        "raw profile",
        png(SMALL[0], chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"9" * 9999)), SMALL[1]),
    )
    laughs = b'<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x:xmpmeta>&b;</x:xmpmeta>'
    yield "XMP of entities", png(SMALL[0], chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + laughs), SMALL[1])
    yield "profile that is none", png(SMALL[0], chunk(b"iCCP", b"x\0\0" + zlib.compress(noise(4, 400))), SMALL[1])


def _broken() -> Iterator[tuple[str, bytes]]:
    whole = png(head(32, 32), chunk(b"IDAT", zlib.compress(noise(5, 33 * 32))))
    yield "cut off", whole[:600]
    yield "cut after the signature", whole[:8]
    yield "cut in the head", whole[:20]
    yield "wrong checksum of the head", png(SMALL[0][:-4] + b"abcd", SMALL[1])
    yield "wrong checksum of the body", png(SMALL[0], SMALL[1][:-4] + b"abcd")
    yield "palette without one", png(head(8, 8, 8, PALETTE), zeros(72))
    yield "palette of 257", png(head(8, 8, 8, PALETTE), chunk(b"PLTE", bytes(771)), zeros(72))
    yield "palette twice", png(head(8, 8, 8, PALETTE), *[chunk(b"PLTE", bytes(6))] * 2, zeros(72))
    yield (
        "index beyond the palette",
        png(
            head(8, 8, 8, PALETTE),
            chunk(b"PLTE", bytes(3)),
            chunk(b"IDAT", zlib.compress(b"\0\xff\xff\xff\xff\xff\xff\xff\xff" * 8)),
        ),
    )
    yield "no body", png(SMALL[0])
    yield "empty body", png(SMALL[0], chunk(b"IDAT"))
    yield "a million empty bodies", png(SMALL[0], *[chunk(b"IDAT")] * 100_000, SMALL[1])
    yield "no head", png(SMALL[1])
    yield "head twice", png(head(8, 8), head(9000, 9000), SMALL[1])
    yield "body not packed", png(SMALL[0], chunk(b"IDAT", noise(6, 99)))
    yield "filter 9", png(SMALL[0], chunk(b"IDAT", zlib.compress(b"\x09" + bytes(71))))
    yield "length of 4 GB", png(SMALL[0], chunk(b"IDAT", noise(7, 30), length=2**32 - 1))
    yield "length of 2 GB in words", png(SMALL[0], chunk(b"tEXt", b"a\0b", length=2**31 - 1), SMALL[1])
    yield "unknown critical chunk", png(SMALL[0], chunk(b"ABCD", b"x"), SMALL[1])
    yield "chunk with no letters", png(SMALL[0], chunk(b"\0\n\xff;", b"x"), SMALL[1])
    for bits, colours in ((3, GREY), (16, PALETTE), (8, 5), (0, 0), (255, 255)):
        yield f"bits {bits} colours {colours}", png(head(8, 8, bits, colours), zeros(999))
    yield "packing 7", png(head(8, 8, method=7), zeros(72))
    yield "interlace 9", png(head(8, 8, interlace=9), zeros(72))
    yield "transparency too long", png(SMALL[0], chunk(b"tRNS", bytes(9999)), SMALL[1])
    yield "gamma 0", png(SMALL[0], chunk(b"gAMA", bytes(4)), chunk(b"cHRM", bytes(32)), SMALL[1])


def _animated() -> Iterator[tuple[str, bytes]]:
    control = struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 100, 0, 0)
    yield "animated 4 billion told", png(SMALL[0], chunk(b"acTL", struct.pack(">II", 2**32 - 1, 0)), SMALL[1])
    yield "animated 0 told", png(SMALL[0], chunk(b"acTL", bytes(8)), SMALL[1])
    pairs = b"".join(
        chunk(b"fcTL", struct.pack(">I", 2 * place + 1) + control[4:])
        + chunk(b"fdAT", struct.pack(">I", 2 * place + 2) + zeros_deflated(72))
        for place in range(10_000)
    )
    start = chunk(b"acTL", struct.pack(">II", 10_001, 0)), chunk(b"fcTL", control)
    yield "animated 10000", png(SMALL[0], *start, SMALL[1], pairs)
    outside = struct.pack(">IIIIIHHBB", 1, 2**31 - 1, 2**31 - 1, 2**31 - 1, 9, 0, 0, 9, 9)
    yield "animated outside", png(SMALL[0], *start, SMALL[1], chunk(b"fcTL", outside), chunk(b"fdAT", bytes(9)))
