"""Files of torch.save: tensors are read, and code is never run."""

import errno
import pickle
import re
import struct
import warnings
import zipfile
from pathlib import Path

import torch

# The errors of torch.load for a file that torch.save did not write, or that is cut short.
UNREADABLE = (
    pickle.UnpicklingError,
    struct.error,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def load_tensors(path: Path) -> object:
    """The content of a file of torch.save, memory-mapped where possible; tensors and plain containers only.

    Raises ValueError for anything else; code in the file is refused without being run.
    """
    try:
        mapped = zipfile.is_zipfile(path)  # the old format, before torch 1.6, cannot be mapped
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about a pickle of another program, which is refused below
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # the error for a file that is cut short
            raise
        code = re.search(r"GLOBAL (\S+)", str(error))  # torch's own message advises to run it
        reason = f"it wants {code[1]}" if code else re.split(r"\n|\. ", str(error))[0][:120]
        raise ValueError(
            f"'{path}' was refused: it is damaged, or holds something other than tensors ({reason}). "
            "Nothing in it was run; save tensors alone with torch.save, or use .npz or .safetensors"
        ) from error
