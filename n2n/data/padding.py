"""Padding of pictures to the sides that a network takes."""

import numpy as np
import torch
from torch import Tensor


def pad_to_multiple(tensor: Tensor, multiple: int) -> Tensor:
    """(…, H, W) → the same picture at the top left, continued by reflection to sides divisible by `multiple`.

    numpy reflects again and again where a picture is smaller than its padding, which torch refuses.
    """
    for dim in (-2, -1):
        side = tensor.shape[dim]
        missing = -side % multiple
        if missing:
            mirrored = np.pad(np.arange(side), (0, missing), mode="reflect")
            tensor = tensor.index_select(dim, torch.from_numpy(mirrored).to(tensor.device))
    return tensor
