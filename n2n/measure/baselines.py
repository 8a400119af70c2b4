"""What people use without a network: scikit-image's denoisers, set by the noise level that they estimate themselves."""

from collections.abc import Callable
from functools import partial

import numpy as np
import skimage
import torch
from torch import Tensor

from ..data import Pairs
from .estimate import noise_level
from .evaluate import Measurement, measure

Classical = Callable[[np.ndarray, float], np.ndarray]  # (H, W, C), noise's standard deviation → (H, W, C)


def blur(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, wider where there is more noise."""
    return skimage.filters.gaussian(noisy, sigma=min(2.0, 0.5 + 5 * sigma), channel_axis=-1)


def non_local_means(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Buades et al. (2005), in the fast variant of Darbon et al. (2008)."""
    denoised = skimage.restoration.denoise_nl_means(
        noisy, patch_size=5, patch_distance=6, h=0.6 * sigma, sigma=sigma, fast_mode=True, channel_axis=-1
    )
    return denoised.reshape(noisy.shape)  # it drops sides and channels of 1


def total_variation(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Chambolle (2004)."""
    return skimage.restoration.denoise_tv_chambolle(noisy, weight=0.85 * sigma, channel_axis=-1)


def wavelet(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """BayesShrink, Chang et al. (2000)."""
    colour = noisy.shape[-1] == 3
    return skimage.restoration.denoise_wavelet(
        noisy, sigma=sigma, method="BayesShrink", convert2ycbcr=colour, rescale_sigma=True, channel_axis=-1
    )


def median(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Median of 3×3 neighbours, of 5×5 where there is more noise: what is used against replaced pixels."""
    side = 3 if sigma < 0.1 else 5
    return skimage.filters.median(noisy, np.ones((side, side, 1)))


BASELINES: dict[str, Classical] = {
    "blur": blur,
    "median": median,
    "non-local means": non_local_means,
    "total variation": total_variation,
    "wavelet": wavelet,
}


def denoise(classical: Classical, noisy: Tensor) -> Tensor:
    """A classical denoiser on float (N, C, H, W) with white at 1, picture by picture; no noise, nothing removed."""
    pictures = noisy.permute(0, 2, 3, 1).double().cpu().numpy()
    levels = map(noise_level, pictures)
    results = [classical(picture, level) if level > 0 else picture for picture, level in zip(pictures, levels)]
    return torch.from_numpy(np.stack(results)).to(noisy).permute(0, 3, 1, 2)


def measure_all(pairs: Pairs) -> dict[str, Measurement]:
    """Every baseline on a set, by name."""
    return {name: measure(partial(denoise, classical), pairs, with_ssim=True) for name, classical in BASELINES.items()}
