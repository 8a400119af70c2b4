"""What torch.save wrote: tensors are read, and code is never run."""

import errno
import pickle
import re
import struct
import warnings
import zipfile
from pathlib import Path

import torch

# What torch.load raises for a file that torch.save did not write, or that breaks off.
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
    """What torch.save wrote, memory-mapped where it can be; tensors and plain containers only.

    Raises ValueError for anything else; code in the file is refused without being run.
    """
    try:
        mapped = zipfile.is_zipfile(path)  # the old format, before torch 1.6, cannot be mapped
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a pickle that torch did not write: refused below
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a file that breaks off is an invalid argument
            raise
        code = re.search(r"GLOBAL (\S+)", str(error))  # torch's own message advises to run it
        reason = f"it wants {code[1]}" if code else re.split(r"\n|\. ", str(error))[0][:120]
        raise ValueError(
            f"'{path}' was refused: it is damaged, or holds something other than tensors ({reason}). "
            "Nothing in it was run; save tensors alone with torch.save, or use .npz or .safetensors"
        ) from error
