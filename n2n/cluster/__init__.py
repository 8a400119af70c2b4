"""Work that is spread over the machines of a Ray cluster."""

import lazy_loader

# `__init__.pyi` lists what others may use; each is loaded when first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
