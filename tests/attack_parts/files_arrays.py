"""Files of numpy: headers that lie, pickles in them, archives of them as bombs."""

import io
import struct
import zipfile
from collections.abc import Iterator

import numpy as np

from .files_archives import packed
from .files_pickles import touching
from .hostile import MEGABYTE, HostileFile, noise


def npy(header: str, data: bytes = bytes(512), version: int = 1, length: int | None = None) -> bytes:
    """An array file whose header says what it is given; `length` of the header is what it claims."""
    text = header.encode("utf-8") + b"\n"
    form = "<H" if version == 1 else "<I"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(form, len(text) if length is None else length) + text + data


def described(
    shape: str, kind: str = "'<f4'", order: str = "False", data: bytes = bytes(512), version: int = 1
) -> bytes:
    """An array file of the usual header."""
    return npy(f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}", data, version)


def saved(array: np.ndarray) -> bytes:
    """An array as numpy saves it."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def files() -> Iterator[HostileFile]:
    """All of them."""
    for said, data in (_arrays() | _values()).items():
        yield HostileFile(f"array-{said.replace(' ', '-')}.npy", "npy", data, said)
    for said, data in _archives():
        yield HostileFile(f"arrays-{said.replace(' ', '-')}.npz", "npz", data, said)


def _arrays() -> dict[str, bytes]:
    pickled = touching("numpy")
    code = "__import__('os').system('id')"
    return {
        "object array": described("(2,)", "'|O'", data=pickled),
        "object in a structure": described("(2,)", "[('a', '|O')]", data=pickled),
        "pickle named npy": pickled,
        "terabytes": described("(2, 1, 1000000, 1000000)"),
        "exabytes": described(f"(2, {2**40}, {2**20})"),
        "overflow": described(f"({2**32}, {2**32}, {2**32})"),
        "overflow to 0": described(f"({2**33}, {2**31}, 2)", "'|u1'"),
        "100 GB of zero bytes": described("(2, 0, 100000, 1000000)"),
        "negative": described("(-1, 8, 8)"),
        "negative twice": described("(-2, -8, 8)"),
        "Fortran": described("(2, 1, 8, 8)", order="True"),
        "order of neither": described("(2, 1, 8, 8)", order="'x'"),
        "structure": described("(2,)", "[('a', '<f4', (8, 8)), ('b', '<i8')]"),
        "structure of 30 levels": described("(2,)", "[('a', " * 30 + "'<f4'" + ")]" * 30),
        "one number": described("()"),
        "no numbers": described("(0, 2, 8, 8)"),
        "64 axes": described(f"({'1, ' * 64})"),
        "words": described("(2, 8)", "'<U8'"),
        "word of 2 GB": described("(2,)", "'<U500000000'"),
        "void": described("(2, 8)", "'|V9'"),
        "dates": described("(2, 8)", "'<M8[ns]'"),
        "complex": described("(2, 1, 4, 4)", "'<c16'"),
        "bytes turned": described("(2, 1, 8, 8)", "'>f4'"),
        "half": described("(2, 1, 8, 8)", "'<f2'"),
        "long double": described("(2, 1, 4, 4)", "'<f16'"),
        "type of no kind": described("(2, 8)", "'<q99'"),
        "type of code": described("(2, 8)", code),
        "shape of code": described(code),
        "shape of text": described("'(2, 8)'"),
        "shape of bools": described("(True, True)"),
        "shape of floats": described("(2.0, 8.5)"),
        "shape of 100000 levels": described("(" * 9000 + ")" * 9000),
        "header of 60 kB": npy("{" + " " * 60_000 + "}"),
        "header of a megabyte": npy(f"{{'descr': '<f4', 'x': {'9' * MEGABYTE}}}", version=2),
        "header that is a list": npy("[1, 2, 3]"),
        "header of more keys": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8), 'more': 1}"),
        "header cut off": npy("{'descr'", b"", length=500),
        "header of 4 GB": npy("{'descr'", version=2, length=2**32 - 1),
        "version 3": described("(2, 1, 8, 8)", "[('ä', '<f4')]", version=3),
        "version 9": described("(2, 1, 8, 8)", version=9),
        "signature only": b"\x93NUMPY",
        "data cut off": described("(2, 1, 8, 8)", data=bytes(99)),
    }


def _values() -> dict[str, bytes]:
    shape = (2, 3, 1, 16, 16)
    noisy = np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)
    single = noisy.copy()
    single[0, 0, 0, 0, 0] = np.nan
    return {
        "nan": saved(np.full(shape, np.nan, np.float32)),
        "one nan": saved(single),
        "infinite": saved(np.full(shape, np.inf, np.float32)),
        "largest": saved(np.full(shape, 3.4e38, np.float32)),
        "smallest": saved(np.full(shape, 1e-45, np.float32)),
        "all equal": saved(np.ones(shape, np.float32)),
        "1 by 1": saved(noisy[:, :, :, :1, :1]),
        "1 by 9000": saved(np.zeros((2, 1, 1, 1, 9000), np.uint8)),
        "100000 pictures of 1 pixel": saved(np.zeros((2, 100_000, 1, 1, 1), np.uint8)),
        "bool": saved(np.ones(shape, bool)),
    }


def _archives() -> Iterator[tuple[str, bytes]]:
    lie, whole = described("(2, 1, 1000000, 1000000)"), saved(np.zeros((4, 1, 8, 8), np.uint8))
    zeros = described("(4, 1, 4096, 4096)", "'|u1'", data=bytes(4 * 4096 * 4096))
    yield "bomb", packed({"source.npy": zeros, "target.npy": zeros})
    yield "stored terabytes", packed({"source.npy": lie, "target.npy": lie}, zipfile.ZIP_STORED)
    yield "pickled", packed({"source.npy": described("(2,)", "'|O'", data=touching("npz")), "target.npy": whole})
    yield "names that climb", packed({"../source.npy": whole, "/target.npy": whole})
    yield "not arrays", packed({"source.npy": noise(1, 999), "target.txt": b"text"})
    yield "10000 arrays", packed({f"a{place}.npy": whole for place in range(10_000)}, zipfile.ZIP_STORED)[:2_000_000]
    yield "3000 arrays", packed({f"a{place}.npy": whole for place in range(3000)})
    yield "one name twice", packed({"source.npy": whole, "source": whole})
    yield "unequal", packed({"source.npy": whole, "target.npy": saved(np.zeros((4, 3, 9, 8), np.uint8))})
    yield "a name of 60 kB", packed({"a" * 60_000 + ".npy": whole, "b.npy": whole})
    yield "nothing in it", packed({}, comment=b"nothing")
    yield "cut off", packed({"source.npy": whole, "target.npy": whole})[:-60]
