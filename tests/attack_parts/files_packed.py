"""TIFF files whose strips are packed: in every way there is, with bytes that are not, or with bombs."""

import io
import struct
from collections.abc import Iterator

import imagecodecs
import numpy as np
from PIL import Image

from .files_tiff import (
    BITS,
    COUNTS,
    PHOTOMETRIC,
    PREDICTOR,
    ROWS,
    SAMPLES,
    Tags,
    grey,
    long,
    short,
    tiff,
)
from .hostile import MEGABYTE, HostileFile, noise, zeros_deflated

KIND = "tiff, packed"
DEFLATE, LZW, JPEG, OLD_JPEG = 8, 5, 7, 6
CODES = {
    2: "CCITT RLE", 3: "fax 3", 4: "fax 4", 5: "LZW", 6: "old JPEG", 7: "JPEG", 8: "deflate", 9: "JBIG black",
    10: "JBIG colour", 32766: "NeXT", 32771: "RLE words", 32773: "PackBits", 32809: "ThunderScan", 32895: "CT padding",
    32908: "Pixar film", 32909: "Pixar log", 32946: "old deflate", 33003: "Aperio 33003", 33005: "Aperio 33005",
    34661: "JBIG", 34676: "SGI log", 34677: "SGI log 24", 34712: "JPEG 2000", 34887: "LERC", 34892: "lossy DNG JPEG",
    34925: "LZMA", 34926: "old Zstandard", 34927: "old WebP", 34933: "PNG in a TIFF", 34934: "JPEG XR",
    48124: "JetRaw", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL of DNG", 65000: "EER",
    65535: "Pentax", 12345: "nobody's",
}  # fmt: skip


