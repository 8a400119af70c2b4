"""Denoisers of this project as the referee takes them: a shot as in its file → the result, float in the shot's unit."""

from functools import partial

import numpy as np
import torch

from ..files import DataRange, Planes, ValueRange
from ..measure import baselines
from ..model import Noise2Noise
from ..referee import Maker


def of_net(model: Noise2Noise, asked: DataRange | None = None) -> Maker:
    """What a net makes, in the range that is asked for, or else the one that it learnt or that the shot has."""
    return partial(_denoised, model, asked)


def of_filters() -> dict[str, Maker]:
    """What the classical filters make, by name; BM3D among them where its package is installed."""
    return {name: partial(_filtered, classical) for name, classical in baselines.installed().items()}


def _denoised(model: Noise2Noise, asked: DataRange | None, shot: Planes, _: ValueRange) -> Planes:
    limits = model.range_for(shot, asked)
    values = torch.from_numpy(shot.astype(np.float32))[None]
    denoised: Planes = model.predict(values, data_range=(limits.black, limits.white))[0].numpy()
    return denoised


def _filtered(classical: baselines.Classical, shot: Planes, limits: ValueRange) -> Planes:
    denoised = baselines.denoise(classical, torch.from_numpy(limits.to_unit(shot))[None])
    return limits.from_unit(denoised[0].numpy(), np.dtype(np.float32))
