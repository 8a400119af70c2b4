"""Noise2Noise: denoising learnt from pairs of noisy pictures, with no clean picture ever seen."""

import lazy_loader

# `__init__.pyi` lists what others may use. Each is loaded when it is first asked for: `import n2n` costs nothing, and
# denoising does not wait for matplotlib.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
