"""The contrast of frames that were stretched from end to end, each by itself, as programs of microscopes export them.

The darkest and the brightest pixel of a noisy frame are its noise's, so that what it shows has less contrast than it
would have without noise. Once the noise is gone, the frame can be stretched again.
"""

import numpy as np
from torch import Tensor

from .header import Header

ENDS = 0.0005  # fraction of the pixels that go beyond each end: noise that is left, and dust


def was_stretched(pictures: Tensor) -> Tensor:
    """Which of the pictures, float (N, C, H, W), reach from black at 0 exactly to white at 1: bool (N,)."""
    values = pictures.flatten(1)
    return (values.amin(1) == 0) & (values.amax(1) == 1)


def note(noisy: Tensor, header: Header) -> str:
    """A sentence on what weights with this header do to the contrast of pictures (N, C, H, W); "" where nothing."""
    if not header.stretch or not was_stretched(noisy).any():
        return ""
    return (
        "The frame had been stretched from black to white by the extremes of its noise, and the result was stretched "
        "again: its contrast is that of what it shows, not that of the frame."
    )


def restretched(denoised: Tensor, noisy: Tensor) -> Tensor:
    """Denoised pictures, float (N, C, H, W), those stretched from black to white whose noisy ones were; not clipped."""
    result = denoised.clone()
    for place in was_stretched(noisy).nonzero().ravel().tolist():
        low, high = np.quantile(denoised[place].float().cpu().numpy(), (ENDS, 1 - ENDS)).tolist()
        if low < high:
            result[place] = (denoised[place] - low) / (high - low)
    return result
