"""What a hostile file is, and the two bombs that many of them carry."""

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

MEGABYTE = 2**20


@dataclass(frozen=True)
class HostileFile:
    """A file as a stranger uploads it."""

    name: str  # as the request tells it: it may be no name that a disk takes
    kind: str  # the family it belongs to
    data: bytes
    told: str = ""  # what is wrong with it, in words


@lru_cache(maxsize=16)
def zeros_deflated(count: int, raw: bool = False) -> bytes:
    """So many zero bytes as a zlib stream, or as a raw deflate stream; a thousandth of their size."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15 if raw else 15)
    block = bytes(MEGABYTE)
    parts = [packer.compress(block) for _ in range(count // MEGABYTE)]
    return b"".join([*parts, packer.compress(block[: count % MEGABYTE]), packer.flush()])


def noise(seed: int, count: int) -> bytes:
    """So many bytes that mean nothing, always the same ones for a seed."""
    return np.random.default_rng(seed).bytes(count)
