"""The types of arrays that hold pictures."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.number[Any]]  # (H, W) or (H, W, C), as a picture file holds them
Planes: TypeAlias = npt.NDArray[np.number[Any]]  # (C, H, W) or (N, C, H, W): integers or floating point
Fractions: TypeAlias = npt.NDArray[np.float64]  # places, from 0 to 1
Numbers: TypeAlias = npt.NDArray[np.int64]  # sizes and counts
