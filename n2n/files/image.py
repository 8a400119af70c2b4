"""Pictures: file ↔ array ↔ float tensor, and the eight flips and turns."""

from contextlib import ExitStack
from pathlib import Path

import torch
from torch import Tensor

from .atomic import write_bytes
from .decode import CheckSize, Frames, check_size, decode, first, opened
from .encode import encode
from .picture import Picture

__all__ = ["Frames", "Picture", "check_size", "decode", "encode", "opened", "read", "write"]


def read(path: Path, check: CheckSize = check_size, axes: str | None = None) -> Picture:
    """Reads one picture; of a file with several frames, the first. Raises ValueError as `opened`, OSError."""
    with ExitStack() as stack:
        return first(opened(path, path.name, stack, check=check, axes=axes))


def write(path: Path, picture: Picture) -> None:
    """Writes a picture in one step, so that the file at `path` is never half of one. Raises ValueError, OSError."""
    write_bytes(path, encode(picture, path.suffix))


def displayable(tensor: Tensor) -> Tensor:
    """(N, C, H, W) → (N, 1 or 3, H, W) for a screen: the first three channels, or of two their mean."""
    channels = tensor.shape[1]
    if channels in (1, 3):
        return tensor
    return tensor.mean(1, keepdim=True) if channels == 2 else tensor[:, :3]


def how_displayed(channels: int) -> str:
    """The note on how pictures of so many channels are displayed; '' where it goes without saying."""
    if channels in (1, 3):
        return ""
    shown = "their mean is shown in grey" if channels == 2 else "the first three are shown as red, green and blue"
    return f"{channels} channels: {shown}; all of them are denoised and measured"


def turned(tensor: Tensor, turn: int) -> Tensor:
    """One of the eight flips and quarter turns of (…, H, W); turn 0…7, 0 is the picture itself."""
    rotated = torch.rot90(tensor, turn % 4, dims=(-2, -1))
    return rotated.flip(-1) if turn >= 4 else rotated


def turned_back(tensor: Tensor, turn: int) -> Tensor:
    """The inverse of `turned`."""
    tensor = tensor.flip(-1) if turn >= 4 else tensor
    return torch.rot90(tensor, -(turn % 4), dims=(-2, -1))
