"""A reader of scenes from arrays, in files of torch.save and numpy."""

import math
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from ..data import SHOT_ROLES, StackedScenes, name_all_roles, role_of, roles_of
from ..files import Kind, Planes, check_archive, formats, load_tensors, mapped, refusing
from .shapes import PAIRED, has_alpha, to_stack, two_shots
from .spool import room

CHUNK = 2**20  # bytes of an array that are unpacked at once


def read_arrays(path: Path, roles: tuple[str, ...] | None) -> tuple[StackedScenes, tuple[str, ...]]:
    """The scenes in a file of arrays or tensors, and notes on the roles of its arrays. Raises ValueError."""
    content = READERS[path.suffix.lower()](path)
    named = _named_arrays(content, path)
    in_order = _roles(list(named), path, roles)
    stacks = {role: to_stack(array, f"{path.name}: {role}") for role, array in zip(in_order, named.values())}
    shapes = {role: stack.shape for role, stack in stacks.items()}
    if len(set(shapes.values())) > 1 or len({stack.dtype for stack in stacks.values()}) > 1:
        kinds = ", ".join(f"{role} {stack.shape} {stack.dtype}" for role, stack in stacks.items())
        raise ValueError(f"'{path}': the arrays differ ({kinds}); source, target and clean need one shape and type")
    shots = [stacks[role] for role in SHOT_ROLES if role in stacks]
    if not shots or not len(shots[0]):
        raise ValueError(f"'{path}' holds no noisy pictures (arrays: {shapes})")
    notes = [f"arrays taken as {' and '.join(in_order)}"]
    if any(map(has_alpha, named.values())):
        notes.append("alpha dropped")
    return StackedScenes(shots, stacks.get("clean")), tuple(notes)


def _read_npz(path: Path) -> dict[str, Planes]:
    with refusing(path), zipfile.ZipFile(path) as archive:
        check_archive(archive, path.name)
        return {info.filename.removesuffix(".npy"): _unpacked(archive, info) for info in archive.infolist()}


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Planes:
    """An array of a `.npz`; a large one goes to a temporary file. Raises ValueError, or an error of numpy."""
    with archive.open(info) as file:
        major, _ = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = header(file)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize > info.file_size:
            raise ValueError(f"array '{info.filename}' holds objects, or fewer values than it says")
        array = room(shape[::-1] if by_columns else shape, dtype)
        values, place = array.reshape(-1).view(np.uint8), 0
        while place < values.size and (chunk := file.read(CHUNK)):
            values[place : place + len(chunk)] = np.frombuffer(chunk, np.uint8)[: values.size - place]
            place += len(chunk)
    return array.T if by_columns else array


READERS: dict[str, Callable[[Path], object]] = {
    **dict.fromkeys(formats.endings(formats.of_kind(Kind.TENSORS)), load_tensors),
    ".npz": _read_npz,
    ".npy": mapped,
}


def _named_arrays(content: object, path: Path) -> dict[str, Planes]:
    """The arrays of a tuple, list or mapping, by name or else by place, or the halves of a single one."""
    entries: Mapping[object, object] = {}
    if isinstance(content, np.ndarray | torch.Tensor):
        single = _to_array(content, f"'{path}'")
        if (halves := two_shots(single)) is None:
            raise ValueError(f"'{path}' holds one {type(content).__name__} of {single.shape}; allowed: {PAIRED}")
        return dict(zip(("source", "target"), halves))
    if isinstance(content, list | tuple):
        entries = {f"[{place}]": value for place, value in enumerate(content)}
    elif isinstance(content, dict):
        entries = content
    names = list(map(str, entries))
    if len(names) == 1:
        [only] = entries.values()
        if isinstance(only, np.ndarray | torch.Tensor) and two_shots(_to_array(only, f"'{path}'")):
            return _named_arrays(only, path)
    if len(names) < 2 or (len(names) > 3 and not name_all_roles(names)):
        found = f"{len(names)} arrays" if isinstance(content, list | tuple | dict) else type(content).__name__
        raise ValueError(
            f"'{path}' holds {found}; allowed: two or three (source, target and, if there is, clean), or one {PAIRED}"
        )
    return {name: _to_array(value, f"'{path}': entry {name}") for name, value in zip(names, entries.values())}


def _to_array(value: object, name: str) -> Planes:
    if isinstance(value, np.ndarray):
        return value
    if not isinstance(value, torch.Tensor):
        raise ValueError(f"{name} is {type(value).__name__}; allowed: two or three arrays")
    try:
        return (value.float() if value.dtype == torch.bfloat16 else value).numpy(force=True)
    except TypeError as error:
        raise ValueError(f"{name} cannot be read ({error}); save dense tensors of integers or floats") from error


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
