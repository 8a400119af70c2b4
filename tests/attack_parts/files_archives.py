"""Zip files: bombs, names that climb out of the folder, entries that lie on one another."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from .files_pictures import encoded
from .hostile import MEGABYTE, HostileFile, noise, zeros_deflated

KIND = "zip"
LINK = (stat.S_IFLNK | 0o777) << 16
CLIMBING = (
    "../../evil.png", "/etc/evil.png", "..\\..\\evil.png", "C:\\evil.png", "\\\\host\\share\\evil.png", "a/../../e.png",
    "./../e.png", "~/evil.png", "....//evil.png", "%2e%2e/e.png", "/proc/self/environ", "//evil.png", "a/./../../b.png",
)  # fmt: skip
ODD = (
    "evil\0.png", "", ".", "/", " ", "a" * 5000 + ".png", "a/" * 2000 + "b.png", "CON.png", "evil\n.png", "‮gnp.exe",
    "-rf.png", "*.png", "a:b.png", "\x1b[2Jx.png", "$(id).png", "a.png/", "😀.png", "x.png ", ".png", "<img src=x>.png",
)  # fmt: skip


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    """An entry without a date of its own."""
    info = zipfile.ZipInfo("x")
    info.filename, info.external_attr = name, mode  # as given: the constructor would cut it
    return info


def packed(
    files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, mode: int = 0, comment: bytes = b""
) -> bytes:
    """An archive of files by name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.comment = comment
        for name, data in files.items():
            archive.writestr(entry(name, mode), data, method)
    return file.getvalue()


def local(name: bytes, data: bytes, size: int, crc: int = 0, **more: int) -> bytes:
    """A local header and the packed bytes; `flags`, `method` and `length` are what it claims."""
    length = more.get("length", len(data))
    fields = (20, more.get("flags", 0), more.get("method", 8), 0, 33, crc, length, size, len(name), 0)
    return struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *fields) + name + data


def central(name: bytes, length: int, size: int, place: int, crc: int = 0, **more: int) -> bytes:
    """An entry of the directory at the end."""
    fields = (20, 20, more.get("flags", 0), more.get("method", 8), 0, 33, crc, length, size, len(name))
    tail = (0, 0, 0, 0, more.get("mode", 0), place)
    return struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", *fields, *tail) + name


def end(count: int, size: int, place: int, comment: bytes = b"") -> bytes:
    """The end of the directory."""
    return struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, place, len(comment)) + comment


def files() -> Iterator[HostileFile]:
    """All of them."""
    for make in (_bombs, _names, _directories, _contents):
        for said, data in make():
            yield HostileFile(f"zip-{said}.zip", KIND, data, said.replace("-", " "))


def _one(data: bytes, size: int, **more: int) -> bytes:
    """An archive of one picture; `size` and the rest are what it claims."""
    body = local(b"s_1.png", data, size, **more)
    listed = central(b"s_1.png", more.pop("length", len(data)), size, 0, **more)
    return body + listed + end(1, len(listed), len(body))


def _bombs() -> Iterator[tuple[str, bytes]]:
    raw = zeros_deflated(200 * MEGABYTE, raw=True)
    yield "bomb-of-200-MB", _one(raw, 200 * MEGABYTE)
    yield "bomb-that-says-100-bytes", _one(raw, 100)
    yield "bomb-that-says-4-GB", _one(raw, 2**32 - 2)
    for method, said in ((zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "lzma")):
        yield f"{said}-bomb", packed({"s_1.png": bytes(24 * MEGABYTE), "s_2.png": bytes(9)}, method)
    bodies = [local(b"s_%d.png" % place, raw, 200 * MEGABYTE) for place in range(1, 9)]
    listed, at = b"", 0
    for place, body in enumerate(bodies, start=1):
        listed += central(b"s_%d.png" % place, len(raw), 200 * MEGABYTE, at)
        at += len(body)
    yield "eight-bombs", b"".join(bodies) + listed + end(8, len(listed), at)
    overlaps = b"".join(central(b"s_%d.png" % place, len(raw), 200 * MEGABYTE, 0) for place in range(20_000))
    yield "20000-entries-on-one-bomb", bodies[0] + overlaps + end(20_000, len(overlaps), len(bodies[0]))
    kernel = zeros_deflated(900 * 1024, raw=True)
    under = local(b"s_1.png", kernel, 900 * 1024)
    below = b"".join(central(b"s_%d.png" % place, len(kernel), 900 * 1024, 0) for place in range(15_000))
    yield "15000-entries-on-one-small-bomb", under + below + end(15_000, len(below), len(under))
    inner = packed({"s_1.png": encoded("PNG", 7)})
    for _ in range(30):
        inner = packed({"inner.zip": inner})
    yield "30-nested", inner
    yield "nested-bombs", packed({f"{place}.zip": packed({"x.png": bytes(MEGABYTE)}) for place in range(100)})
    yield "thin-bombs", packed({f"s_{place}.png": bytes(900_000) for place in range(1, 400)})


