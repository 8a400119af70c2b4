"""Measuring: PSNR and SSIM with and without clean pictures, classical baselines, and the check of pairs."""

import lazy_loader

# `__init__.pyi` lists what others may use; each is loaded when first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
