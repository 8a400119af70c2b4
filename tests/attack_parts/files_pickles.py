"""Pickles and files of torch: code that would leave a mark if it ran, claims of terabytes, depths without end."""

import io
import pickle
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import _utils

from .files_archives import packed
from .hostile import MEGABYTE, HostileFile, noise

CANARY = Path(tempfile.gettempdir()) / "n2n-attack-canary"  # a file that is there only if an uploaded pickle was run
FORMATS = (".pkl", ".pt", ".pth")


def touching(seed: str, module: str = "builtins", function: str = "open", *arguments: str) -> bytes:
    """A pickle that calls a function when it is read: without arguments of its own, one that makes the canary."""
    given = arguments or (str(CANARY), "w")
    words = b"".join(b"V" + word.encode("raw_unicode_escape") + b"\n" for word in given)
    return f"c{module}\n{function}\n".encode() + b"(" + words + b"tR0V" + seed.encode() + b"\n0]."


def files() -> Iterator[HostileFile]:
    """All of them."""
    touch, code = f"touch '{CANARY}'", f"open({str(CANARY)!r}, 'w')"
    calls = {
        "opens": ("builtins", "open"), "shell": ("os", "system", touch), "posix shell": ("posix", "system", touch),
        "evaluates": ("builtins", "eval", code), "executes": ("builtins", "exec", code),
        "subprocess": ("subprocess", "getoutput", touch), "old eval": ("__builtin__", "eval", code),
        "pathlib": ("pathlib", "Path.touch", str(CANARY)), "torch loads": ("torch", "load", str(CANARY)),
        "numpy evaluates": ("numpy.testing._private.utils", "runstring", code, ""),
    }  # fmt: skip
    for place, (said, call) in enumerate(calls.items()):
        suffix = FORMATS[place % 3]
        yield _file(said, touching(said, *call), suffix)
        inside = packed({"archive/data.pkl": touching(said, *call), "archive/version": b"3\n"}, zipfile.ZIP_STORED)
        yield _file(f"{said} in torch's zip", inside, suffix)
    for place, (said, data) in enumerate((_opcodes() | dict(_legacy())).items()):
        yield _file(said, data, FORMATS[place % 3])
    for place, (said, data) in enumerate(_records()):
        yield _file(said, data, FORMATS[place % 3])


def _file(said: str, data: bytes, suffix: str) -> HostileFile:
    return HostileFile(f"pickle-{said.replace(' ', '-')}{suffix}", "pickle", data, said)


def _opcodes() -> dict[str, bytes]:
    laughs = b"]q\0" + b"".join(
        b"](h" + bytes([level]) * 1 + b"h" + bytes([level]) + b"eq" + bytes([level + 1]) for level in range(99)
    )
    return {
        "100000 lists in lists": b"\x80\2" + b"]" * 100_000 + b"a" * 99_999 + b".",
        "a million marks": b"\x80\2" + b"(" * MEGABYTE + b".",
        "a billion laughs": b"\x80\2" + laughs + b".",
        "list of itself": b"\x80\2]q\0h\0a.",
        "text of 2^63": b"\x80\4\x8d" + struct.pack("<Q", 2**63 - 1) + b"x.",
        "bytes of 4 GB": b"\x80\3B" + struct.pack("<I", 2**32 - 1) + b"x.",
        "frame of 2^63": b"\x80\4\x95" + struct.pack("<Q", 2**63 - 1) + b"N.",
        "number of a megabyte": b"\x80\2\x8b" + struct.pack("<i", MEGABYTE) + b"\x7f" * MEGABYTE + b".",
        "number in digits": b"I" + b"9" * 100_000 + b"\n.",
        "memo at 2^32": b"\x80\2Nr\xff\xff\xff\xff.",
        "memo that is not there": b"\x80\2h\x63.",
        "protocol 255": b"\x80\xffN.",
        "stop at once": b".",
        "nothing to stop": b"\x80\2",
        "bytearray of a terabyte": b"\x80\2cbuiltins\nbytearray\n\x8a\6" + (10**12).to_bytes(6, "little") + b"\x85R.",
        "bytearray of 2 GB": b"\x80\2cbuiltins\nbytearray\n\x8a\5" + (2**31).to_bytes(5, "little") + b"\x85R.",
        "unknown global": b"\x80\2cnowhere\nnothing\n.",
        "extension": b"\x80\2\x82\1.",
        "persistent word": b"Pword\n.",
        "not a pickle": b"hello there\n" * 9,
        "two numbers": pickle.dumps((1, 2), 2),
        "three words": pickle.dumps(["a", "b", "c"], 2),
        "cut off": pickle.dumps((bytes(5000), bytes(5001)), 4)[:4000],
        "a million keys": pickle.dumps(dict.fromkeys(range(200_000)), 2),
    }  # fmt: skip


class Storage(NamedTuple):
    """A record of torch's zip: its name, and how many numbers it is said to hold."""

    key: str
    numbers: int
    kind: type = torch.FloatStorage


class _Call:
    """Something that unpickles by a call."""

    def __init__(self, function: Callable, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable, tuple]:
        return self.call


