"""The range of values of pictures: an affine map between the values of a file and those of a net."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .types import Planes

Depth = TypeVar("Depth", bound=np.number[Any])


@dataclass(frozen=True)
class ValueRange:
    """Values in a file ↔ values in a net: `black` is 0 there and `white` is 1. Values beyond both are data as well.

    Raises ValueError unless both are finite and white is above black.
    """

    black: float
    white: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.black, self.white]).all() and self.black < self.white):
            raise ValueError(
                f"the range of values is {self.black:g} to {self.white:g}; allowed: black below white, both finite"
            )

    def __str__(self) -> str:
        """'0 to 4095', '-1000 to 3000'"""
        return f"{self.black:.6g} to {self.white:.6g}"

    @property
    def span(self) -> float:
        """white − black, in the unit of the file."""
        return self.white - self.black

    def to_unit(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Values of a file, of any shape → float32 of the same shape, black at 0 and white at 1."""
        exact = values.astype(_working_type(values.dtype))
        unit: npt.NDArray[np.float32] = ((exact - self.black if self.black else exact) / self.span).astype(np.float32)
        return unit

    def from_unit(self, values: npt.NDArray[np.float32], dtype: np.dtype[Depth]) -> npt.NDArray[Depth]:
        """The inverse of `to_unit`; whole numbers are rounded, and clipped to the limits of `dtype` (not to white)."""
        exact = values.astype(_working_type(dtype)) * self.span + self.black
        if dtype.kind in "iu":
            exact = np.clip(exact.round(), *whole_limits(dtype))
        return exact.astype(dtype)


def whole_limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    """The least and greatest value of a type of whole numbers."""
    info: np.iinfo[Any] = np.iinfo(dtype)
    return int(info.min), int(info.max)


def _working_type(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """float32 where it holds every value of `dtype` exactly, else float64."""
    return np.float32 if dtype.itemsize <= 2 else np.float64


def to_tensor(pixels: npt.NDArray[Any], limits: ValueRange) -> Tensor:
    """(H, W, C) of any type → float32 (1, C, H, W), black at 0 and white at 1."""
    return torch.from_numpy(np.ascontiguousarray(limits.to_unit(pixels).transpose(2, 0, 1)[None]))


def to_pixels(tensor: Tensor, dtype: npt.DTypeLike, limits: ValueRange) -> npt.NDArray[Any]:
    """Float (1, C, H, W), black at 0 and white at 1 → (H, W, C) of `dtype`.

    Whole numbers are rounded, and clipped to the limits of `dtype` (not to white); floating point is neither.
    """
    values = tensor[0].detach().float().cpu().permute(1, 2, 0).contiguous().numpy()
    return limits.from_unit(values, np.dtype(dtype))


def to_unit(values: Tensor, limits: ValueRange) -> Tensor:
    """Values of any type and shape → float32 of the same shape, on the same device, black at 0 and white at 1."""
    exact = torch.float32 if values.element_size() <= 2 else torch.float64
    return ((values.to(exact) - limits.black) / limits.span).float()


def from_unit(values: Tensor, dtype: torch.dtype, limits: ValueRange) -> Tensor:
    """The inverse of `to_unit`; whole numbers are rounded, and clipped to the limits of `dtype`."""
    exact = values.double() * limits.span + limits.black
    if not dtype.is_floating_point:
        allowed = torch.iinfo(dtype)
        exact = exact.round_().clamp_(allowed.min, allowed.max)
    return exact.to(dtype)


def planes_of(tensor: Tensor) -> Planes:
    """A numpy view of a tensor; numpy can reduce uint16, which torch cannot."""
    plain = tensor.detach().cpu()
    array: Planes = (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
    return array


EIGHT_BITS = ValueRange(0.0, 255.0)
UNIT = ValueRange(0.0, 1.0)
