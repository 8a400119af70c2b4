"""Picture files: from bytes to arrays of any type and back, with all that a file says of itself."""

import lazy_loader

# `__init__.pyi` lists what others may use; each is loaded when first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
