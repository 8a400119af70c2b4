"""Classical baselines without a network: scikit-image's denoisers, which need the noise level, estimated here."""

import importlib.util
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import skimage
import torch
from torch import Tensor

from ..data import Pairs
from ..machine import optional_packages
from .estimate import noise_level
from .evaluate import Measurement, measure

Values = npt.NDArray[np.float64]  # (H, W, C), white at 1
Classical = Callable[[Values, float], Values]  # noisy picture, standard deviation of its noise → denoised picture


def blur(noisy: Values, sigma: float) -> Values:
    """Gaussian blur, the wider the more noise there is."""
    denoised: Values = skimage.filters.gaussian(noisy, sigma=min(2.0, 0.5 + 5 * sigma), channel_axis=-1)
    return denoised


def non_local_means(noisy: Values, sigma: float) -> Values:
    """Non-local means (Buades et al., 2005), in the fast variant of Darbon et al. (2008)."""
    denoised: Values = skimage.restoration.denoise_nl_means(
        noisy, patch_size=5, patch_distance=6, h=0.6 * sigma, sigma=sigma, fast_mode=True, channel_axis=-1
    )
    return denoised.reshape(noisy.shape)  # it drops dimensions of size 1


def total_variation(noisy: Values, sigma: float) -> Values:
    """Total variation (Chambolle, 2004)."""
    denoised: Values = skimage.restoration.denoise_tv_chambolle(noisy, weight=0.85 * sigma, channel_axis=-1)
    return denoised


def wavelet(noisy: Values, sigma: float) -> Values:
    """Wavelet thresholding by BayesShrink (Chang et al., 2000)."""
    colour = noisy.shape[-1] == 3
    denoised: Values = skimage.restoration.denoise_wavelet(
        noisy, sigma=sigma, method="BayesShrink", convert2ycbcr=colour, rescale_sigma=True, channel_axis=-1
    )
    return denoised


def median(noisy: Values, sigma: float) -> Values:
    """The median of 3×3 pixels, or of 5×5 where there is more noise; the usual filter against impulse noise."""
    side = 3 if sigma < 0.1 else 5
    denoised: Values = skimage.filters.median(noisy, np.ones((side, side, 1)))
    return denoised


BASELINES: dict[str, Classical] = {
    "blur": blur,
    "median": median,
    "non-local means": non_local_means,
    "total variation": total_variation,
    "wavelet": wavelet,
}


def block_matching(noisy: Values, sigma: float) -> Values:
    """BM3D (Dabov et al., 2007), of the package bm3d. Raises ValueError where that is not installed."""
    [package] = optional_packages("BM3D", "bm3d")
    method = package.bm3d_rgb if noisy.shape[-1] == 3 else package.bm3d
    denoised: Values = method(noisy, sigma)
    return denoised.reshape(noisy.shape)


def installed() -> dict[str, Classical]:
    """BASELINES, and BM3D where its package is installed."""
    return BASELINES | ({"BM3D": block_matching} if importlib.util.find_spec("bm3d") else {})


def denoise(classical: Classical, noisy: Tensor) -> Tensor:
    """Applies a classical denoiser to float (N, C, H, W), white at 1; pictures without noise stay as they are."""
    pictures = noisy.permute(0, 2, 3, 1).double().cpu().numpy()
    levels = map(noise_level, pictures)
    results = [classical(picture, level) if level > 0 else picture for picture, level in zip(pictures, levels)]
    return torch.from_numpy(np.stack(results)).to(noisy).permute(0, 3, 1, 2)


def measure_all(pairs: Pairs) -> dict[str, Measurement]:
    """Measures every baseline that is installed on a set; by name."""
    found = installed().items()
    return {name: measure(partial(denoise, classical), pairs, with_ssim=True) for name, classical in found}