def files() -> Iterator[HostileFile]:
    """All of them."""
    for code, said in CODES.items():
        yield _file(f"claims {said}", tiff(grey(compression=code, size=200), noise(code, 200)))
    for said, code, whole in _cut_off():
        half = whole[: len(whole) // 2]
        yield _file(f"{said} cut off", tiff(grey(64, 64, compression=code, size=len(half)), half))
    yield from _bombs()
    yield from _small_claims()
    yield from _pictures_inside()


def _file(said: str, data: bytes) -> HostileFile:
    return HostileFile(f"packed-{said.replace(' ', '-')}.tif", KIND, data, said)


def _cut_off() -> Iterator[tuple[str, int, bytes]]:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    yield "LZW", LZW, imagecodecs.lzw_encode(pixels.tobytes())
    yield "deflate", DEFLATE, imagecodecs.zlib_encode(pixels.tobytes())
    yield "LZMA", 34925, imagecodecs.lzma_encode(pixels.tobytes())
    yield "Zstandard", 50000, imagecodecs.zstd_encode(pixels.tobytes())
    yield "JPEG", JPEG, imagecodecs.jpeg8_encode(pixels)
    yield "LERC", 34887, imagecodecs.lerc_encode(pixels)
    yield "JPEG 2000", 34712, imagecodecs.jpeg2k_encode(pixels)
    yield "WebP", 50001, imagecodecs.webp_encode(np.dstack([pixels] * 3))


def _bombs() -> Iterator[HostileFile]:
    """Little that becomes much, and says so."""
    for side in (3900, 13000, 14100):
        packed = zeros_deflated(side * side)
        yield _file(f"deflate bomb {side}", tiff(grey(side, side, compression=DEFLATE, size=len(packed)), packed))
    packed = zeros_deflated(3500 * 3500)
    bomb = grey(3500, 3500, compression=DEFLATE, size=len(packed))
    yield _file("deflate bomb with predictor", tiff(bomb | {PREDICTOR: short(2)}, packed))
    yield _file("deflate bomb upright in 1 pixel", tiff(grey(1, 12_250_000, compression=DEFLATE, size=1), packed))
    wide = imagecodecs.lzw_encode(bytes(4 * MEGABYTE))
    yield _file("LZW bomb", tiff(grey(2048, 2048, compression=LZW, size=len(wide)), wide))
    runs = b"\x81\x00" * 90_000
    yield _file("PackBits bomb", tiff(grey(3400, 3388, compression=32773, size=len(runs)), runs))
    for code, said, pack in ((34925, "LZMA", imagecodecs.lzma_encode), (50000, "Zstandard", imagecodecs.zstd_encode)):
        packed = pack(bytes(15 * MEGABYTE))
        yield _file(f"{said} bomb", tiff(grey(3840, 4096, compression=code, size=len(packed)), packed))


def _small_claims() -> Iterator[HostileFile]:
    """Bombs in a picture that says it is small."""
    packed = zeros_deflated(200 * MEGABYTE)
    small = grey(100, 100, compression=DEFLATE, size=len(packed))
    yield _file("deflate bomb in a small picture", tiff(small, packed))
    yield _file("deflate bomb of old deflate", tiff(grey(99, 100, compression=32946, size=len(packed)), packed))
    rows = grey(64, 2000, compression=DEFLATE, rows=1)
    strips = rows | {273: long(*[-1] * 2000), COUNTS: long(*[len(packed)] * 2000)}
    yield _file("2000 strips of one bomb", tiff(strips, packed))
    yield _file("float bomb", tiff(small | {BITS: short(32), 339: short(3)}, packed))
    yield _file("rows of 4 billion with a bomb", tiff(small | {ROWS: long(2**32 - 1)}, packed))
    wide = imagecodecs.lzw_encode(bytes(3 * MEGABYTE))
    yield _file("LZW bomb in a small picture", tiff(grey(16, 16, compression=LZW, size=len(wide)), wide))
    packed = imagecodecs.zstd_encode(bytes(48 * MEGABYTE))
    yield _file("Zstandard bomb in a small picture", tiff(grey(16, 16, compression=50000, size=len(packed)), packed))


def _pictures_inside() -> Iterator[HostileFile]:
    """Strips that are pictures of another size than the TIFF says."""
    picture = io.BytesIO()
    Image.new("L", (64, 64), 90).save(picture, "JPEG")
    jpeg = picture.getvalue()
    at = jpeg.index(b"\xff\xc0") + 5
    large = jpeg[:at] + struct.pack(">HH", 65500, 65500) + jpeg[at + 4 :]
    for said, inner in (("huge", large), ("unequal", jpeg), ("without tables", b"\xff\xd8" + jpeg[at - 5 :])):
        yield _file(f"JPEG {said} inside", tiff(grey(32, 32, compression=JPEG, size=len(inner)), inner))
    old: Tags = grey(64, 64, compression=OLD_JPEG, size=40) | {512: short(1), 513: long(2**31), 514: long(2**31)}
    yield _file("old JPEG far away", tiff(old, noise(9, 40)))
    tables: Tags = grey(64, 64, compression=JPEG, size=len(jpeg)) | {347: long(0)}
    yield _file("JPEG with tables at 0", tiff(tables, jpeg))
    for code in (34712, 33003, 33005):
        inner = _large_codestream()
        colours = {SAMPLES: short(3), BITS: short(8, 8, 8), PHOTOMETRIC: short(2)}
        tags = grey(32, 32, compression=code, size=len(inner)) | colours
        yield _file(f"JPEG 2000 huge inside {code}", tiff(tags, inner))
    webp = imagecodecs.webp_encode(np.zeros((4000, 4000, 3), np.uint8))
    tags = grey(16, 16, compression=50001, size=len(webp)) | {SAMPLES: short(3), BITS: short(8, 8, 8)}
    yield _file("WebP of 4000 in 16", tiff(tags | {PHOTOMETRIC: short(2)}, webp))


def _large_codestream() -> bytes:
    stream = imagecodecs.jpeg2k_encode(np.zeros((32, 32, 3), np.uint8), codecformat="J2K")
    at = stream.index(b"\xff\x51") + 6
    return stream[:at] + struct.pack(">IIIIII", 2**31 - 1, 2**31 - 1, 0, 0, 2**31 - 1, 2**31 - 1) + stream[at + 24 :]
