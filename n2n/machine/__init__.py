"""What a process runs on: devices, the processes of a training, signals, locks and timing."""

import lazy_loader

# `__init__.pyi` lists what others may use; each is loaded when first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
