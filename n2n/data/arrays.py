"""A reader of scenes from arrays, in files of torch.save and numpy."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from . import formats
from .archive import check_archive
from .formats import Kind
from .scenes import SHOT_ROLES, StackedScenes, name_all_roles, role_of, roles_of
from .tensors import load_tensors
from .types import Planes

# The errors of numpy for a file that is damaged or whose fields are wrong.
REFUSED = (
    *(ArithmeticError, EOFError, LookupError, MemoryError, OSError, SyntaxError, TypeError, ValueError),
    *(zipfile.BadZipFile, zlib.error),
)


def read_arrays(path: Path, roles: tuple[str, ...] | None) -> tuple[StackedScenes, tuple[str, ...]]:
    """The scenes in a file of arrays or tensors, and notes on the roles of its arrays. Raises ValueError."""
    content = READERS[path.suffix.lower()](path)
    named = _named_arrays(content, path)
    in_order = _roles(list(named), path, roles)
    stacks = {role: _to_stack(array, f"{path.name}: {role}") for role, array in zip(in_order, named.values())}
    shapes = {role: stack.shape for role, stack in stacks.items()}
    if len(set(shapes.values())) > 1 or len({stack.dtype for stack in stacks.values()}) > 1:
        kinds = ", ".join(f"{role} {stack.shape} {stack.dtype}" for role, stack in stacks.items())
        raise ValueError(f"'{path}': the arrays differ ({kinds}); source, target and clean need one shape and type")
    shots = [stacks[role] for role in SHOT_ROLES if role in stacks]
    if not shots or not len(shots[0]):
        raise ValueError(f"'{path}' holds no noisy pictures (arrays: {shapes})")
    notes = [f"arrays taken as {' and '.join(in_order)}"]
    if any(array.shape[-1] == 4 for array in named.values()):
        notes.append("alpha dropped")
    return StackedScenes(shots, stacks.get("clean")), tuple(notes)


def _read_npz(path: Path) -> dict[str, Planes]:
    with _refusing(path), zipfile.ZipFile(path) as archive:
        check_archive(archive, path.name)
    with _refusing(path), np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turns the errors of numpy into a ValueError that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except REFUSED as error:
        raise ValueError(f"'{path}' was refused: {error}") from error


def _read_npy(path: Path) -> tuple[Planes, Planes]:
    """(N, 2, C, H, W), (N, 2, H, W) or (2, N, …), memory-mapped → its two halves."""
    with _refusing(path):
        array = np.lib.format.open_memmap(path, mode="r")
    if array.ndim in (4, 5) and array.shape[1] == 2:
        return array[:, 0], array[:, 1]
    if array.ndim in (3, 4, 5) and array.shape[0] == 2:
        return array[0], array[1]
    raise ValueError(
        f"'{path}' has shape {array.shape}; allowed: (N, 2, C, H, W), (N, 2, H, W) or (2, N, …), two shots a scene"
    )


READERS: dict[str, Callable[[Path], object]] = {
    **dict.fromkeys(formats.endings(formats.of_kind(Kind.TENSORS)), load_tensors),
    ".npz": _read_npz,
    ".npy": _read_npy,
}


def _named_arrays(content: object, path: Path) -> dict[str, Planes]:
    """The arrays of a tuple, list or mapping, by name where they have one, else by place."""
    entries: Mapping[object, object] = {}
    if isinstance(content, list | tuple):
        entries = {f"[{place}]": value for place, value in enumerate(content)}
    elif isinstance(content, dict):
        entries = content
    names = list(map(str, entries))
    if len(names) < 2 or (len(names) > 3 and not name_all_roles(names)):
        found = f"{len(names)} arrays" if isinstance(content, list | tuple | dict) else type(content).__name__
        raise ValueError(f"'{path}' holds {found}; allowed: two or three (source, target and, if there is, clean)")
    return {name: _to_array(value, f"'{path}': entry {name}") for name, value in zip(names, entries.values())}


def _to_array(value: object, name: str) -> Planes:
    if isinstance(value, np.ndarray):
        return value
    if not isinstance(value, torch.Tensor):
        raise ValueError(f"{name} is {type(value).__name__}; allowed: two or three arrays")
    try:
        return (value.float() if value.dtype == torch.bfloat16 else value).numpy(force=True)
    except TypeError as error:
        raise ValueError(f"{name} cannot be read ({error}); save dense tensors of uint8, uint16 or float") from error


def _roles(names: list[str], path: Path, roles: tuple[str, ...] | None) -> tuple[str, ...]:
    """The roles of arrays: those that the caller gives, else by name, else in order."""
    if roles:
        if len(roles) != len(names):
            raise ValueError(f"{len(roles)} roles for {len(names)} arrays ({', '.join(names)}); name each once")
        return roles
    nameless = not any(role_of(name) for name in names)
    if nameless and len(names) == 2 and re.search(r"(^|[^a-z])(val|valid|validation|test)", path.stem.lower()):
        return ("source", "clean")  # the course's val_data.pkl
    return roles_of(names)


def _to_stack(array: Planes, name: str) -> Planes:
    """(N, C, H, W), (N, H, W, C), (N, H, W), (H, W, 3) or (H, W) → a view (N, C, H, W). Raises ValueError."""
    if array.dtype not in (np.uint8, np.uint16, np.float16, np.float32, np.float64):
        raise ValueError(f"{name} has type {array.dtype}; allowed: uint8, uint16, float16, float32, float64")
    if array.ndim == 2 or (array.ndim == 3 and array.shape[-1] in (3, 4)):
        array = array[None]
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim == 4 and array.shape[1] not in (1, 3) and array.shape[-1] in (1, 3, 4):
        array = np.moveaxis(array, -1, 1)[:, :3]
    if array.ndim != 4 or array.shape[1] not in (1, 3) or 0 in array.shape[1:]:
        raise ValueError(
            f"{name} has shape {array.shape}; allowed: (N, C, H, W) with C 1 or 3, (N, H, W, C), (N, H, W)"
        )
    return array
