"""Noise2Noise: denoising learnt from pairs of noisy pictures, with no clean picture ever seen."""

import lazy_loader

# Loaded when first asked for: `import n2n` costs nothing, and `n2n.denoise` does not wait for matplotlib.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=(
        "bench",
        "doctor",
        "evaluate",
        "image",
        "make",
        "metrics",
        "noise",
        "pairs",
        "report",
        "watch",
        "weights",
    ),
    submod_attrs={
        "checkpoint": ["Diverged"],
        "model": ["Noise2Noise"],
        "pairs": ["Pairs"],
        "recipe": ["RECIPES", "Recipe", "recipe"],
        "train": ["Progress", "train"],
        "unet": ["UNet", "UNetConfig"],
    },
)
