"""What a hostile file is, and the two bombs that many of them carry."""

import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np

MEGABYTE = 2**20


@dataclass(frozen=True)
class HostileFile:
    """A file as a stranger uploads it."""

    name: str  # as the request tells it: it may be no name that a disk takes
    kind: str  # the family it belongs to
    data: bytes
    told: str = ""  # what is wrong with it, in words


def zeros_deflated(count: int, raw: bool = False) -> bytes:
    """So many zero bytes as a zlib stream, or as a raw deflate stream; a thousandth of their size."""
    rest = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = _block() * (count // MEGABYTE) + rest.compress(bytes(count % MEGABYTE)) + rest.flush()
    adler = (count % 65521) << 16 | 1  # of zeros it is known without counting them
    return body if raw else b"\x78\x9c" + body + adler.to_bytes(4, "big")


@cache
def _block() -> bytes:
    """A megabyte of zeros that stands alone, so that it can be repeated."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)


def noise(seed: int, count: int) -> bytes:
    """So many bytes that mean nothing, always the same ones for a seed."""
    return np.random.default_rng(seed).bytes(count)