def _names() -> Iterator[tuple[str, bytes]]:
    for place, name in enumerate(CLIMBING):
        yield f"climbing-{place}", packed({name: encoded("PNG", 7), "s_1.png": encoded("PNG", 6)})
    for place, name in enumerate(ODD):
        yield f"odd-name-{place}", packed({name: encoded("PNG", 7), "s_1.png": encoded("PNG", 6)})
    for place, target in enumerate(("/etc/passwd", "../../..", "s_1.png", "/dev/zero")):
        yield f"link-{place}", packed({"s_1.png": target.encode(), "s_2.png": target.encode()}, mode=LINK)
    yield "device", packed({"s_1.png": b"", "s_2.png": b""}, mode=(stat.S_IFCHR | 0o666) << 16)
    name = b"\xff\xfe\xfd.png"
    body = local(name, b"", 0, flags=0x800, method=0)
    yield "name-not-utf-8", body + central(name, 0, 0, 0, flags=0x800, method=0) + end(1, 46 + len(name), len(body))


def _directories() -> Iterator[tuple[str, bytes]]:
    empty = local(b"s.png", b"", 0, method=0)
    for count in (100_000, 200_001):
        listed = central(b"s.png", 0, 0, 0, method=0) * count
        yield f"{count}-empty-entries", empty + listed + end(count % 65536, len(listed), len(empty))
    many = b"".join(central(b"%06d_1.png" % place, 0, 0, 0, method=0) for place in range(65_535))
    yield "65535-names", empty + many + end(65_535, len(many), len(empty))
    yield "comment-of-64-kB", packed({"s_1.png": b"x"}, comment=b"PK\5\6" * 16_000)
    whole = packed({"s_1.png": encoded("PNG", 7), "s_2.png": encoded("PNG", 7)})
    yield "cut-off", whole[:-30]
    yield "end-only", end(0, 0, 0)
    yield "end-that-lies", whole[:-22] + end(65_535, 2**32 - 1, 2**32 - 1)
    yield "directory-before-the-start", whole[:-22] + end(2, 999_999, 0)
    yield "directory-in-itself", end(1, 46, 0, b"PK\1\2" + bytes(60))
    yield "two-ends", whole + whole
    yield (
        "64-bit-end",
        struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2**62, 2**62, 2**62, 0)
        + (struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1) + end(65_535, 2**32 - 1, 2**32 - 1)),
    )


def _contents() -> Iterator[tuple[str, bytes]]:
    data = encoded("PNG", 7)
    raw = zlib.compress(data)[2:-4]
    yield "encrypted", _one(raw, len(data), flags=1)
    yield "strongly-encrypted", _one(raw, len(data), flags=0x41)
    yield "size-too-large", _one(raw, len(data) + 999)
    yield "size-too-small", _one(raw, 3)
    yield "wrong-checksum", _one(raw, len(data), crc=12345)
    for method in (1, 6, 9, 14, 93, 95, 97, 99, 65535):
        yield f"packed-as-{method}", _one(noise(method, 99), 999, method=method)
    yield "length-of-4-GB", _one(raw, len(data), length=2**32 - 2)
    pairs = {f"{role}/{place}.png": noise(place, 500) for role in ("source", "target") for place in range(50)}
    yield "pictures-of-noise", packed(pairs)
    yield "scenes-of-one-name", packed({"s/1.png": data, "S/1.PNG": data, "s/1.png ": data})
    yield "numpy-inside", packed({"source.npy": b"\x93NUMPY\1\0", "target.npy": b"\x93NUMPY\1\0"})
    yield "web-pages-inside", packed({"source/index.html": b"<script>1</script>", "target/index.html": b"x"})
    yield "folders-2000-deep", packed({"a/" * 2000 + "s_1.png": data, "a/" * 2000 + "s_2.png": data})