class _Pickler(pickle.Pickler):
    """Puts storages as torch does: by their record's name."""

    def persistent_id(self, item: object) -> tuple | None:
        return ("storage", item.kind, item.key, "cpu", item.numbers) if isinstance(item, Storage) else None


def _tensor(storage: Storage, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> _Call:
    return _Call(_utils._rebuild_tensor_v2, storage, offset, size, stride, False, {})


def _pickled(content: object) -> bytes:
    file = io.BytesIO()
    _Pickler(file, 2).dump(content)
    return file.getvalue()


def _saved(*tensors: object, records: dict[str, bytes] | None = None) -> bytes:
    """What torch.save would write, were it to write such tensors; `records` are those of the storages."""
    given = {"data/0": bytes(1024)} if records is None else records
    parts = {"data.pkl": _pickled(tensors), "byteorder": b"little", **given, "version": b"3\n"}
    return packed({f"archive/{name}": data for name, data in parts.items()}, zipfile.ZIP_STORED)


def _records() -> Iterator[tuple[str, bytes]]:
    store = Storage("0", 256)
    shape, steps = (2, 1, 8, 8), (64, 64, 8, 1)
    whole = _tensor(store, shape, steps)
    wide = _tensor(store, (9, 3, 10**6, 10**6), (0, 0, 0, 0))
    yield "tensor that expands to terabytes", _saved(wide, wide)
    bytes_wide = _tensor(Storage("0", 1024, torch.ByteStorage), (9, 3, 10**6, 10**6), (0, 0, 0, 0))
    yield "bytes that expand to terabytes", _saved(bytes_wide, bytes_wide)
    half_wide = _tensor(Storage("0", 512, torch.BFloat16Storage), (9, 3, 10**6, 10**6), (0, 0, 0, 0))
    yield "bfloat16 that expands to terabytes", _saved(half_wide, half_wide)
    some = _tensor(Storage("0", 512, torch.BFloat16Storage), (1, 1, 60_000, 60_000), (0, 0, 0, 0))
    yield "bfloat16 that expands to 14 GB", _saved(some, some)
    yield "tensor beyond its storage", _saved(_tensor(store, (2, 1, 900, 900), steps), whole)
    yield "offset beyond its storage", _saved(_tensor(store, shape, steps, 10**9), whole)
    yield "offset negative", _saved(_tensor(store, shape, steps, -64), whole)
    yield "steps negative", _saved(_tensor(store, shape, (-64, -64, -8, -1)), whole)
    yield "size negative", _saved(_tensor(store, (-2, 1, 8, 8), steps), whole)
    yield "storage of a terabyte", _saved(_tensor(Storage("0", 10**12), shape, steps), whole)
    yield "storage missing", _saved(_tensor(Storage("7", 256), shape, steps), whole)
    yield "storage too short", _saved(whole, whole, records={"data/0": bytes(10)})
    yield "storage named ..", _saved(_tensor(Storage("../../../../etc/passwd", 256), shape, steps), whole)
    yield "no version", packed({"archive/data.pkl": _pickled((whole, whole)), "archive/data/0": bytes(1024)})
    yield "version 999999", _saved(whole, whole, records={"data/0": bytes(1024), "version": b"999999\n"})
    yield "torchscript", _saved(whole, whole, records={"data/0": bytes(1024), "constants.pkl": b"\x80\2)."})
    yield (
        "records packed",
        packed({"archive/data.pkl": _pickled((whole, whole)), "archive/data/0": bytes(64 * MEGABYTE)}),
    )
    meta = _Call(
        _utils._rebuild_meta_tensor_no_storage, torch.float32, (2, 1, 10**6, 10**6), (10**12, 10**12, 10**6, 1), False
    )
    yield "tensors without storage", _saved(meta, meta)
    places = _tensor(Storage("0", 128, torch.LongStorage), (4, 1), (1, 1))
    sparse = _Call(
        _utils._rebuild_sparse_tensor, torch.sparse_coo, (places, _tensor(store, (1,), (1,)), (10**5,) * 4, True)
    )
    yield "sparse tensors", _saved(sparse, sparse)
    yield "a hundred thousand tensors", _saved(*[whole] * 20_000)
    yield "nan tensors", _saved(whole, whole, records={"data/0": b"\xff" * 1024})
    yield "data cut off", _saved(whole, whole)[:-100]


def _legacy() -> Iterator[tuple[str, bytes]]:
    """The format before torch's zip: pickles one after the other."""
    start = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
    store = Storage("0", 10**12)
    content = _pickled([_tensor(store, (2, 1, 8, 8), (64, 64, 8, 1))] * 2)
    yield "old format of a terabyte", b"".join([*start, content, pickle.dumps(["0"], 2), struct.pack("<q", 10**12)])
    yield "old format cut off", b"".join(start)
    yield "old format with a call", b"".join([*start, touching("legacy")])
    yield "old format of noise", b"".join([*start, noise(1, 999)])
    yield "old format of version 5", b"".join([start[0], pickle.dumps(5, 2), start[2]])
