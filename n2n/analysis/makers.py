"""Denoisers of this project as the referee takes them: a shot as in its file → the result, float in the shot's unit."""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import torch

from ..files import DataRange, Planes, ValueRange
from ..measure import baselines, choice
from ..model import Noise2Noise
from ..nets import weights
from ..referee import Maker


def of_net(model: Noise2Noise, asked: DataRange | None = None) -> Maker:
    """What a net makes at the shot's own exposure, in the range asked for, or in what it learnt or the shot has."""
    return partial(_denoised, model, asked)


def of_suited(device: torch.device | str, asked: DataRange | None = None) -> Maker:
    """What those of the shipped weights make that suit the noise of a shot."""
    return partial(_by_suited, cache(partial(Noise2Noise.load, device=device)), asked)


def of_filters() -> dict[str, Maker]:
    """What the classical filters make, by name; BM3D among them where its package is installed."""
    return {name: partial(_filtered, classical) for name, classical in baselines.installed().items()}


def _denoised(model: Noise2Noise, asked: DataRange | None, shot: Planes, _: ValueRange) -> Planes:
    limits = model.range_for(shot, asked)
    values = torch.from_numpy(shot.astype(np.float32))[None]
    denoised: Planes = model.stretching(False).predict(values, data_range=(limits.black, limits.white))[0].numpy()
    return denoised


def _by_suited(load: Callable[[str], Noise2Noise], asked: DataRange | None, shot: Planes, limits: ValueRange) -> Planes:
    noisy = torch.from_numpy(limits.to_unit(shot))[None]
    model = load(choice.recommended(noisy, None, weights.headers()).name)
    return _denoised(model, asked, shot, limits)


def _filtered(classical: baselines.Classical, shot: Planes, limits: ValueRange) -> Planes:
    denoised = baselines.denoise(classical, torch.from_numpy(limits.to_unit(shot))[None])
    return limits.from_unit(denoised[0].numpy(), np.dtype(np.float32))
