"""A net for other programs: ONNX, BioImage.IO, the Hugging Face Hub."""

import lazy_loader

# `__init__.pyi` lists what others may use; each is loaded when first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
