"""Noise2Noise: denoising learnt from pairs of noisy pictures, with no clean picture ever seen."""

import lazy_loader

# Loaded when first asked for: `import n2n` costs nothing, and denoising does not wait for matplotlib.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=(
        *("advice", "baselines", "bench", "compare", "curves", "doctor", "estimate", "evaluate", "files", "formats"),
        *("history", "host", "image", "infer", "make", "metrics", "noise", "options", "pairs", "photographs", "plots"),
        *("png", "reader", "recipe", "repeat", "report", "threads", "train", "trust", "watch", "weights"),
    ),
    submod_attrs={
        "checkpoint": ["Diverged"],
        "model": ["Noise2Noise"],
        "pairs": ["Pairs"],
        "recipe": ["Recipe"],
        "train": ["Progress"],
        "unet": ["UNet", "UNetConfig"],
    },
)
