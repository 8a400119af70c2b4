"""Things that are no pictures, under names of pictures; files that are two things at once; nothing; noise."""

import struct
import zlib
from collections.abc import Iterator

from .files_pictures import encoded
from .files_png import chunk, head, png
from .hostile import HostileFile, noise

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".jp2", ".avif", ".zip", ".npz", ".npy",
    ".pkl", ".pt", ".pth", ".safetensors", ".svg", ".exe", "",
)  # fmt: skip
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
PROGRAMS = {
    "reads a file.eps": POSTSCRIPT + b"(/etc/passwd) (r) file 999 string readstring pop ==\nshowpage\n",
    "runs a program.png": POSTSCRIPT + b"(%pipe%id) (w) file closefile\nshowpage\n",
    "runs for ever.jpg": POSTSCRIPT + b"{1 pop} loop\n",
    "huge box.tif": POSTSCRIPT.replace(b"9 9", b"999999 999999") + b"showpage\n",
    "dos postscript.bmp": struct.pack("<IIIIIIIH", 0xC6D3D0C5, 30, 2**31, 0, 0, 0, 0, 0xFFFF) + POSTSCRIPT,
    "svg names a file.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "svg script.png": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "svg entities.webp": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>',
    "page.png": b"<html><script>fetch('/gradio_api/info')</script></html>",
    "page.html": b"<!doctype html><script>alert(document.domain)</script>",
    "document.jpg": b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "program.png": b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\x3e\0\x01\0\0\0" + bytes(40),
    "program of windows.tif": b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(40),
    "script.png": b"#!/bin/sh\nid\n",
    "macro.csv": b'=cmd|"/c calc"!A1,+1,-1,@SUM(1)\n',
    "icon.png": b"\0\0\1\0\xff\xff" + bytes(900),
    "photoshop huge.tif": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 56, 30000, 30000, 8, 3) + bytes(40),
    "stars huge.tif": b"SIMPLE  =  T".ljust(80) + b"NAXIS   =  2".ljust(80) + b"NAXIS1  =  999999999".ljust(80),
    "pixmap.png": b'/* XPM */\nstatic char *x[] = {"99999 99999 9999999 9",\n',
    "bitmap.png": b"#define x_width 99999\n#define x_height 99999\nstatic char x_bits[] = {\n",
    "surface.png": b"DDS " + struct.pack("<IIII", 124, 0x1007, 2**31 - 1, 2**31 - 1) + bytes(112),
    "apple icons.png": b"icns\xff\xff\xff\xffic10\xff\xff\xff\xff",
    "metafile.png": b"\xd7\xcd\xc6\x9a" + bytes(18) + noise(5, 60),
    "silicon graphics.png": b"\x01\xda\x01\x01" + struct.pack(">HHHH", 3, 65535, 65535, 3) + bytes(500),
    "targa.png": bytes(2) + b"\x0a" + bytes(9) + struct.pack("<HHBB", 65535, 65535, 32, 0) + b"\xff" * 400,
    "fpx.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "hdf.tif": b"\x89HDF\r\n\x1a\n" + bytes(90),
    "gzip bomb.png": zlib.compress(bytes(10**7), 9, 31),
    "tar.png": b"../../escape".ljust(100, b"\0") + b"0000644\0" * 3 + bytes(388),
    "json of levels.png": b"[" * 200_000,
    "yaml.png": b"a: &a [x,x]\nb: &b [*a,*a]\n!!python/object/apply:os.system ['id']\n",
}  # fmt: skip


def files() -> Iterator[HostileFile]:
    """All of them."""
    for name, data in PROGRAMS.items():
        yield HostileFile(f"foreign {name}", "foreign", data, "no picture")
    for name, data in _both():
        yield HostileFile(f"both {name}", "polyglot", data, "two things at once")
    for place, suffix in enumerate(SUFFIXES):
        yield HostileFile(f"nothing{suffix}", "empty", b"", "empty")
        yield HostileFile(f"one-byte{suffix}", "empty", bytes([place]), "one byte")
        yield HostileFile(f"noise{suffix}", "noise", noise(100 + place, 5000), "noise")
        yield HostileFile(f"zeros{suffix}", "noise", bytes(3000 + place), "zeros")


def _both() -> Iterator[tuple[str, bytes]]:
    picture = encoded("PNG", 8)
    page = b"<script>alert(1)</script>"
    yield "png and page.html", png(head(8, 8), chunk(b"tEXt", b"x\0" + page), picture[33:-12])
    yield "png and page.svg", picture + b"<svg onload=alert(1)>"
    yield "gif and script.js", b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)"
    yield "jpeg and page.html", encoded("JPEG", 8) + page
    yield "jpeg and zip.jpg", encoded("JPEG", 9) + b"PK\x05\x06" + bytes(18)
    yield "png and zip.zip", encoded("PNG", 9) + b"PK\x05\x06" + bytes(18)
    yield "png and pickle.pkl", encoded("PNG", 10)
    yield "png named tif.tif", encoded("PNG", 11)
    yield "png named npz.npz", encoded("PNG", 12)
    yield "tiff named png.png", encoded("TIFF", 11)
    yield "webp named jpg.jpg", encoded("WEBP", 11)
    yield "bmp and script.bmp", encoded("BMP", 10) + b"\n#!/bin/sh\nid\n"
    yield "pdf and png.png", b"%PDF-1.7\n" + encoded("PNG", 13)
    yield "tiff and png.tif", encoded("TIFF", 12) + encoded("PNG", 14)
    yield "webp with page.webp", encoded("WEBP", 14) + page
